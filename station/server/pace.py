"""Holds back an account that calls too often."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .codes import ErrorCode
from .refusals import Refused


@dataclass(frozen=True)
class Pace:
    """At most ``calls`` in ``seconds`` for each account, counted in windows of the monotonic clock; 0: no limit."""

    calls: int
    seconds: float
    monotonic: Callable[[], float]
    _counts: dict[tuple[int, int], int] = field(default_factory=dict)

    def count(self, account: int) -> None:
        """Count one call. Raises Refused (429)."""
        if not self.calls:
            return
        now = self.monotonic()
        window = int(now // self.seconds)
        for old in [name for name in tuple(self._counts) if name[1] < window]:
            self._counts.pop(old, None)
        count = self._counts.get((account, window), 0) + 1
        self._counts[account, window] = count
        if count > self.calls:
            wait = max(1, round((window + 1) * self.seconds - now + 0.5))
            raise Refused(429, ErrorCode.TOO_MANY, "Too many calls; wait a little.", wait_s=wait)
