"""From each earlier version to this one: a copy first, one step at a time, and the tables that the models describe."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa
from alembic.operations import Operations

from station.core.batch import Batch
from station.store import StoreError, StoreProblem, open_store
from station.store.migrations import VERSION, steps
from station.store.tables import metadata, statements
from tests.store.shelf import START


def _add_weight(op: Operations) -> None:
    op.add_column("batches", sa.Column("weight", sa.Integer, nullable=False, server_default="7"))


def _rename_weight(op: Operations) -> None:
    with op.batch_alter_table("calls") as calls:  # SQLite builds the table anew for this
        calls.add_column(sa.Column("colour", sa.Text))
    op.execute("UPDATE batches SET weight = weight + 1")


def step(upgrade: Any) -> ModuleType:
    return cast(ModuleType, SimpleNamespace(upgrade=upgrade))


CHAIN: tuple[ModuleType, ...] = (*steps(), step(_add_weight), step(_rename_weight))


def chain(most: int) -> "Sequence[ModuleType]":
    return CHAIN[:most]


def schema(connection: sqlite3.Connection) -> dict[str, str]:
    """Each table, index and trigger by name, its text without the blanks."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    return {name: "".join(sql.split()) for name, sql in rows}


def test_all_steps_lead_to_the_models(tmp_path: Path) -> None:
    assert len(steps()) == VERSION
    with closing(open_store(tmp_path / "desk.db").store) as store, closing(sqlite3.connect(":memory:")) as models:
        store.connection.raw.row_factory = None
        for statement in statements():
            models.execute(statement)
        assert schema(store.connection.raw) == schema(models)
        assert set(metadata.tables) <= schema(models).keys()
        assert store.connection.raw.execute("PRAGMA user_version").fetchone() == (VERSION,)


@pytest.mark.parametrize("begin", range(1, len(CHAIN)))
def test_each_earlier_version_is_migrated_after_a_copy_of_it(tmp_path: Path, begin: int) -> None:
    path = tmp_path / "desk.db"
    with closing(open_store(path, steps=lambda: chain(begin)).store) as store, store.transaction():
        store.add_batch(Batch("b1", "local", "local", START))
    seen: list[str] = []
    with closing(open_store(path, faults=seen.append, now=lambda: START, steps=lambda: CHAIN).store) as store:
        assert store.connection.value("SELECT weight FROM batches") == 8
        assert store.connection.value("SELECT count(*) FROM pragma_table_info('calls') WHERE name = 'colour'") == 1
        assert store.batch("b1") is not None
        assert store.connection.value("PRAGMA foreign_keys") == 1
        assert store.check() == ""
    assert seen[: len(CHAIN) - begin] == [f"store.migrate.{number}" for number in range(begin + 1, len(CHAIN) + 1)]
    with closing(sqlite3.connect(tmp_path / f"desk.version-{begin}-20260504T083000.db")) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (begin,)
        assert copy.execute("SELECT id FROM batches").fetchall() == [("b1",)]


def test_a_step_that_is_cut_off_is_taken_again(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    open_store(path).store.close()

    def cut(point: str) -> None:
        if point == f"store.migrate.{VERSION + 1}":
            raise ConnectionAbortedError(point)

    with pytest.raises(ConnectionAbortedError):
        open_store(path, faults=cut, steps=lambda: CHAIN)
    with closing(sqlite3.connect(path)) as half:
        assert half.execute("PRAGMA user_version").fetchone() == (VERSION,)
    with closing(open_store(path, steps=lambda: CHAIN).store) as store:
        assert store.connection.value("PRAGMA user_version") == len(CHAIN)


def test_a_step_that_fails_leaves_the_version_before(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    open_store(path).store.close()
    bad = step(lambda op: op.execute("ALTER TABLE nowhere ADD COLUMN x"))
    with pytest.raises(StoreError) as failed:
        open_store(path, steps=lambda: (*steps(), bad))
    assert failed.value.problem is StoreProblem.FAULT
    with closing(open_store(path).store) as store:
        assert store.connection.value("PRAGMA user_version") == VERSION
