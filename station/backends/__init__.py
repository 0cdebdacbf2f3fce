"""One file a kind of claiming system."""
