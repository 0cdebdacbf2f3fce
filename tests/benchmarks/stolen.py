"""Processor time that a virtual machine's host gave to others: a program stands still meanwhile, and cannot help it."""

import os
from pathlib import Path

STAT = Path("/proc/stat")
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 10.0
_STEAL = 8


class Stolen:
    """Reads, in a few microseconds, how much was taken from all processors together; never anything off Linux."""

    def __init__(self) -> None:
        self._file = os.open(STAT, os.O_RDONLY) if STAT.exists() else -1

    def ms(self) -> float:
        """Since the machine's start, in milliseconds, in steps of the kernel's tick (10 ms)."""
        if self._file < 0:
            return 0.0
        return int(os.pread(self._file, 256, 0).split()[_STEAL]) * TICK_MS

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
