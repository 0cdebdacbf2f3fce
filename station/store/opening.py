"""Opening the desk's database: checked, migrated, and set aside where it is damaged."""

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from uuid import uuid4

from .batches import DESK_ID
from .connection import Connection, connect, make_durable
from .migration import APPLICATION_ID, migrate
from .problems import StoreError, StoreProblem, sort_error
from .salvage import salvage
from .seals import MemoryOnly, Seal
from .store import SqliteStore

CHECKED_AT_ONCE = 64 * 2**20
"""A file up to this size (bytes) is checked whole before it is used: about 0.2 s. A larger one that was closed in
order is checked later, by ``SqliteStore.read_only`` and a thread that may wait."""

PAUSES_S = (0.2, 0.8)
"""A disk that fails once is tried again after so long, and after so long once more: it must not cost the day."""

SALT = "seal_salt"


@dataclass(frozen=True, slots=True)
class Opened:
    """An open store. ``problem`` says what had to be done for it, ``detail`` what was lost or kept where."""

    store: SqliteStore
    problem: StoreProblem | None = None
    detail: str = ""


def _nothing(_point: str) -> None:
    """The real fault hook."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def open_store(
    path: Path,
    seal: Seal | None = None,
    faults: Callable[[str], None] = _nothing,
    now: Callable[[], datetime] = _utc_now,
    steps: Callable[[], Sequence[ModuleType]] | None = None,
) -> Opened:
    """Open or make the database at ``path``; its folder must exist.

    Raises ``StoreError`` where it cannot be used and nothing was touched: a newer version, a file that is not ours, no
    rights, a full disk, a lock that another process keeps. A damaged file is kept aside and a new one started.
    """
    _refuse_foreign(path, 0 if steps is None else len(steps()))
    opening = partial(_open, path, seal or MemoryOnly(), faults, now, steps)
    try:
        return Opened(_try_again(opening))
    except StoreError as error:
        if error.problem is not StoreProblem.DAMAGED:
            raise
        aside = _put_aside(path, now())
        store = opening()
        try:
            kept = salvage(aside, store)
        except sqlite3.Error as failed:
            store.close()
            raise sort_error(failed) from failed
        return Opened(store, StoreProblem.DAMAGED_KEPT_ASIDE, f"{aside.name}: {error.detail}; {kept}")


def _try_again(opening: Callable[[], SqliteStore]) -> SqliteStore:
    """Open at once or, where the disk fails for a moment, after a pause."""
    for pause_s in PAUSES_S:
        try:
            return opening()
        except StoreError as error:
            if error.problem is not StoreProblem.DISK_ERROR:
                raise
            time.sleep(pause_s)
    return opening()


def _open(
    path: Path,
    seal: Seal,
    faults: Callable[[str], None],
    now: Callable[[], datetime],
    steps: Callable[[], Sequence[ModuleType]] | None,
) -> SqliteStore:
    left_over = Path(f"{path}-wal").exists()
    raw: sqlite3.Connection | None = None
    try:
        raw = connect(path)
        migrated = migrate(raw, path, now(), faults, steps)
        if not migrated and (left_over or path.stat().st_size <= CHECKED_AT_ONCE):
            found = raw.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise StoreError(StoreProblem.DAMAGED, str(found))
        _try_to_write(raw)
        make_durable(raw)
        store = SqliteStore(path, Connection(raw, faults), seal)
        seal.salt(_give_names(store))
    except sqlite3.Error as error:
        _close(raw)
        raise sort_error(error) from error
    except BaseException:
        _close(raw)
        raise
    return store


def _try_to_write(raw: sqlite3.Connection) -> None:
    """Find out now, and not at the first scan, that nothing can be written."""
    raw.execute("BEGIN IMMEDIATE")
    raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    raw.execute("COMMIT")


def _give_names(store: SqliteStore) -> bytes:
    """Give a new database its ID and the salt for derived keys; gives the salt."""
    if not (store.get(DESK_ID) and store.get(SALT)):
        with store.transaction():
            store.put(DESK_ID, store.get(DESK_ID) or str(uuid4()))
            store.put(SALT, store.get(SALT) or os.urandom(16).hex())
    return bytes.fromhex(store.get(SALT))


def _refuse_foreign(path: Path, version: int) -> None:
    """Read the version from the file's own header, so that a newer program's data is not touched at all."""
    from .migrations import VERSION  # beside the other import of it: one place to look

    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(StoreProblem.NO_ACCESS, str(error)) from error
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        return
    if int.from_bytes(head[68:72], "big") not in (0, APPLICATION_ID):
        raise StoreError(StoreProblem.NOT_OURS, path.name)
    found = int.from_bytes(head[60:64], "big")
    if found > (version or VERSION):
        raise StoreError(StoreProblem.NEWER_VERSION, f"version {found}, this program knows {version or VERSION}")


def _put_aside(path: Path, now: datetime) -> Path:
    """Rename the database and what belongs to it; gives the new name."""
    stamp = f"{now:%Y%m%dT%H%M%S}"
    aside = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    again = 1
    while aside.exists():
        again += 1
        aside = path.with_name(f"{path.stem}.damaged-{stamp}-{again}{path.suffix}")
    try:
        for ending in ("", "-wal", "-shm"):
            old = Path(f"{path}{ending}")
            if old.exists():
                old.rename(f"{aside}{ending}")
    except OSError as error:
        raise StoreError(StoreProblem.NO_ACCESS, str(error)) from error
    return aside


def _close(raw: sqlite3.Connection | None) -> None:
    if raw is not None:
        raw.close()
