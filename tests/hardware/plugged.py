"""An emulated device that is plugged in until the ``with`` ends, whatever a check finds."""

import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

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


def wait_for_node(path: Path, there: bool = True, seconds: float = 30) -> Path:
    """A device's file, once it is there; or, with ``there`` false, once it is gone."""
    until = time.monotonic() + seconds
    while path.exists() is not there:
        assert time.monotonic() < until, f"{path} does not {'come' if there else 'go'}"
        time.sleep(0.02)
    return path
