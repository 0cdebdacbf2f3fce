"""The self-test: proves on this machine, in a temporary folder, that every part works; each step is a line."""

from .proof import prove

__all__ = ["prove"]
