"""Taking a database from the version that it has to the one that this program needs."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import ModuleType

from .migrations import VERSION
from .problems import StoreError, StoreProblem

APPLICATION_ID = 0x53544E31
"""Marks the file as a desk's database ("STN1")."""


def migrate(
    raw: sqlite3.Connection,
    path: Path,
    now: datetime,
    faults: Callable[[str], None],
    steps: Callable[[], Sequence[ModuleType]] | None = None,
) -> bool:
    """Take the steps that are missing, each in one transaction; a copy of the file is made before the first.

    True if there were any. Raises ``StoreError`` for a newer version or a file of another program, ``sqlite3.Error``
    where a step fails: the file is then at the version of the last step that was taken whole.
    """
    version = _version(raw)
    needed = VERSION if steps is None else len(steps())
    if version == needed:
        return False
    if version > needed:
        raise StoreError(StoreProblem.NEWER_VERSION, f"version {version}, this program knows {needed}")
    tables = raw.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if version == 0 and tables and _version(raw) == 0:  # another process may be making it at this moment
        raise StoreError(StoreProblem.NOT_OURS, path.name)
    if version:
        copy(raw, path, version, now)
    from . import migrations  # its steps are read only now

    for number, step in enumerate((steps or migrations.steps)()[version:], start=version + 1):
        _take(raw, number, step, faults)
    if version:
        _give_back(raw)
    return True


def _version(raw: sqlite3.Connection) -> int:
    return int(raw.execute("PRAGMA user_version").fetchone()[0])


def copy(raw: sqlite3.Connection, path: Path, version: int, now: datetime) -> Path:
    """A whole and checked copy beside the file, named after the version that it has."""
    kept = path.with_name(f"{path.stem}.version-{version}-{now:%Y%m%dT%H%M%S}{path.suffix}")
    kept.unlink(missing_ok=True)
    raw.execute("VACUUM INTO ?", (str(kept),))
    return kept


def _give_back(raw: sqlite3.Connection) -> None:
    """Leave no room of the file empty that a table had before it was built anew, nor what stood there."""
    with suppress(sqlite3.Error):  # for want of room, or while another process looks: the file is only too long then
        raw.execute("VACUUM")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _take(raw: sqlite3.Connection, number: int, step: ModuleType, faults: Callable[[str], None]) -> None:
    # SQLite changes a table by building it anew: links between rows are checked at the end, not on the way.
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        raw.execute("BEGIN IMMEDIATE")
        if _version(raw) >= number:  # another process has taken this step meanwhile
            raw.execute("ROLLBACK")
            return
        if hasattr(step, "STATEMENTS"):
            for statement in step.STATEMENTS:
                raw.execute(statement)
        else:
            _upgrade(raw, step)
        if raw.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise StoreError(StoreProblem.CONSTRAINT, f"version {number} would leave rows without their others")
        raw.execute(f"PRAGMA user_version = {number}")
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        faults(f"store.migrate.{number}")
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def _upgrade(raw: sqlite3.Connection, step: ModuleType) -> None:
    # Alembic and SQLAlchemy take longer to import than the window to paint: only for a database that needs them.
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import StaticPool

    factory, raw.row_factory = raw.row_factory, None
    try:
        engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
        # The transaction is begun and ended round the step: here neither is done.
        engine.dialect.do_rollback = engine.dialect.do_commit = _leave  # type: ignore[method-assign, assignment]
        with engine.connect() as connection:
            step.upgrade(Operations(MigrationContext.configure(connection)))
    except DBAPIError as error:
        raise (error.orig if isinstance(error.orig, sqlite3.Error) else error) from error
    finally:
        raw.row_factory = factory


def _leave(_connection: object) -> None:
    """Neither commit nor roll back."""
