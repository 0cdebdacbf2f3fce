"""A database grows to this version's tables, and one of a newer version is left alone."""

import threading
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from station.server import migrations
from station.server.database import BUSY_MS, open_engine
from station.server.migrations import HEAD, NewerDatabase, migrate, revision_of
from station.server.tables import Base, Claim, Device, Project, Token

FIRST_DATA = (
    "INSERT INTO organizations (id, slug, title) VALUES (1, 'main', 'Main')",
    "INSERT INTO accounts (id, public_id, organization_id, name, may_claim) VALUES (1, 'a', 1, 'station', true)",
    "INSERT INTO tokens (id, account_id, digest, label, created_at) VALUES (1, 1, 'd', 'l', '2026-01-01 00:00:00')",
    "INSERT INTO projects (id, organization_id, slug, title, noun, may_claim) VALUES (1, 1, 'p', 'P', 'project', true)",
    "INSERT INTO kits (id, vendor, namespace, kit_id, form, title) VALUES (1, 'v', '', 'box', 'box', '')",
    "INSERT INTO devices (id, key, vendor, namespace, device_id, kit_id, type, product_number, registered,"
    " claiming_open, multiple, added_at) VALUES (1, 'k', 'v', '', 'd', 1, '', '', true, true, false,"
    " '2026-01-01 00:00:00')",
    "INSERT INTO names (device_id, field, form) VALUES (1, 'device_id', 'd')",
    "INSERT INTO claims (id, handle, device_id, organization_id, project_id, slot, claimed_at) VALUES (1, 'h', 1, 1, 1,"
    " 'only', '2026-01-01 00:00:00')",
    "INSERT INTO pin_tries (device_id, organization_id, failures) VALUES (1, 1, 2)",
)
"""A row of each kind, as the first version of the tables held it."""


def of_the_first_version(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(files(migrations)).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in FIRST_DATA:
            connection.execute(text(statement))


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


def test_a_database_of_the_first_version_keeps_all_that_it_holds(empty_url: str) -> None:
    engine = open_engine(empty_url)
    try:
        of_the_first_version(engine)
        migrate(engine)
        assert revision_of(engine) == HEAD
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
            keys = {tuple(key["constrained_columns"]): key["referred_table"]
                    for key in inspect(connection).get_foreign_keys("devices")}
            assert keys == {("kit_id",): "kits", ("owner_project_id",): "projects"}
        with Session(engine) as session:
            device, claim = session.get_one(Device, 1), session.get_one(Claim, 1)
            token, project = session.get_one(Token, 1), session.get_one(Project, 1)
            assert (device.key, device.plan_open, device.owner_project_id, device.kit_id) == ("k", True, None, 1)
            assert (claim.handle, claim.slot, claim.labels, claim.device_id) == ("h", "only", None, 1)
            assert (token.digest, token.expires_at, token.scope) == ("d", None, None)
            assert token.created_at == datetime(2026, 1, 1, tzinfo=UTC)
            assert (project.vendor, project.app_id) == ("", None)
            assert session.execute(text("SELECT failures FROM pin_tries")).scalar_one() == 2
        with engine.execution_options(writes=True).connect() as connection, pytest.raises(IntegrityError):
            connection.execute(text("UPDATE devices SET owner_project_id = 99"))
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
