"""What may be set about a keyboard-type scanner."""

from dataclasses import dataclass

from .base import Settings


@dataclass(frozen=True, slots=True)
class KeyboardSettings(Settings):
    """How a keyboard-type scanner is told from a person, and how its keys are read.

    ``layout``: "us" (the scanner sends a US keyboard's keys) or "same" (the layout of the computer);
    ``caps``: "ignore", or "apply" for scanners that make up for Caps Lock themselves; ``profile``: "normal", or
    "slow" for Bluetooth: means up to ``slow_mean_gap_ms`` then count too, with a terminator or a known label, and
    first keys are held for ``max_gap_ms``. ``prefix`` is a text and ``prefix_key`` an evdev code (a function key)
    that a scanner may send first; ``gs_substitutes`` are texts that stand for GS. Times are milliseconds.
    """

    layout: str = "us"
    caps: str = "ignore"
    profile: str = "normal"
    mean_gap_ms: int = 50
    slow_mean_gap_ms: int = 80
    max_gap_ms: int = 150
    hold_ms: int = 60
    idle_ms: int = 150
    min_length: int = 4
    min_distinct: int = 2
    terminators: str = "\r\n\t\x04"
    swallow_ms: int = 50
    prefix: str = ""
    prefix_key: int = 0
    gs_substitutes: tuple[str, ...] = ()
    max_payload: int = 4096

    @property
    def widest_mean_ms(self) -> int:
        return self.slow_mean_gap_ms if self.profile == "slow" else self.mean_gap_ms

    def limit_ms(self, strokes: int) -> int:
        """How long a pause may last after so many keys before they are judged."""
        if strokes <= 2 and self.profile != "slow":
            return self.hold_ms
        return min(self.idle_ms, self.max_gap_ms)
