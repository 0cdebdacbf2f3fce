"""Counts what an import does."""

from dataclasses import dataclass, field

from .rows import BadRow


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: ``stored`` is False where bad rows, or a file that cannot be read, kept all of it out."""

    stored: bool
    new: int = 0
    changed: int = 0
    same: int = 0
    targets: int = 0
    bad: tuple[BadRow, ...] = ()


@dataclass
class Tally:
    """The counts of an import under way."""

    new: int = 0
    changed: int = 0
    same: int = 0
    targets: int = 0
    bad: list[BadRow] = field(default_factory=list)

    def close(self, *, stored: bool) -> Imported:
        bad = tuple(sorted(self.bad, key=lambda row: row.number))
        if not stored:
            return Imported(False, bad=bad)
        return Imported(True, self.new, self.changed, self.same, self.targets, bad)
