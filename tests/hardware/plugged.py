"""An emulated device that is plugged in until the ``with`` ends, whatever a check finds."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE_S = 180.0
"""A guest that is played in software on a busy computer is slow."""
USB, BLUETOOTH = 3, 5
"""The kernel's numbers of buses (include/uapi/linux/input.h)."""


class Plugged(ABC):
    @abstractmethod
    def unplug(self) -> None:
        """Pull it out; may be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()


def wait_for_node(path: Path, there: bool = True) -> Path:
    """A device's file, once it is there; or, with ``there`` false, once it is gone."""
    until(lambda: path.exists() is there, f"{path} {'there' if there else 'gone'}")
    return path


def until(happened: Callable[[], bool], what: str) -> None:
    """Wait for something that comes about by itself."""
    patience = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < patience, f"not {what}"
        time.sleep(0.05)
