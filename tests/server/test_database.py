"""The server's database where a connection to it was spoiled."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from station.server.database import Unreachable, open_database


def test_a_connection_that_was_opened_while_the_disk_refused_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "server.db"
    database = open_database(f"sqlite:///{path.as_posix()}")
    opened: list[bool] = []

    def refused_once(*_call: Any) -> sqlite3.Connection | None:
        """What SQLite makes of a file that it is refused for writing: a connection that only reads."""
        opened.append(True)
        if len(opened) > 1:
            return None
        return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)

    def add(session: Session) -> None:
        session.execute(text("INSERT INTO kept VALUES (1)"))

    try:
        with sqlite3.connect(path) as made:
            made.execute("PRAGMA journal_mode = WAL")
            made.execute("CREATE TABLE kept (n)")
        made.close()
        event.listen(database.writer, "do_connect", refused_once)
        with pytest.raises(Unreachable):
            database.write(add)
        database.write(add)
        assert database.read(lambda session: session.scalar(text("SELECT count(*) FROM kept"))) == 1
    finally:
        database.close()
