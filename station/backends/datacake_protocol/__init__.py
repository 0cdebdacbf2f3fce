"""Datacake's GraphQL as its client writes and reads it."""
