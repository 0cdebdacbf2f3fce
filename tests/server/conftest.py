"""A database of each kind for every test of the server: a SQLite file, and PostgreSQL where it was asked for."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from station.server.registry.house import opened
from station.server.sample import fill
from tests.server.clusters import NoPostgres, cluster
from tests.server.desks import START

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """PostgreSQL takes a cluster of its own: only ``-m postgres`` starts one."""
    if "postgres" in (config.option.markexpr or ""):
        return
    skip = pytest.mark.skip(reason="runs on PostgreSQL: pytest tests/server -m postgres")
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    # Not below pytest's own temporary folder: the cluster's user may not enter that, and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="station-pg-"))
    try:
        with cluster(folder) as url:
            yield url
    except NoPostgres as reason:
        pytest.skip(str(reason))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def delivery_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite registry with the sample delivery, to be copied."""
    file = tmp_path_factory.mktemp("delivery") / "registry.db"
    with opened(f"sqlite:///{file}") as database:
        fill(database, START)
    return file


@pytest.fixture(scope="session")
def postgres_delivery(postgres_url: str) -> str:
    """The name of a PostgreSQL database with the sample delivery, to be copied."""
    with _made(postgres_url, "delivery") as url, opened(url) as database:
        fill(database, START)
    return "delivery"


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'registry.db'}"
        return
    main: str = request.getfixturevalue("postgres_url")
    with _made(main, f"t{uuid.uuid4().hex}", drop=True) as url:
        yield url


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of each kind, with the sample delivery in it."""
    if request.param == "sqlite":
        yield request.getfixturevalue("url")
        return
    main: str = request.getfixturevalue("postgres_url")
    template: str = request.getfixturevalue("postgres_delivery")
    with _made(main, f"t{uuid.uuid4().hex}", f" TEMPLATE {template}", drop=True) as url:
        yield url


@pytest.fixture
def url(tmp_path: Path, delivery_file: Path) -> str:
    """The address of a SQLite database with the sample delivery in it."""
    return f"sqlite:///{shutil.copy(delivery_file, tmp_path / 'registry.db')}"


@contextmanager
def _made(main: str, name: str, template: str = "", *, drop: bool = False) -> Iterator[str]:
    engine = create_engine(main, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}{template}"))
        yield make_url(main).set(database=name).render_as_string(hide_password=False)
        if drop:
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name}"))
    finally:
        engine.dispose()
