"""The desk's database as the desk sees it."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from .batches import BatchReads
from .calls import CallReads, CallWrites
from .connection import Connection, connect
from .facts import FactReads, FactWrites
from .findings import FindingReads
from .journal import JournalReads, JournalWrites
from .listing import ListingReads
from .problems import sort_error
from .queue import QueueReads
from .seals import MemoryOnly, Seal
from .secrets import SecretKeeping


class SqliteReader(ListingReads, CallReads, FindingReads, JournalReads, BatchReads, FactReads, QueueReads):
    """What can be read; secrets are not told, only that they are there."""


class SqliteStore(ListingReads, CallWrites, JournalWrites, FactWrites, QueueReads):
    """All that the desk keeps. Used on the thread that opened it; ``read_only`` may be entered on any."""

    def __init__(self, path: Path, connection: Connection, seal: Seal) -> None:
        super().__init__(connection, SecretKeeping(seal))
        self.connection = connection
        self.path = path
        self.seal = seal
        self._version = self._data_version()

    def transaction(self) -> AbstractContextManager[None]:
        return self._db.transaction()

    def forget_log(self) -> None:
        """Copy the write-ahead log back and empty it, so that no file holds what was overwritten; a reader that is
        under way puts that off until the log is full."""
        self._db.read("PRAGMA wal_checkpoint(TRUNCATE)")

    def keeps_secrets(self) -> bool:
        return self.seal.available

    def changed_elsewhere(self) -> bool:
        before, self._version = self._version, self._data_version()
        return before != self._version

    @contextmanager
    def read_only(self) -> Iterator[SqliteReader]:
        """One moment of the database, however long the reading takes; it holds up nobody."""
        try:
            raw = connect(self.path, read_only=True)
        except sqlite3.Error as error:
            raise sort_error(error) from error
        connection = Connection(raw, _nothing)
        try:
            reader = SqliteReader(connection, SecretKeeping(MemoryOnly(), told=False))
            connection.read("BEGIN")
            reader.desk_id()  # the moment is that of the first look
            yield reader
        finally:
            connection.close()

    def check(self) -> str:
        """SQLite's quick check of the whole file: an empty text, or what it found. Takes a second for each 300 MB."""
        found = str(self._db.value("PRAGMA quick_check(1)"))
        return "" if found == "ok" else found

    def close(self) -> None:
        self._db.close()

    def _data_version(self) -> int:
        return int(self._db.value("PRAGMA data_version"))


def _nothing(_point: str) -> None:
    """A reader has no faults to be cut at."""
