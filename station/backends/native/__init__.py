"""The native API as its client writes and reads it."""
