"""Scans, lists and servers that mean harm, or are just broken: each is answered, and the desk goes on."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.core.item import Item
from station.core.news import BadInput, ConnectionState, Heard, LineState, Trouble
from station.core.progress import Progress
from station.core.scan import Scan
from station.credentials import variable
from station.desk import batches, intake, pauses
from station.desk.lists import bring_in
from station.folders import Folders, find_folders
from station.parts import assemble
from station.settings import ConnectionSettings, Settings
from tests.desk.bench import PATIENCE_S, Bench
from tests.desk.scripted import wait_for

TOKEN = "a-token-that-is-long-enough-for-the-server"
HOSTILE = [
    b"", b"\0", b"\0" * 100, b"x" * 1_000_000, b"A" * 10_000, b"A" * 7089, b"\xff\xfe\x00\x01", b"\xed\xa0\x80" * 20,
    "\u202egnp.exe\u2066abc".encode(), "\N{ZERO WIDTH JOINER}".encode() * 500, b"=cmd|'/c calc'!A0", b"\x1b[2J\x07",
    b"]Q1", b"]C1\x1d\x1d", b"[)>\x1e06\x1d", b"'; DROP TABLE items; --", b"%s%n%x{0}{}", b"../../etc/passwd",
    "e\u0301".encode() * 3000, b"{" * 5000, b"https://" + b"a" * 5000, b"serial=1,mac=" + b"0" * 3000,
]


@pytest.fixture
def lonely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A desk whose server is not there."""
    monkeypatch.setenv(variable("shop", "token"), TOKEN)
    folders = Folders(tmp_path / "data", tmp_path, tmp_path / "state", tmp_path / "logs")
    wanted = ConnectionSettings("shop", "local", {"base_url": f"http://127.0.0.1:{_free_port()}"})
    bench = Bench(assemble(Settings(connections=(wanted,)), folders))
    bench.start()
    yield bench
    bench.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_scan_is_kept_or_refused_with_a_code(lonely: Bench) -> None:
    for data in HOSTILE:
        for symbology in ("", "]Q1", "]zz", "\0"):
            heard = lonely.station.desk.do(
                intake.keep, Scan(data, "keyboard", datetime.now(UTC), symbology)
            ).result(PATIENCE_S)
            assert heard.item is not None or heard.refusal or heard.command, data[:40]
            if len(data) > 7089:
                assert (heard.heard, heard.refusal) == (Heard.PROBLEM, "too_long")
            assert len(heard.shown) < 20_000
    assert not [each for each in lonely.news if isinstance(each, Trouble)]
    assert lonely.scan("c1sample0000000000d0").heard is Heard.KEPT


def test_a_name_of_any_shape_is_kept(lonely: Bench) -> None:
    from station.desk import rows
    from station.desk.naming import LONGEST_NAME

    item = lonely.scan("c1sample0000000000d0").item
    assert item is not None
    for name in ("\0" * 10, "\ud800", "\u202e" * 300, "=1+1", "x" * 100_000, "\n\r\t "):
        lonely.station.desk.do(rows.rename, item.id, name).result(PATIENCE_S)
        assert len(lonely.rows[item.id].name) <= LONGEST_NAME
    assert not [each for each in lonely.news if isinstance(each, Trouble)]


def _bring(bench: Bench, path: Path) -> tuple[int, int, list[BadInput]]:
    done = bring_in(bench.station.desk, path, lambda: datetime.now(UTC), threading.Event())
    return done.kept, done.bad, [each for each in bench.news if isinstance(each, BadInput)]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0" * 4096, b"\xff\xfe" + "code\nabc".encode("utf-16-le"), b"\x80\x81\x82\n" * 50, b"PK\x03\x04broken",
        b"\xd0\xcf\x11\xe0", b'{"code": ' + b"[" * 3000, b'"' + b"a" * 200_000, b"code;name\n" + b";" * 100_000,
    ],
)
def test_a_list_that_is_none_is_said_to_be(lonely: Bench, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    kept, bad, told = _bring(lonely, path)
    assert kept or bad
    assert bool(told) == bool(bad)
    assert not [each for each in lonely.news if isinstance(each, Trouble)]


def test_a_list_with_bad_rows_and_formulas_keeps_the_good_ones(lonely: Bench, tmp_path: Path) -> None:
    path = tmp_path / "delivery.csv"
    lines = ["code,name"]
    bad_rows = {0: ",orphan", 5: '=1+1,"=HYPERLINK(x)"'}
    lines += [bad_rows.get(number % 10, f"sensor-{number:06},Store {number}") for number in range(1500)]
    path.write_text("\n".join(lines), "latin-1")
    kept, bad, told = _bring(lonely, path)
    assert (kept, bad) == (1200, 300)
    assert 0 < len(told) <= 50
    assert all(each.row for each in told)


@pytest.mark.slow
def test_a_list_of_a_hundred_thousand_rows_lets_scans_through(lonely: Bench, tmp_path: Path) -> None:
    path = tmp_path / "delivery.csv"
    path.write_text("code\n" + "\n".join(f"sensor-{number:06}" for number in range(100_000)))
    slowest = [0.0]
    done = threading.Event()

    def scan_meanwhile() -> None:
        number = 0
        while not done.wait(0.5):
            began = time.perf_counter()
            lonely.scan(f"meanwhile-{number}")
            slowest[0] = max(slowest[0], time.perf_counter() - began)
            number += 1

    thread = threading.Thread(target=scan_meanwhile)
    thread.start()
    kept, bad, _ = _bring(lonely, path)
    done.set()
    thread.join()
    assert (kept, bad) == (100_000, 0)
    assert slowest[0] < 1.0


def test_a_list_that_is_not_there_or_a_folder_is_said(lonely: Bench, tmp_path: Path) -> None:
    assert _bring(lonely, tmp_path / "nothing.csv")[1:] != (0, [])
    assert [each.problem for each in _bring(lonely, tmp_path)[2]][-1] == "no_access"


Answer = Callable[[str, socket.socket], None]


def _reply(body: bytes, status: str = "200 OK", kind: str = "application/json") -> Answer:
    def answer(_path: str, connection: socket.socket) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + body)

    return answer


def _drip(_path: str, connection: socket.socket) -> None:
    """One byte a second, for as long as anybody listens."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(60):
        connection.sendall(b" ")
        time.sleep(1)


def _raw(data: bytes) -> Answer:
    return lambda _path, connection: connection.sendall(data)


@contextmanager
def _misbehaving(answer: Answer) -> Iterator[int]:
    """A server on loopback that answers each request with whatever ``answer`` does."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    leave = threading.Event()
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(5)
            asked = connection.recv(65536)
            answer(asked.split(b" ")[1].decode() if b" " in asked else "", connection)

    def accept() -> None:
        while not leave.is_set():
            with suppress(TimeoutError):
                threads.append(threading.Thread(target=serve, args=(listener.accept()[0],)))
                threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        leave.set()
        accepting.join()
        listener.close()
        for thread in threads:
            thread.join()


ANSWERS: dict[str, Answer] = {
    "nothing": lambda _path, _connection: None,
    "garbage": _raw(b"\x00\xff" * 500),
    "half a status": _raw(b"HTTP/1.1 2"),
    "html": _reply(b"<html>Please sign in to the hotel</html>", kind="text/html"),
    "empty": _reply(b""),
    "not json": _reply(b"{"),
    "a list": _reply(b"[]"),
    "null": _reply(b"null"),
    "a number": _reply(b"1" * 5000),
    "deep": _reply(b"[" * 100_000),
    "wrong shape": _reply(b'{"id": 7, "organization": null, "projects": "x", "findings": [1], "results": {}}'),
    "surrogates": _reply(b'{"id": "\\ud800", "organization": {"title": "\\ud800"}, "projects": [], "findings": []}'),
    "redirect": _reply(b"", "302 Found\r\nLocation: http://127.0.0.1:1/"),
    "500": _reply(b"oops", "500 Oops"),
    "429": _reply(b"", "429 Slow\r\nRetry-After: later"),
    "a drip": _drip,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_server_that_misbehaves_is_offline_and_nothing_is_made_up(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable("shop", "token"), TOKEN)
    monkeypatch.setenv("STATION_HOME", str(tmp_path))
    with _misbehaving(ANSWERS[name]) as port:
        values: dict[str, object] = {
            "base_url": f"http://127.0.0.1:{port}", "look_up_timeout_s": 0.5, "claim_timeout_s": 0.5, "target": "oslo",
        }
        bench = Bench(assemble(Settings(connections=(ConnectionSettings("shop", "local", values),)), find_folders()))
        bench.start()
        try:
            bench.until(lambda: _tried(bench))
            row = bench.scan("c1sample0000000000d0").item
            assert row is not None
            assert bench.station.desk.do(
                batches.claim, [(batch.id, batch.revision) for batch in bench.plan().batches], "Anna"
            ).result(PATIENCE_S)
            bench.station.desk.do(pauses.try_now).result(PATIENCE_S)
            assert not wait_for(lambda: _beyond(bench, row.id), 0.7)
            assert not [each for each in bench.news if isinstance(each, Trouble)]
        finally:
            bench.stop()


def _tried(bench: Bench) -> ConnectionState | None:
    line = bench.last(ConnectionState)
    return line if line is not None and line.state is not LineState.UNTRIED else None


def _beyond(bench: Bench, item: int) -> Item | None:
    """The row, if it came further than a look-up with no answer lets it."""
    row = bench.rows[item]
    return row if row.progress not in (Progress.OPEN, Progress.QUEUED) else None
