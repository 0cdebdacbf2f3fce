"""One SQLite connection as the store uses it: durable transactions, and every error as ours."""

import sqlite3
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .problems import sort_error
from .values import clean

BUSY_MS = 5000
LOG_PAGES = 4000
TURN_S, PAUSE_S = 0.004, 0.0001
Value = str | int | float | bytes | None


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection with no transaction magic of its own; it is used on the thread that made it.

    Raises ``sqlite3.Error`` where the file cannot be opened.
    """
    mode = "?mode=ro" if read_only else "?mode=rwc"
    raw = sqlite3.connect(
        path.absolute().as_uri() + mode, uri=True, isolation_level=None, timeout=BUSY_MS / 1000, cached_statements=256
    )
    try:
        raw.row_factory = sqlite3.Row
        raw.execute("PRAGMA foreign_keys = ON")
        if read_only:
            raw.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        raw.close()
        raise
    return raw


def make_durable(raw: sqlite3.Connection) -> None:
    """Write-ahead log, and each commit on the disk before it returns; what is erased is overwritten."""
    _switch_to_wal(raw)
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("PRAGMA secure_delete = ON")
    # Copying the log back makes one scan wait: after 16 MB (some 500 scans), not after every 4 MB.
    raw.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")


def _switch_to_wal(raw: sqlite3.Connection) -> None:
    """Where two programs make a new file ready at one moment, SQLite refuses one of them at once: it asks again."""
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            raw.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


class Turns:
    """Lets other threads have the interpreter in the middle of a long transaction.

    Each statement lets go of it too, but has it back before a thread that waits for it is awake: a window would stand
    still for as long as many short statements take.
    """

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def begin(self) -> None:
        self._since = time.perf_counter()

    def give(self) -> None:
        """Give one, if the last one is long enough ago."""
        if time.perf_counter() - self._since > TURN_S:
            time.sleep(PAUSE_S)
            self._since = time.perf_counter()


class Connection:
    """Runs statements. ``sqlite3`` errors leave as ``StoreError``; changes need a transaction."""

    def __init__(self, raw: sqlite3.Connection, faults: Callable[[str], None]) -> None:
        self.raw = raw
        self.faults = faults
        self.undone: list[Callable[[], None]] = []
        """What to do if the transaction that is open now is not kept."""
        self._open = False
        self._turns = Turns()

    def read(self, sql: str, *values: Value) -> list[sqlite3.Row]:
        return self._run(self.raw.execute, sql, values).fetchall()

    def numbers(self, sql: str, *values: Value) -> "array[int]":
        """The first column, for as many rows as a long table has."""
        cursor = self.raw.cursor()
        cursor.row_factory = None
        rows = self._run(cursor.execute, sql, values).fetchall()
        return array("q", [number for (number,) in rows])

    def one(self, sql: str, *values: Value) -> Any:
        """The first row, or None."""
        return self._run(self.raw.execute, sql, values).fetchone()

    def value(self, sql: str, *values: Value) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, *values)
        return None if row is None else row[0]

    def write(self, sql: str, *values: Value) -> sqlite3.Cursor:
        self._need_transaction()
        return self._run(self.raw.execute, sql, values)

    def write_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> sqlite3.Cursor:
        self._need_transaction()
        return self._run(self.raw.executemany, sql, list(rows))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; one inside another belongs to the outer one."""
        if self._open:
            yield
            return
        self._turns.begin()
        self._run(self.raw.execute, "BEGIN IMMEDIATE", ())
        self._open = True
        try:
            yield
            self.faults("store.before_commit")
            self._run(self.raw.execute, "COMMIT", ())
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._open = False
            self.undone.clear()
        self.faults("store.after_commit")

    def close(self) -> None:
        self.raw.close()

    def _roll_back(self) -> None:
        for undo in self.undone:
            undo()
        # Some errors (a full disk among them) have rolled the transaction back already.
        if self.raw.in_transaction:
            self._run(self.raw.execute, "ROLLBACK", ())

    def _need_transaction(self) -> None:
        if not self._open:
            raise RuntimeError("changes need a transaction")

    def _run(self, run: Callable[..., sqlite3.Cursor], sql: str, values: Any) -> sqlite3.Cursor:
        if self._open:
            self._turns.give()
        try:
            try:
                return run(sql, values)
            except UnicodeEncodeError:
                if values and isinstance(values[0], (list, tuple)):
                    return run(sql, [[clean(value) for value in row] for row in values])
                return run(sql, [clean(value) for value in values])
        except sqlite3.Error as error:
            raise sort_error(error) from error
