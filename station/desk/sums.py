"""What can be asked of very many rows at once: each is one look at counters or at an index."""

from array import array
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from station.core.batch import Batch
from station.core.outcome import OutcomeKind
from station.core.progress import Progress


class Sizes(NamedTuple):
    """Of one batch: its rows, the devices that Claim would claim of them, and how many rows of those hold a secret."""

    rows: int = 0
    ready: int = 0
    secret: int = 0


class Sums(Protocol):
    """Reading what is true of a batch, or of all of them, without walking through their rows."""

    def open_ids(self, batch: str = "") -> "array[int]":
        """The rows that are open, by number: of a batch, or of all that Claim has not closed."""
        ...

    def waiting(self) -> Mapping[str, int]:
        """All batches that are closed and have devices that are not settled, the oldest first, and how many devices of
        each are queued or sending."""
        ...

    def closed_since(self, at: datetime) -> list[Batch]:
        """Batches with anything queued that were closed after a moment."""
        ...

    def paused_batches(self, connection: str) -> list[Batch]: ...

    def sizes(self, batch: str) -> tuple[int, int, int]:
        """As ``Sizes`` names them."""
        ...

    def has_other(self, batch: str, progresses: Collection[Progress]) -> bool:
        """Whether a batch has a row of its own (no repeat, none inside another) with a progress beside these."""
        ...

    def outcomes(self, batch: str) -> list[tuple[Progress, OutcomeKind | None, bool, int]]:
        """How many devices of a batch's own rows came to what: progress, outcome, whether another row holds them."""
        ...
