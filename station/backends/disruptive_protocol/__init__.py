"""Disruptive Technologies' REST API as its client writes and reads it."""
