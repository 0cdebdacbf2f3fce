# ruff: noqa: S608 - statements are made of this file's own words
"""A database of an earlier version with a delivery in it, written in that version's own tables."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from station.store.migration import APPLICATION_ID
from station.store.migrations import steps
from tests.store.shelf import START

AT = START.isoformat(timespec="microseconds")
LATER = (START + timedelta(hours=3, microseconds=999_999)).isoformat(timespec="microseconds")
QUOTED = 'a"],["b\\'

_ITEM = (
    "id, batch, number, connection, kind, fields, key, text, secret_names, secret, symbology, source, scanned_at, "
    "shown, name, progress, live, search, sealed, scan, settled_at, sent_at, looked_up_at, claimed_devices, outcome"
)
ROWS: tuple[tuple[str, str, str, str, str, bytes | None, int], ...] = (
    # kind, fields, text, shown, name, scan, sealed
    ("code", '[["code","A-1"]]', "A-1", "A-1", "", b"A-1", 0),
    ("code", '[["code","B-2"]]', "B-2", "https://x.example/B-2", "Straße 7", b"https://x.example/B-2", 0),
    ("cloud_id", '[["cloud_id","C-3"]]', "C-3", "C-3", "", b"\xff\x00C-3", 0),
    ("serial_mac", '[["serial","S4"],["mac","AA"]]', "serial=S4,mac=AA", "S4 AA", "", b"S4;AA", 0),
    ("serial_pin", '[["serial","S5"]]', "serial=S5", "S5 ****", "", b"sealed", 1),
    ("serial_pin", '[["serial","S6"]]', "serial=S6", "S6 ****", "", None, 1),
    ("code", f'[["code","{QUOTED[0]}\\"],[\\"b\\\\"]]', QUOTED, QUOTED, "", QUOTED.encode(), 0),
    ("code", '[["code","ØL-8"]]', "ØL-8", "ØL-8", "", "ØL-8".encode(), 0),
    ("code", '[["code","N-9"]]', "N-9", "", "Roof", None, 0),
)
"""Rows 1 to 9: one that says nothing but itself, and each way in which another may differ from that."""


def make_older(path: Path, version: int) -> None:
    """Two batches, the second with the first row's history: a claim that was answered."""
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        for number, step in enumerate(steps()[:version], 1):
            for statement in step.STATEMENTS:
                old.execute(statement)
            old.execute(f"PRAGMA user_version = {number}")
        old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        old.execute("BEGIN")
        old.execute("INSERT INTO meta VALUES ('desk_id', 'd-1'), ('seal_salt', '00ff')")
        old.execute(
            "INSERT INTO batches (id, connection, kind, opened_at, target, target_title, address) "
            "VALUES ('b1', 'local', 'local', ?, 't', 'Oslo', 'x')", (AT,)
        )
        old.execute("INSERT INTO calls (key, number, verb, connection, kind, made_at, batch, state) "
                    "VALUES ('k1', 1, 'claim', 'local', 'local', ?, 'b1', 'settled')", (AT,))
        for number, row in enumerate(ROWS, 1):
            _add(old, number, *row)
        old.execute("INSERT INTO devices (item, device_id, progress) VALUES (2, 'gone', 'open')")
        old.execute("DELETE FROM devices WHERE device_id = 'gone'")  # its number is never given again
        old.execute("INSERT INTO events (at, what, batch, item, device_id, old, new) "
                    "VALUES (?, 'step', 'b1', 1, 'A-1', 'queued', 'sending')", (LATER,))
        old.execute("COMMIT")


def _add(
    old: sqlite3.Connection, number: int, kind: str, fields: str, text: str, shown: str, name: str, scan: bytes | None,
    sealed: int,
) -> None:
    claimed = number == 1
    values = (
        number, 1, number, "local", kind, fields, f"{kind}:{text}", text, "pin" if kind == "serial_pin" else "", None,
        "]Q1", "keyboard", AT, shown, name, "claimed" if claimed else "open", int(not claimed),
        "\n".join(part for part in (text, name) if part).casefold(), sealed, scan, LATER if claimed else None,
        AT if claimed else None, LATER if number == 2 else None, int(claimed), "claimed_now" if claimed else None,
    )
    old.execute(f"INSERT INTO items ({_ITEM}) VALUES ({','.join('?' * len(values))})", values)
    old.execute(
        "INSERT INTO devices (item, device_id, progress, changed_at, call, outcome) VALUES (?, ?, ?, ?, ?, ?)",
        (number, text, "claimed" if claimed else "open", LATER if claimed else None, "k1" if claimed else None,
         "claimed_now" if claimed else None),
    )
