"""The disk with a cache of its own: what was flushed outlives a cut, what was not is kept or lost by sectors."""

import random
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.power.disk import SECTOR, VolatileDisk

WRITE, LEAVE, FLUSH, READ = 1, 2, 3, 0
OLD, NEW = b"o" * SECTOR, b"n" * SECTOR
SECTORS = 64


class Client:
    """A guest's side of the disk, as the protocol of network block devices describes it."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        assert self._read(18)[:16] == b"NBDMAGICIHAVEOPT"
        line.sendall(struct.pack(">I", 3) + b"IHAVEOPT" + struct.pack(">II", 1, 0))
        self.size, _ = struct.unpack(">QH", self._read(10))

    def ask(self, kind: int, at: int = 0, data: bytes = b"", length: int = 0, flags: int = 0) -> bytes:
        size = length or len(data)
        self.line.sendall(struct.pack(">IHHQQI", 0x25609513, flags, kind, 7, at, size) + data)
        magic, error, handle = struct.unpack(">IIQ", self._read(16))
        assert (magic, error, handle) == (0x67446698, 0, 7)
        return self._read(length) if kind == READ else b""

    def _read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            part = self.line.recv(size - len(found))
            assert part
            found += part
        return found


@contextmanager
def _disk(tmp_path: Path) -> Iterator[tuple[VolatileDisk, Client]]:
    door = tmp_path / "door"
    with VolatileDisk(OLD * SECTORS, door) as disk, socket.socket(socket.AF_UNIX) as line:
        line.connect(str(door))
        yield disk, Client(line)


pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs sockets that have a path")


def test_what_was_flushed_outlives_a_cut(tmp_path: Path) -> None:
    with _disk(tmp_path) as (disk, guest):
        assert guest.size == SECTOR * SECTORS
        guest.ask(WRITE, 0, NEW * 4)
        guest.ask(FLUSH)
        guest.ask(WRITE, 4 * SECTOR, NEW, flags=1)  # written through
        guest.line.close()
        assert disk.cut(random.Random(1)) == NEW * 5 + OLD * (SECTORS - 5)


def test_of_what_was_not_flushed_a_share_is_lost(tmp_path: Path) -> None:
    found = set()
    for seed in range(12):
        with _disk(tmp_path) as (disk, guest):
            guest.ask(WRITE, 0, NEW * SECTORS)
            assert guest.ask(READ, SECTOR, length=SECTOR) == NEW
            guest.line.close()
            left = disk.cut(random.Random(seed))
            assert set(left) <= set(OLD + NEW)
            found.add(left.count(b"n") // SECTOR)
    assert min(found) == 0
    assert any(0 < sectors < SECTORS for sectors in found)
