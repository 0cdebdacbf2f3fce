"""Text to identifiers, one file a family of labels; pure."""
