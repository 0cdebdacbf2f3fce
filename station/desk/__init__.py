"""What the station does, one file a verb."""
