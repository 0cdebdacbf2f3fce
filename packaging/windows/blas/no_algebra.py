"""Stands where numpy's linear algebra stood: no part of the station asks for it, and LAPACK would weigh 21 MB."""

from typing import NoReturn


def __getattr__(name: str) -> NoReturn:
    if name.startswith("__"):
        raise AttributeError(name)
    raise NotImplementedError(f"the station for Windows comes without numpy's linear algebra ({name})")
