"""Cuts scans out of a stream of bytes: by their terminators, or by the silence after them."""

from dataclasses import dataclass, field

from station.core.scan import LONGEST_SCAN

ENDS = b"\r\n\t\x04\x03\x00"
"""Carriage return, line feed, tab, EOT, ETX, NUL: what scanners end a code with."""
BEGINS = b"\x02"
"""STX: what some begin one with."""


@dataclass
class Lines:
    """Feed it what arrives with the time of its arrival (seconds, monotonic); it gives the scans that are whole.

    ``idle_s`` is the silence that ends a scan without a terminator; 0: only terminators do. ``keep_tabs``: a tab is a
    character of the code and ends nothing. A scan longer than any code is given once, cut, so that it can be refused.
    """

    idle_s: float = 0.15
    keep_tabs: bool = False
    _held: bytearray = field(default_factory=bytearray)
    _last: float = 0.0
    _overlong: bool = False

    def feed(self, data: bytes, at_s: float) -> list[bytes]:
        scans = self.tick(at_s)
        ends = ENDS.replace(b"\t", b"") if self.keep_tabs else ENDS
        for number in data:
            if number in ends or number in BEGINS:
                scans += self._end()
            elif len(self._held) <= LONGEST_SCAN:
                self._held.append(number)
            else:
                self._overlong = True
        self._last = at_s
        return scans

    def tick(self, at_s: float) -> list[bytes]:
        """What has ended in silence by now."""
        silent = self.idle_s > 0 and self._held and at_s - self._last >= self.idle_s
        return self._end() if silent else []

    def held_up(self, at_s: float) -> None:
        """Nobody listened for a while, so that it is not known whether it was silent: silence counts from now on."""
        self._last = at_s

    def drop(self) -> bytes:
        """Half a scan that will never be whole: the device is gone. Gives what there was of it."""
        held, self._held, self._overlong = bytes(self._held), bytearray(), False
        return held

    def _end(self) -> list[bytes]:
        held = self.drop()
        return [held] if held.strip(b" ") else []
