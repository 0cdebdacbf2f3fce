# ruff: noqa: S608 - statements are made of this file's own words
"""The checker passes what agrees and finds each lie that is put into either file."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.core.batch import Batch
from station.core.call import Call, CallDevice, CallState, Verb
from station.core.finding import ClaimStatus, FoundDevice
from station.core.identifier import Identifier, Kind
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import FOLLOWS, Progress
from station.core.scan import Scan
from station.desk.writing import NewItem
from station.server.tables import Base
from station.store import open_store
from tests.checker.check import FAIL, MAY_FOLLOW, OK, UNKNOWN, check

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
CODE = Identifier.of(Kind.CODE, code="KIT")
TIME = "2026-05-04 08:30:00.000000"


@dataclass
class Pair:
    """A desk that has claimed two devices with one call, and the server that did it."""

    desk: Path
    server: Path

    def at_the_desk(self, change: str) -> None:
        _run(self.desk, change)

    def at_the_server(self, change: str) -> None:
        _run(self.server, change)

    def verdicts(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for one in check(self.desk, self.server):
            found.setdefault(one.device, set()).add(one.verdict)
        return found


def _run(path: Path, change: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(change)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    made = Pair(tmp_path / "desk.db", tmp_path / "server.db")
    _claim_at_the_desk(made.desk)
    _make_server(made.server)
    return made


def _claim_at_the_desk(path: Path) -> None:
    with closing(open_store(path).store) as store, store.transaction():
        store.add_batch(Batch("b1", "local", "local", NOW))
        item = store.add_item(NewItem("b1", "local", CODE, Scan(b"KIT", "typed", NOW), "KIT"))
        store.put_devices(item, [FoundDevice(name, ClaimStatus.UNCLAIMED, f"key-{name}") for name in ("d1", "d2")])
        devices = store.devices(item)
        ids = [device.id for device in devices]
        named = tuple(CallDevice(one.id, one.device_id, one.found.ref, CODE) for one in devices)
        store.step(ids, Progress.OPEN, Progress.QUEUED, NOW)
        store.add_call(Call("op-1", 1, Verb.CLAIM, "local", "local", "", "", "1", named, "Anna", "r", NOW, "b1"))
        store.step(ids, Progress.QUEUED, Progress.SENDING, NOW, call="op-1")
        for one in devices:
            done = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, f"handle-{one.device_id}")
            store.step([one.id], Progress.SENDING, Progress.CLAIMED, NOW, outcome=done)
        store.change_call("op-1", state=CallState.SETTLED)


def _make_server(path: Path) -> None:
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    results = [{"key": f"key-{name}", "id": name, "outcome": "claimed_now", "handle": f"handle-{name}"}
               for name in ("d1", "d2")]
    with closing(sqlite3.connect(path)) as server, server:
        server.execute("INSERT INTO organizations VALUES (1, 'o', 'O')")
        server.execute(
            "INSERT INTO accounts (id, public_id, organization_id, name, may_claim) VALUES (1, 'p', 1, 'n', 1)"
        )
        server.execute(
            "INSERT INTO projects (id, organization_id, slug, title, noun, may_claim, vendor) "
            "VALUES (1, 1, 's', 't', 'p', 1, '')"
        )
        for number, name in enumerate(("d1", "d2"), start=1):
            server.execute(
                "INSERT INTO devices (id, key, vendor, namespace, device_id, type, product_number, registered, "
                "claiming_open, multiple, plan_open, added_at) VALUES (?, ?, 'v', '', ?, '', '', 1, 1, 0, 1, ?)",
                (number, f"key-{name}", name, TIME),
            )
            server.execute(
                "INSERT INTO claims (id, handle, device_id, organization_id, project_id, account_id, slot, claimed_at) "
                "VALUES (?, ?, ?, 1, 1, 1, 'only', ?)", (number, f"handle-{name}", number, TIME),
            )
        answer = json.dumps({"results": results})
        server.execute("INSERT INTO operations VALUES (1, 1, 'op-1', 'claim', 'hash', ?, ?)", (answer, TIME))


def test_its_own_table_is_the_one_of_the_station() -> None:
    assert {(old.value, new.value) for old, follows in FOLLOWS.items() for new in follows} == MAY_FOLLOW


def test_what_agrees_is_ok(pair: Pair) -> None:
    assert pair.verdicts() == {"d1": {OK}, "d2": {OK}}


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE claims SET handle = 'other' WHERE handle = 'handle-d1'",
        "UPDATE operations SET answer = replace(answer, 'claimed_now', 'already_ours')",
        "UPDATE operations SET key = 'op-2'",
        "DELETE FROM operations",
    ],
)
def test_claimed_now_without_a_claim_of_that_call_fails(pair: Pair, lie: str) -> None:
    pair.at_the_server(lie)
    assert FAIL in pair.verdicts()["d1"]


@pytest.mark.parametrize("says", ["refused", "queued", "open"])
def test_a_claim_that_the_desk_denies_fails(pair: Pair, says: str) -> None:
    pair.at_the_desk(f"UPDATE devices SET progress = '{says}', outcome = NULL WHERE device_id = 'd1'")
    verdicts = pair.verdicts()
    assert FAIL in verdicts["d1"]
    assert verdicts["d2"] == {OK}


@pytest.mark.parametrize("says", ["unknown", "held", "sending"])
def test_not_knowing_is_no_lie(pair: Pair, says: str) -> None:
    way = {"unknown": [("sending", "unknown")], "held": [("sending", "unknown"), ("unknown", "held")], "sending": []}
    steps = "".join(
        "INSERT INTO events (at, what, batch, item, device_id, old, new) "
        f"VALUES ('{TIME}', 'step', 'b1', 1, 'd1', '{old}', '{new}');" for old, new in way[says]
    )
    pair.at_the_desk(
        "DROP TRIGGER events_never_delete; DELETE FROM events WHERE device_id = 'd1' AND new = 'claimed';"
        f"UPDATE devices SET progress = '{says}', outcome = NULL WHERE device_id = 'd1'; {steps}"
    )
    assert pair.verdicts() == {"d1": {UNKNOWN}, "d2": {OK}}


def test_a_release_must_be_at_the_server_too(pair: Pair) -> None:
    pair.at_the_desk(
        "UPDATE devices SET progress = 'released' WHERE device_id = 'd1';"
        "INSERT INTO events (at, what, batch, item, device_id, old, new) "
        f"VALUES ('{TIME}', 'step', 'b1', 1, 'd1', 'claimed', 'released')"
    )
    assert FAIL in pair.verdicts()["d1"]
    pair.at_the_server(f"UPDATE claims SET released_at = '{TIME}', slot = NULL WHERE handle = 'handle-d1'")
    assert pair.verdicts() == {"d1": {OK}, "d2": {OK}}


def test_a_device_claimed_twice_fails(pair: Pair) -> None:
    pair.at_the_desk(
        "INSERT INTO calls (key, number, verb, connection, kind, made_at) "
        f"VALUES ('op-2', 2, 'claim', 'local', 'local', '{TIME}')"
    )
    again = json.dumps({"results": [{"key": "key-d1", "id": "d1", "outcome": "claimed_now", "handle": "again"}]})
    pair.at_the_server(
        "INSERT INTO claims (id, handle, device_id, organization_id, project_id, slot, claimed_at) "
        "VALUES (3, 'again', 1, 1, 1, '1', '2026-05-04 09:30:00.000000');"
        f"INSERT INTO operations VALUES (2, 1, 'op-2', 'claim', 'hash', '{again}', '{TIME}')"
    )
    assert FAIL in pair.verdicts()["d1"]


@pytest.mark.parametrize(
    ("old", "new", "who"), [("claimed", "queued", "Anna"), ("open", "sending", "Anna"), ("held", "claimed", "")]
)
def test_a_step_that_the_table_does_not_know_fails(pair: Pair, old: str, new: str, who: str) -> None:
    pair.at_the_desk(
        "INSERT INTO events (at, what, batch, item, device_id, old, new, who, why) "
        f"VALUES ('{TIME}', 'step', 'b1', 7, 'd7', '{old}', '{new}', '{who}', 'x')"
    )
    assert pair.verdicts()["d7"] == {FAIL}


def test_the_command_line_says_it_with_its_exit(pair: Pair) -> None:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "tests.checker.check", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    good = run(str(pair.desk), str(pair.server))
    assert (good.returncode, good.stdout.count("\n")) == (0, 2)
    pair.at_the_server("DELETE FROM operations")
    bad = run(str(pair.desk), str(pair.server))
    assert bad.returncode == 1
    assert "fail" in bad.stdout
    assert run("one").returncode == 2
