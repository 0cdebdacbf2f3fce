"""The Spaces device cloud's (Xyte's) organization API as its client writes and reads it."""
