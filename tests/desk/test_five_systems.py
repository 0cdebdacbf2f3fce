"""One box for five systems: the real backends against the bundled server's dialects, in one table, one Claim."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from station.backends.listing import load
from station.core.call import CallState, Verb
from station.core.item import Details, Item
from station.core.news import ConnectionState, LineState, Refused, Summary, TargetsRead
from station.core.outcome import OutcomeKind
from station.core.progress import Progress
from station.core.secret import Secret
from station.credentials import find_credentials
from station.desk import afterwards, batches, names, releases, table
from station.desk.house import Parts, build
from station.desk.network import Network
from station.folders import Folders, Lock
from station.parts import Station
from station.server import dialects
from station.server.app import build as build_server
from station.settings import Settings
from station.store import PassphraseSeal, open_store
from tests.server.clusters import NoPostgres, cluster

from .bench import PATIENCE_S, Bench
from .scripted import MovedClock, wait_for

KINDS = ("disruptive", "xyte", "datacake", "here")


class Server:
    """The bundled server with its practice, served in this process."""

    def __init__(self, url: str, clock: MovedClock) -> None:
        self.app = build_server(url, clock=clock.now, practice=True, served=True)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[None]:
        async with self.app.router.lifespan_context(self.app):
            yield


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database for the server; PostgreSQL's in a cluster of its own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'server.db'}"
        return
    folder = Path(tempfile.mkdtemp(prefix="station-pg-"))  # its user may not enter pytest's own folder
    try:
        with cluster(folder) as url:
            yield url
    except NoPostgres as reason:
        pytest.skip(str(reason))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def bench(tmp_path: Path, server_url: str) -> Iterator[Bench]:
    home, clock = tmp_path, MovedClock()
    folders = Folders(home / "data", home, home / "state", home / "logs")
    folders.make(False)
    base = folders.databases(False)
    server = Server(server_url, clock)
    network, lock = Network(lambda: [server.serve]), Lock(base)

    def backends() -> dict[str, Any]:
        made: dict[str, Any] = {}
        for kind in KINDS:
            cls = load(kind)
            given, secrets = dialects.practices()[kind].connection("http://inside")
            hidden = {name: Secret(value) for name, value in secrets.items()}
            made[kind] = cls(kind, cls.settings_class(**given), hidden, clock.now, app=server)  # type: ignore[arg-type]
        return made

    seal = PassphraseSeal("a passphrase for tests", cost=2)
    desk = build(Parts(lambda: open_store(base / "desk.db", seal, now=clock.now).store, backends, network, clock,
                       take_lock=lock.take, mixed=True))
    bench = Bench(Station(Settings(), folders, clock, desk, network, lock, None, find_credentials(folders)))
    bench.start()
    try:
        yield bench
    finally:
        bench.stop()


def _do(bench: Bench, verb: Any, *args: Any) -> Any:
    return bench.station.desk.do(verb, *args).result(PATIENCE_S)


def _ready(bench: Bench, text: str, *more: str) -> Item:
    item = bench.scan(text).item
    for code in more:
        item = bench.scan(code).item
    assert item is not None, (text, bench.last(Refused))
    return bench.until(lambda: row if (row := bench.rows[item.id]).looked_up_at and row.check != "checking" else None)


def _target(bench: Bench, connection: str, target: str, title: str) -> None:
    _do(bench, batches.choose, connection, target, title)


def test_one_box_for_all_of_them(bench: Bench) -> None:
    _target(bench, "xyte", "", "")
    assert wait_for(lambda: all(_online(bench, kind) for kind in KINDS)), bench.news
    targets = {each.connection: each.targets for each in bench.news if isinstance(each, TargetsRead)}
    assert set(targets) == set(KINDS)
    for kind in KINDS:
        first = next(target for target in targets[kind] if target.may_claim is not False and target.seats_left != 0)
        _target(bench, kind, first.id, first.title)
    _do(bench, names.set_pattern, "xyte", "Meeting room {n:03}")
    _target(bench, "xyte", "", "")
    screen = _ready(bench, "SN: MD55-2026-0001", "MAC: 02:58:59:54:00:01")
    assert (screen.connection, screen.name) == ("xyte", "Meeting room 001")
    _target(bench, "disruptive", "", "")
    kit = _ready(bench, "birch-fjord-compass")
    assert (kit.connection, kit.what, kit.claimable) == ("disruptive", "kit", 5)
    partly = _ready(bench, "cedar-valley-anchor")
    assert (partly.claimable, partly.claimed_count) == (2, 2)
    _target(bench, "datacake", "", "")
    meter = _ready(bench, "DCP-100001", "4711")
    assert meter.connection == "datacake"
    _target(bench, "here", "", "")
    pallet = _ready(bench, "VRDE-5a2e0f00-0000-4000-8000-000000000001")
    assert pallet.connection == "here"
    assert len(bench.plan().batches) == len(KINDS)
    assert bench.claim(), bench.last(Refused)
    for row in (screen, kit, meter, pallet):
        done = bench.until(lambda row=row: r if (r := bench.rows[row.id]).progress in _DONE else None)  # type: ignore[misc]
        assert done.progress is Progress.CLAIMED, (done.connection, done.outcome)
        assert done.outcome is not None
        assert done.outcome.kind is OutcomeKind.CLAIMED_NOW
    bench.until(lambda: bench.rows[partly.id].progress in _DONE or None)
    kinds = [d.outcome.kind for d in _details(bench, partly.id).devices if d.outcome]
    assert sorted(kinds) == ["already_claimed", "already_ours", "claimed_now", "claimed_now"]
    sums = {each.batch.connection for each in bench.news if isinstance(each, Summary)}
    assert sums == set(KINDS)
    _afterwards(bench)


_DONE = frozenset({Progress.CLAIMED, Progress.REFUSED, Progress.HELD})


def _online(bench: Bench, kind: str) -> bool:
    told = [each.state for each in bench.news if isinstance(each, ConnectionState) and each.connection == kind]
    return bool(told) and told[-1] is LineState.ONLINE


def _details(bench: Bench, item: int) -> Details:
    found: Details = _do(bench, table.details, item)
    return found


def _settled(bench: Bench, verb: Verb, connection: str) -> bool:
    def done() -> bool:
        calls = bench.station.desk.read(lambda reader: reader.calls(CallState.SETTLED)).result(PATIENCE_S)
        return any((call.verb, call.connection) == (verb, connection) for call in calls)

    return wait_for(done, 10)


def _afterwards(bench: Bench) -> None:
    """What each of them has for what it has claimed."""
    claimed = [row for row in bench.rows.values() if row.progress is Progress.CLAIMED and row.what != "kit"]
    rows = {row.connection: row for row in claimed}
    assert {"xyte", "datacake", "here"} <= set(rows)
    for kind in ("xyte", "datacake", "here"):
        assert _do(bench, afterwards.rename, rows[kind].id, f"Renamed at {kind}", "Anna") == 1
        assert _settled(bench, Verb.RENAME, kind), bench.last(Refused)
        assert wait_for(lambda kind=kind: bench.rows[rows[kind].id].name == f"Renamed at {kind}"), bench.last(Refused)  # type: ignore[misc]
    pins = {"pin": Secret("9090")}
    assert _do(bench, afterwards.change, [rows["datacake"].id], Verb.OPEN_CLAIMING, {}, pins, "Anna") == 1
    assert _settled(bench, Verb.OPEN_CLAIMING, "datacake"), bench.last(Refused)
    for kind in ("here", "xyte"):
        assert _do(bench, releases.release, [rows[kind].id], "Anna") == 1
        bench.until(lambda kind=kind: bench.rows[rows[kind].id].progress is Progress.RELEASED or None)  # type: ignore[misc]
    before = rows["here"].outcome
    _target(bench, "here", "", "")
    again = _ready(bench, "VRDE-5a2e0f00-0000-4000-8000-000000000001")
    assert bench.claim(), bench.last(Refused)
    done = bench.until(lambda: r if (r := bench.rows[again.id]).progress in _DONE else None)
    assert before is not None
    assert done.outcome is not None
    assert done.outcome.kind is OutcomeKind.CLAIMED_NOW
    assert done.outcome.handle not in ("", before.handle)
