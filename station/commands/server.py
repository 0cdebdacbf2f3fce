"""``station serve`` and ``station registry``: the bundled server on a port, and what it knows."""

import os
from datetime import UTC, datetime
from pathlib import Path

from station.folders import Folders
from station.server.database import Busy, Unreachable
from station.server.importing import import_file
from station.server.migrations import NewerDatabase
from station.server.registry.house import SetupRefused, Target, add_target, opened
from station.server.serving import ServeRefused, Serving
from station.server.serving import serve as serve_until_stopped
from station.words import say

from .answers import Exit, Stop, note, put_json
from .running import find_settings

TOKEN = "STATION_SERVER_TOKEN"  # noqa: S105 - the name of a variable
MOST_BAD_SHOWN = 50


def database_url(given: str, folders: Folders, *, practice: bool = False) -> str:
    """The address that was given, else the file in the data folder; practice has one of its own, as in the window."""
    if given:
        return given
    folder = folders.databases(practice)
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / ('served.db' if practice else 'server.db')}"


def serve(serving: Serving) -> Exit:
    """Serve until it is stopped. Raises ``Stop`` where a stranger could use or overhear it."""
    try:
        serve_until_stopped(serving, clock=lambda: datetime.now(UTC))
    except ServeRefused as error:
        sentence = say(f"cli.serve.{error.problem}", detail=error.detail, variable=TOKEN)
        raise Stop(sentence) from error
    return Exit.DONE


def plan_serving(
    host: str, port: int, database: str, cert: Path | None, key: Path | None, behind_proxy: bool, practice: bool,
    names: list[str],
) -> Serving:
    """How to serve; the token comes from the environment, where others on this computer cannot read it."""
    _, folders = find_settings()
    return Serving(
        database_url(database, folders, practice=practice), host, port, cert, key, behind_proxy, practice,
        os.environ.get(TOKEN) or None, names,
    )


def import_registry(file: Path, database: str, keep_good: bool, as_json: bool) -> Exit:
    """Import a CSV or XLSX file; nothing of a file with bad rows unless ``keep_good``."""
    settings, folders = find_settings()
    url = database_url(database, folders)
    with _Explained(url):
        done = import_file(url, file, datetime.now(UTC), keep_good=keep_good)
    for bad in done.bad[:MOST_BAD_SHOWN]:
        where = say("cli.at_row", name=file.name, row=bad.number) if bad.number else file.name
        note(f"{where}: {say(f'cli.import.{bad.problem}', column=bad.column)}")
    if as_json:
        put_json({
            "stored": done.stored, "new": done.new, "changed": done.changed, "same": done.same, "targets": done.targets,
            "bad": [{"row": bad.number, "problem": str(bad.problem), "column": bad.column} for bad in done.bad],
        })
    if not done.stored:
        raise Stop(say("cli.not_imported", n=len(done.bad)), Exit.REFUSED)
    note(say("cli.imported", new=done.new, changed=done.changed, same=done.same, where=url))
    if settings.is_practice and not database:
        note(say("cli.still_practice"))
    return Exit.REFUSED if done.bad else Exit.DONE


def put_target(target: Target, database: str, as_json: bool) -> Exit:
    """Add a target to the register, or change the one of that ID."""
    _, folders = find_settings()
    url = database_url(database, folders)
    with _Explained(url), opened(url) as register:
        organization = add_target(register, target)
    if as_json:
        put_json({"id": target.id, "organization": organization})
    note(say("cli.target_added", id=target.id, organization=organization))
    return Exit.DONE


class _Explained:
    """Makes a sentence of what can be wrong with a register's database."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        """Nothing to begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, SetupRefused):
            raise Stop(say(f"cli.setup.{error.problem}", detail=error.text)) from error
        if isinstance(error, NewerDatabase | Busy | Unreachable | OSError | ValueError) or _is_database_error(error):
            first = (str(error) or type(error).__name__).splitlines()[0][:300]
            raise Stop(say("cli.bad_database", detail=first), Exit.REFUSED) from error


def _is_database_error(error: BaseException | None) -> bool:
    """By its home, for the library itself is named only in the rooms of the databases."""
    return error is not None and type(error).__module__.startswith(("sqlalchemy", "sqlite3", "psycopg"))
