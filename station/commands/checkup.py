"""What the doctor finds: one thing looked at, how it is, and how to mend it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from station.words import say


@dataclass(frozen=True, slots=True)
class Found:
    """``name`` makes the sentences; ``told`` is what was found; ``needed``: nothing works without it."""

    name: str
    ok: bool
    told: str
    needed: bool = False
    blanks: dict[str, object] = field(default_factory=dict)

    @property
    def mend_text(self) -> str:
        """What to do about it; empty where it works."""
        return "" if self.ok else say(f"doctor.mend.{self.name}", **self.blanks)


def try_it(name: str, look: Callable[[], Found]) -> Found:
    """What a look found; a look that fails is a finding too."""
    try:
        return look()
    except Exception as error:  # whatever is broken here, the other looks are taken
        return Found(name, False, f"{type(error).__name__}: {error}"[:200])
