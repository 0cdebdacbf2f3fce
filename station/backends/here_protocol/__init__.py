"""HERE Tracking's protocol as its client writes and reads it."""
