"""Frames to symbols: engines and the cascade; no Qt, no threads."""
