"""A database grows to this version's tables, and one of a newer version is left alone."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from station.server.database import BUSY_MS, open_engine
from station.server.migrations import HEAD, NewerDatabase, migrate, revision_of
from station.server.tables import Base


def test_the_migrated_tables_are_the_models(empty_url: str) -> None:
    engine = open_engine(empty_url)
    try:
        assert revision_of(engine) is None
        migrate(engine)
        migrate(engine)
        assert revision_of(engine) == HEAD
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
    finally:
        engine.dispose()


def test_a_newer_database_is_left_alone(empty_url: str) -> None:
    engine = open_engine(empty_url)
    try:
        migrate(engine)
        with engine.execution_options(writes=True).begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(NewerDatabase, match="9999"):
            migrate(engine)
        assert revision_of(engine) == "9999"
    finally:
        engine.dispose()


def test_several_programs_may_start_at_once(empty_url: str) -> None:
    engines = [open_engine(empty_url) for _ in range(4)]
    threads = [threading.Thread(target=migrate, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {revision_of(engine) for engine in engines} == {HEAD}
    for engine in engines:
        engine.dispose()


def test_sqlite_keeps_what_it_was_told(tmp_path: object) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/deep/folder/registry.db")
    try:
        with engine.connect() as connection:
            values = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": BUSY_MS}
    finally:
        engine.dispose()


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"sqlite|SQLite"):
        open_engine(url)
