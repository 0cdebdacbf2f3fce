"""Opens the registry's database, SQLite or PostgreSQL, and carries out one piece of work in one transaction."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from tenacity import (
    Retrying,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

T = TypeVar("T")

BUSY_MS = 2000
"""How long one try waits for a lock; with the tries after it a caller hears of it within some seconds."""
_AGAIN = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock not available
_WAIT_S = 10
"""How long one piece of work waits for a connection, where all are in use."""


class Busy(Exception):
    """The database stayed locked; nothing of the work is known to be stored."""


class Unreachable(Exception):
    """The database cannot be reached, read or written (down, full, damaged)."""


class KeyTaken(Exception):
    """Another transaction stored the same operation key meanwhile: run the work again, which then finds it."""


def open_engine(url: str) -> Engine:
    """An engine for a SQLite file or PostgreSQL; a SQLite file's folder is made. Raises ValueError for others.

    Also where the driver for PostgreSQL, or the system's library that it calls, is not there.
    """
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql":
            options = f"-c lock_timeout={BUSY_MS} -c statement_timeout={15 * BUSY_MS}"
            try:
                return create_engine(
                    parsed.set(drivername="postgresql+psycopg"),
                    connect_args={"options": options, "connect_timeout": 5},
                    pool_pre_ping=True,
                    pool_size=10,
                    pool_timeout=_WAIT_S,
                    hide_parameters=True,
                )
            except ImportError as error:
                why = (str(error) or type(error).__name__).strip().splitlines()[-1].lstrip("- ")
                raise ValueError(f"PostgreSQL's driver cannot be used here ({why}): install libpq") from error
        case other:
            raise ValueError(f"{other} is not a database that this server runs on: take sqlite or postgresql")


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("the server's SQLite database is a file")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    return _sqlite_pool(url, pool_size=10)


def _sqlite_pool(url: URL, **pool: int) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
        pool_timeout=_WAIT_S,
        hide_parameters=True,
        **pool,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin too late, and not at all for savepoints
    try:
        _switch_to_wal(connection)
        for pragma in ("synchronous = FULL", "foreign_keys = ON", f"busy_timeout = {BUSY_MS}"):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()  # the pool forgets a connection that was not made ready
        raise


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # Where two make a new file ready at one moment, SQLite refuses one of them at once, whatever time it was given.
    retrying = Retrying(
        retry=retry_if_exception_type(sqlite3.OperationalError),
        stop=stop_after_delay(BUSY_MS / 1000),
        wait=wait_random_exponential(multiplier=0.01, max=0.1),
        reraise=True,
    )
    retrying(connection.execute, "PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another wrote meanwhile: take the lock first.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def no_faults(point: str) -> None:
    """The faults of everyday: none."""


def open_database(url: str, faults: Callable[[str], None] = no_faults) -> "Database":
    """The database at that address; see ``open_engine``."""
    engine = open_engine(url)
    # SQLite lets one write at a time. Several would poll for its lock, in steps that grow to 100 ms, while it lies
    # free; before a pool of one connection they stand in a queue.
    writer = _sqlite_pool(engine.url, pool_size=1, max_overflow=0) if engine.name == "sqlite" else engine
    return Database(engine, writer.execution_options(writes=True), faults)


@dataclass(frozen=True)
class Database:
    """``faults`` is called with ``before_commit`` and ``after_commit`` round every commit, so that suites can cut.
    ``writer`` is the engine of all work that writes."""

    engine: Engine
    writer: Engine
    faults: Callable[[str], None] = no_faults

    def read(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` on one snapshot. Raises Busy or Unreachable."""
        return self._run(work, writes=False, keep=False)

    def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` and commit; again from the start where the database asks for it. Raises Busy, Unreachable."""
        return self._run(work, writes=True, keep=True)

    def rehearse(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` as for ``write``, then take everything back."""
        return self._run(work, writes=True, keep=False)

    def close(self) -> None:
        self.engine.dispose()
        self.writer.dispose()

    def _run(self, work: Callable[[Session], T], *, writes: bool, keep: bool) -> T:
        try:
            result: T = _TRYING(self._once, work, writes, keep)
            return result
        except (PoolTimeout, KeyTaken) as error:
            raise Busy from error
        except OperationalError as error:
            raise (Busy if _worth_repeating(error) else Unreachable)(type(error.orig).__name__) from error
        except DBAPIError as error:
            if error.connection_invalidated or type(error) is DatabaseError:  # a damaged file is a bare DatabaseError
                raise Unreachable(type(error.orig).__name__) from error
            raise

    def _once(self, work: Callable[[Session], T], writes: bool, keep: bool) -> T:
        with Session(self.writer if writes else self.engine, expire_on_commit=False) as session:
            try:
                result = work(session)
                if keep:
                    self.faults("before_commit")
                    session.commit()
                    self.faults("after_commit")
            except DatabaseError as error:
                if _may_be_spoiled(error):
                    session.invalidate()
                raise
            return result


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """What is done inside is taken back as a whole where it raises. SQLAlchemy's own savepoints, which are compiled
    anew each time, cost as much as a claim itself."""
    connection.exec_driver_sql("SAVEPOINT step")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT step")
        raise
    connection.exec_driver_sql("RELEASE SAVEPOINT step")


def _worth_repeating(error: BaseException) -> bool:
    if isinstance(error, KeyTaken):
        return True
    if not isinstance(error, DBAPIError) or isinstance(error, IntegrityError):
        return False
    original: Any = error.orig
    state = getattr(original, "sqlstate", None)
    return state in _AGAIN if state else "locked" in str(original)


def _may_be_spoiled(error: DatabaseError) -> bool:
    """Whether the pool should open another connection: one that was opened while the disk refused to have the file
    written is for SQLite one that only reads, for good."""
    return type(error) in (OperationalError, DatabaseError) and not _worth_repeating(error)


_TRYING = Retrying(
    retry=retry_if_exception(_worth_repeating),
    stop=stop_after_attempt(3),
    wait=wait_random_exponential(multiplier=0.02, max=0.5),
    reraise=True,
)
