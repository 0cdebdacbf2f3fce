"""A disk with a write cache of its own, which forgets at a power cut what it was not told to keep.

QEMU reaches it as a network block device (NBD, "newstyle", without options). What was written since the last flush is
in the cache; at a cut each sector there is kept or lost by chance, so that writes come out torn and out of order, as
the disks of real computers may leave them.
"""

import random
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path

SECTOR = 512
_MAGIC, _OPTION, _REPLY = b"NBDMAGIC", b"IHAVEOPT", 0x3E889045565A9
_REQUEST, _ANSWER = 0x25609513, 0x67446698
_EXPORT_NAME, _GO = 1, 7
_ACK, _INFO, _UNKNOWN = 1, 3, 2**31 + 1
_READ, _WRITE, _LEAVE, _FLUSH = range(4)
_HAS_FLAGS, _TAKES_FLUSH, _TAKES_FUA = 1, 4, 8
_FLAGS = _HAS_FLAGS | _TAKES_FLUSH | _TAKES_FUA
_INVALID = 22


class VolatileDisk:
    """One disk of one guest; it begins as a copy of ``image``. Used in a ``with``."""

    def __init__(self, image: bytes, door: Path) -> None:
        """``door`` is the path of the socket at which QEMU finds it."""
        self._kept, self._now = bytearray(image), bytearray(image)
        self._cached: set[int] = set()
        self._door = door
        self._listening = socket.socket(socket.AF_UNIX)
        self._thread = threading.Thread(target=self._serve, name="disk", daemon=True)
        self.flushes = 0

    @property
    def address(self) -> str:
        """As QEMU names it."""
        return f"nbd+unix:///?socket={self._door}"

    def __enter__(self) -> "VolatileDisk":
        self._listening.bind(str(self._door))
        self._listening.listen(1)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
        self._door.unlink(missing_ok=True)

    def cut(self, chance: random.Random) -> bytes:
        """What is left after the power was cut; QEMU has ended before. Of the cache a share survives, drawn too."""
        self._thread.join(10)
        share = chance.choice((0.0, 0.5, chance.random()))
        for sector in sorted(self._cached):
            if chance.random() < share:
                self._keep(sector)
        return bytes(self._kept)

    def _serve(self) -> None:
        """One guest, until it is gone."""
        with suppress(OSError):
            guest, _ = self._listening.accept()
            with guest, suppress(EOFError, ConnectionError):
                self._agree(guest)
                while self._answer(guest):
                    pass

    def _agree(self, guest: socket.socket) -> None:
        """Until the guest has chosen the only disk there is."""
        guest.sendall(_MAGIC + _OPTION + struct.pack(">H", 3))
        _read(guest, 4)
        export = struct.pack(">QH", len(self._now), _FLAGS)
        while True:
            _, option, length = struct.unpack(">8sII", _read(guest, 16))
            _read(guest, length)
            if option == _EXPORT_NAME:
                guest.sendall(export)
                return
            if option == _GO:
                _tell(guest, option, _INFO, struct.pack(">H", 0) + export)
                _tell(guest, option, _ACK)
                return
            _tell(guest, option, _UNKNOWN)

    def _answer(self, guest: socket.socket) -> bool:
        """One request; False where the guest leaves."""
        magic, flags, kind, handle, at, length = struct.unpack(">IHHQQI", _read(guest, 28))
        if magic != _REQUEST or kind == _LEAVE:
            return False
        error, data = 0, b""
        if kind == _READ:
            data = bytes(self._now[at : at + length])
        elif kind == _WRITE:
            self._now[at : at + length] = _read(guest, length)
            self._cached.update(range(at // SECTOR, -(-(at + length) // SECTOR)))
            if flags & 1:  # written through
                self._flush(range(at // SECTOR, -(-(at + length) // SECTOR)))
        elif kind == _FLUSH:
            self.flushes += 1
            self._flush(tuple(self._cached))
        else:
            error = _INVALID
        guest.sendall(struct.pack(">IIQ", _ANSWER, error, handle) + data)
        return True

    def _flush(self, sectors: "range | tuple[int, ...]") -> None:
        for sector in sectors:
            self._keep(sector)
        self._cached.difference_update(sectors)

    def _keep(self, sector: int) -> None:
        place = slice(sector * SECTOR, (sector + 1) * SECTOR)
        self._kept[place] = self._now[place]


def _tell(guest: socket.socket, option: int, kind: int, data: bytes = b"") -> None:
    guest.sendall(struct.pack(">QIII", _REPLY, option, kind, len(data)) + data)


def _read(guest: socket.socket, size: int) -> bytes:
    """Exactly so much. Raises EOFError where the guest is gone."""
    found = bytearray()
    while len(found) < size:
        part = guest.recv(min(size - len(found), 1 << 20))
        if not part:
            raise EOFError
        found += part
    return bytes(found)
