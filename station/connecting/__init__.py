"""Connections: from settings to running backends, their forms and secrets, and setting them up while the desk runs."""
