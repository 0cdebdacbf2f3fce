"""Imports the recipes of a folder of packaging/, whose files are programs beside each other and no package."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@contextmanager
def recipes(folder: str, *names: str) -> Iterator[tuple[Any, ...]]:
    """The modules of these names; afterwards their names are free for another folder's."""
    place = str(ROOT / "packaging" / folder)
    before = set(sys.modules)
    sys.path.insert(0, place)
    try:
        yield tuple(importlib.import_module(name) for name in names)
    finally:
        sys.path.remove(place)
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(place):
                del sys.modules[name]
