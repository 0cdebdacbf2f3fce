"""What may be set about a keyboard-type scanner."""

from dataclasses import dataclass, field

from .base import Settings
from .keyboard_layouts import TABLES

_ADVANCED = {"advanced": True}
_IN_FILE = {"in_file": True}


@dataclass(frozen=True, slots=True)
class KeyboardSettings(Settings):
    """How a keyboard-type scanner is told from a person, and how its keys are read.

    ``layout``: "us" (the scanner sends a US keyboard's keys), "same" (the layout of the computer) or another country's;
    ``caps``: "ignore", or "apply" for scanners that make up for Caps Lock themselves; ``profile``: "normal", or
    "slow" for Bluetooth: means up to ``slow_mean_gap_ms`` then count too, for a known label or a code with an end, and
    first keys are held for ``max_gap_ms``. ``prefix`` is a text and ``prefix_key`` an evdev code (a function key)
    that a scanner may send first, ``suffix`` a text that it may send last; ``gs_substitutes`` are texts that stand for
    GS. Times are milliseconds.
    """

    layout: str = field(default="us", metadata={"choices": ("us", "same", *TABLES)})
    caps: str = field(default="ignore", metadata={"choices": ("ignore", "apply")})
    profile: str = field(default="normal", metadata={"choices": ("normal", "slow")})
    mean_gap_ms: int = field(default=50, metadata=_ADVANCED)
    slow_mean_gap_ms: int = field(default=80, metadata=_ADVANCED)
    max_gap_ms: int = field(default=150, metadata=_ADVANCED)
    hold_ms: int = field(default=60, metadata=_ADVANCED)
    idle_ms: int = field(default=150, metadata=_ADVANCED)
    min_length: int = field(default=4, metadata=_ADVANCED)
    min_distinct: int = field(default=2, metadata=_IN_FILE)
    terminators: str = field(default="\r\n\t\x04", metadata=_IN_FILE)
    swallow_ms: int = field(default=50, metadata=_IN_FILE)
    prefix: str = field(default="", metadata=_ADVANCED)
    prefix_key: int = field(default=0, metadata=_IN_FILE)
    suffix: str = field(default="", metadata=_ADVANCED)
    gs_substitutes: tuple[str, ...] = ()
    max_payload: int = field(default=4096, metadata=_IN_FILE)

    @property
    def widest_mean_ms(self) -> int:
        return self.slow_mean_gap_ms if self.profile == "slow" else self.mean_gap_ms

    def limit_ms(self, strokes: int) -> int:
        """How long a pause may last after so many keys before they are judged."""
        if strokes <= 2 and self.profile != "slow":
            return self.hold_ms
        return min(self.idle_ms, self.max_gap_ms)
