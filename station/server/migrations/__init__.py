"""Brings a registry's database to the tables of this version, and refuses one that is newer."""

import threading
from importlib.resources import files

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

HEAD = "0002"
"""The revision that this version of the program needs."""

_one_at_a_time = threading.Lock()  # Alembic keeps its context in module globals: two apps may start in one process


class NewerDatabase(Exception):
    """The database was written by a newer version of this program (``revision`` is not known here)."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"the registry's database is of revision {revision}, this program knows up to {HEAD}")
        self.revision = revision


def revision_of(engine: Engine) -> str | None:
    """The revision that the database is of, or None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def migrate(engine: Engine) -> None:
    """Upgrade to ``HEAD`` where needed; safe when several programs start at once. Raises NewerDatabase."""
    for last in (False, False, True):
        if revision_of(engine) == HEAD:
            return
        try:
            with _one_at_a_time:
                _upgrade(engine)
        except DBAPIError:  # another program made the same tables at the same moment
            if last:
                raise


def _upgrade(engine: Engine) -> None:
    # Imported here: Alembic takes a while to load and is needed on the first start only.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(files(__name__)).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with engine.execution_options(writes=True).connect() as connection, connection.begin():
        found = None
        if inspect(connection).has_table("alembic_version"):
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        if found is not None and found not in known:
            raise NewerDatabase(found)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
