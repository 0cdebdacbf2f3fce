"""Gives Python its own import back, which Qt's binding replaces when it is loaded."""

import builtins

import PySide6.QtCore  # noqa: F401 - it replaces the import


def restore() -> None:
    """For its ``__feature__``, which is not used here, the binding's import reads the source of each module that is
    imported after it and keeps every line: the libraries behind the window are megabytes of source."""
    own = getattr(builtins, "__orig_import__", None)
    if own is not None:
        builtins.__import__ = own
