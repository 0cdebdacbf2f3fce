"""A desk that cannot reach its server queues the batch, and carries it out exactly once when the server is back."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn

from station.core.item import Check, Item
from station.core.news import ConnectionState, LineState, Summary
from station.core.progress import Progress
from station.credentials import variable
from station.desk import batches, pauses, queue
from station.folders import find_folders
from station.parts import assemble
from station.server.app import build
from station.settings import ConnectionSettings, Settings
from tests.desk.bench import Bench

TOKEN = "a-token-that-is-long-enough-for-the-server"
DEVICE = "c1sample0000000000d0"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _server(path: Path, port: int) -> Iterator[None]:
    app = build(f"sqlite:///{path}", clock=lambda: datetime.now(UTC), practice=True, token=TOKEN)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def port() -> int:
    return _free_port()


@pytest.fixture
def desk(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("STATION_HOME", str(tmp_path))
    monkeypatch.setenv(variable("shop", "token"), TOKEN)
    wanted = ConnectionSettings("shop", "local", {"base_url": f"http://127.0.0.1:{port}"})
    bench = Bench(assemble(Settings(connections=(wanted,)), find_folders()))
    bench.start()
    yield bench
    bench.stop()


def _row(desk: Bench, item: int, progress: Progress) -> Item | None:
    row = desk.rows.get(item)
    return row if row is not None and row.progress is progress else None


def _offline(desk: Bench) -> ConnectionState | None:
    line = desk.last(ConnectionState)
    return line if line is not None and line.state is LineState.OFFLINE else None


def test_queued_offline_and_carried_out_once_when_the_server_is_back(desk: Bench, tmp_path: Path, port: int) -> None:
    desk.until(lambda: _offline(desk))
    desk.station.desk.do(batches.choose, "shop", "oslo-west", "Oslo-West").result(10)
    heard = desk.scan(DEVICE)
    assert heard.item is not None
    item = heard.item.id
    desk.until(lambda: desk.rows[item].check is Check.OFFLINE)
    assert desk.claim()
    desk.until(lambda: _row(desk, item, Progress.QUEUED))
    with _server(tmp_path / "server.db", port):
        desk.station.desk.do(pauses.try_now)
        done = desk.until(lambda: _row(desk, item, Progress.CLAIMED))
        assert done.outcome is not None
        assert (done.outcome.kind, done.outcome.place) == ("claimed_now", "Oslo-West")
        assert desk.until(lambda: desk.last(Summary)).settled


def test_what_changed_since_claim_is_not_sent(desk: Bench, tmp_path: Path, port: int) -> None:
    """Somebody else's device, queued unseen while offline, comes back to open with the reason."""
    desk.until(lambda: _offline(desk))
    desk.station.desk.do(batches.choose, "shop", "oslo-west", "Oslo-West").result(10)
    theirs, kit = desk.scan("c1sample0000000000d2").item, desk.scan("maple-harbor-lantern").item
    assert theirs is not None
    assert kit is not None
    assert desk.claim()
    with _server(tmp_path / "server.db", port):
        desk.station.desk.do(pauses.try_now)
        back = desk.until(lambda: _row(desk, theirs.id, Progress.OPEN))
        assert back.reason == "now_claimed"
        unseen = desk.until(lambda: _row(desk, kit.id, Progress.OPEN))
        assert unseen.reason == "kit_unseen"
        assert desk.plan().counts.ready == 5


def test_what_was_queued_can_be_taken_back(desk: Bench) -> None:
    desk.until(lambda: _offline(desk))
    desk.station.desk.do(batches.choose, "shop", "oslo-west", "Oslo-West").result(10)
    heard = desk.scan(DEVICE)
    assert heard.item is not None
    item = heard.item.id
    assert desk.claim()
    desk.until(lambda: _row(desk, item, Progress.QUEUED))
    assert desk.station.desk.do(queue.take_back, [item], "Anna").result(10) == 1
    desk.until(lambda: _row(desk, item, Progress.OPEN))
    assert desk.plan().counts.queued == 0


def test_an_unseen_kit_and_a_device_of_it_are_sent_once(desk: Bench, tmp_path: Path, port: int) -> None:
    """Nobody knew that the device is in the kit when both were queued: it goes with the row that was there first."""
    desk.until(lambda: _offline(desk))
    desk.station.desk.do(batches.choose, "shop", "oslo-west", "Oslo-West").result(10)
    single, kit = desk.scan("c1sample0000000000a2").item, desk.scan("maple-harbor-lantern").item
    assert single is not None
    assert kit is not None
    revisions = [(batch.id, batch.revision) for batch in desk.plan().batches]
    assert desk.station.desk.do(batches.claim, revisions, "Anna", unseen_kits=True).result(10)
    with _server(tmp_path / "server.db", port):
        desk.station.desk.do(pauses.try_now)
        alone = desk.until(lambda: _row(desk, single.id, Progress.CLAIMED))
        whole = desk.until(lambda: _row(desk, kit.id, Progress.CLAIMED))
        assert alone.outcome is not None
        assert alone.outcome.kind == "claimed_now"
        assert whole.outcome is not None
        assert whole.outcome.kind == "claimed_now"
        assert dict(whole.tally)[Progress.CLAIMED] == 4
