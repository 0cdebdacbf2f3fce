"""The desk's scanners together: several at once, unplugged in the middle, odd settings, drivers that misbehave."""

import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

from station.core.news import Heard, ScanHeard
from station.core.scan import Scan
from station.core.secret import Secret
from station.scanners.base import Condition, Found, OnScan, OnState, Scanner, Shelf, State
from station.scanners.practice import Practice, PracticeSettings
from station.scanning.hub import Scanning
from station.scanning.line import Echoes, Line
from station.settings import ScannerSettings, SettingsError, read_settings
from station.settings_file import remove_scanner, write_scanner
from station.ui.connection_doors import Done, Draft, Problem
from station.ui.scanner_doors import ScannerDraft
from tests.scanners.test_folder import picture
from tests.scanning.bench import Line as Port
from tests.scanning.bench import scanning


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Port]:
    port = Port(tmp_path)
    yield port
    port.unplug()


def three(port: Port, folder: Path) -> str:
    return f"""
[scanners.desk]
kind = "serial"
device = "{port.port}"
title = "Desk scanner"

[scanners.phones]
kind = "tcp"
port = 0

[scanners.inbox]
kind = "folder"
folder = "{folder}"
still_s = 0.3
"""


def test_three_at_once_and_none_lost_or_doubled_while_one_is_unplugged(port: Port, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with scanning(three(port, inbox)) as bench:
        for name in ("desk", "phones", "inbox"):
            bench.wait_for(name, "ready")
        picture(inbox / "box.png", "KIT-PICTURE")
        (inbox / "order.csv").write_text("code\nKIT-LIST-1\nKIT-LIST-2\n", "utf-8")
        stop, sent = threading.Event(), list[str]()

        def scan_over_the_network() -> None:
            for number in range(40):
                sent.append(f"KIT-NET-{number}")
                bench.send("phones", f"KIT-NET-{number}\r\n".encode())
                if stop.wait(0.02):
                    return

        phones = threading.Thread(target=scan_over_the_network)
        phones.start()
        for number in range(10):
            port.send(f"KIT-SERIAL-{number}\r".encode())
        bench.wait(lambda: sum("SERIAL" in text for text in bench.texts) == 10)
        port.send(b"KIT-HAL")
        port.unplug()
        bench.wait_for("desk", "unplugged")
        port.plug_in()
        bench.wait_for("desk", "ready")
        for number in range(10, 20):
            port.send(f"KIT-SERIAL-{number}\r".encode())
        phones.join()
        wanted = {f"KIT-SERIAL-{number}" for number in range(20)} | set(sent) | {"KIT-PICTURE"}
        bench.wait(lambda: wanted <= set(bench.texts) and (inbox / "read" / "order.csv").exists())
        time.sleep(0.2)
        whole = [text for text in bench.texts if text not in ("KIT-HAL", "KIT-LIST-1", "KIT-LIST-2")]
        assert sorted(whole) == sorted(wanted)
        assert {"KIT-LIST-1", "KIT-LIST-2"} <= set(bench.rows.values())
        assert {heard.source for heard in bench.heard if "SERIAL" in heard.shown} == {"Desk scanner"}
        bench.wait(lambda: bench.one("desk").last == "KIT-SERIAL-19")
        assert bench.one("desk").last_heard == "kept"
        assert (inbox / "read" / "box.png").is_file()
        stop.set()


def test_the_same_code_again_within_a_second_is_one_reading(port: Port, tmp_path: Path) -> None:
    with scanning(three(port, tmp_path) + "[scanners.each]\nkind = 'tcp'\nport = 0\nrepeat_s = 0\n") as bench:
        bench.wait_for("desk", "ready")
        bench.wait_for("each", "ready")
        port.send(b"KIT-1\rKIT-1\rKIT-2\rKIT-1\r")
        bench.send("each", b"KIT-3\rKIT-3\r")
        bench.wait(lambda: len(bench.heard) == 4)
        time.sleep(1.2)
        port.send(b"KIT-1\r")
        bench.wait(lambda: len(bench.heard) == 5)
        assert sorted(bench.texts) == ["KIT-1", "KIT-1", "KIT-2", "KIT-3", "KIT-3"]
        assert bench.heard[-1].heard is Heard.REPEAT


def test_a_reading_that_keeps_coming_counts_once() -> None:
    echoes, at = Echoes(1.0), 0.0
    scan = Scan(b"KIT-1", "desk", datetime.now(UTC))
    told = []
    for gap in (0.0, 0.9, 0.9, 0.9, 1.1):
        at += gap
        told.append(echoes.hear(scan, at))
    assert told == [False, True, True, True, False]
    assert not echoes.hear(Scan(b"KIT-1", "another", scan.at), at)


def test_what_cannot_be_used_is_named_and_the_rest_work(port: Port, tmp_path: Path) -> None:
    odd = """
[scanners.odd]
kind = "no_such_kind"
[scanners.wrong]
kind = "serial"
baud = "fast"
[scanners.told]
kind = "tcp"
token = "in the file"
"""
    with scanning(three(port, tmp_path) + odd) as bench:
        bench.wait_for("desk", "ready")
        assert bench.wait_for("odd", "failed").remedy == "unavailable"
        assert bench.wait_for("wrong", "failed").remedy == "settings"
        assert "baud" in bench.one("wrong").detail
        assert "in the file" not in bench.wait_for("told", "failed").detail
        port.send(b"KIT-1\r")
        bench.wait(lambda: bench.texts == ["KIT-1"])
        assert not isinstance(bench.doors.set_up("odd", "no_such_kind", "").result(10), Problem)
        assert bench.doors.leave("name odd").result(10) == Done()
        assert bench.doors.use("name odd").result(10) == Problem("unavailable", "no such scanner")
        for name in ("odd", "wrong", "told"):
            assert bench.doors.take_away(name).result(10) == Done()
        assert {each.name for each in read_settings(bench.station.folders.settings).scanners} == {
            "desk", "phones", "inbox"}


def test_a_token_is_kept_away_from_the_file_and_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with scanning() as bench:
        draft = Draft("", "tcp", {"host": "127.0.0.1", "port": 0, "idle_ms": 300}, {"token": Secret("long-enough-1")},
                      in_file=True, passphrase=Secret("correct horse"))
        assert bench.doors.save(ScannerDraft(draft, "Phones")).result(20) == Done()
        bench.wait_for("tcp", "ready")
        text = bench.station.folders.settings.read_text("utf-8")
        assert tomllib.loads(text)["scanners"] == {"tcp": {"kind": "tcp", "title": "Phones", "port": 0}}
        bench.send("tcp", b"KIT-NO\rlong-enough-1 KIT-YES\r")
        bench.wait(lambda: bench.texts == ["KIT-YES"])
        found = bench.doors.set_up("tcp", "tcp", "").result(20)
        assert not isinstance(found, Problem)
        assert (found.places, found.title) == ({"token": "file"}, "Phones")
        assert "token" not in found.values
        assert bench.doors.take_away("tcp").result(20) == Done()
        assert "scanner_tcp.token" not in bench.station.credentials.file.names()
    assert "scanners" not in bench.station.folders.settings.read_text("utf-8")


def test_without_its_secret_a_door_stays_shut(tmp_path: Path) -> None:
    with scanning() as bench:
        draft = Draft("", "tcp", {"port": 0}, {"token": Secret("long-enough-1")}, in_file=True,
                      passphrase=Secret("correct horse"))
        assert bench.doors.save(ScannerDraft(draft)).result(20) == Done()
    with scanning() as bench:  # the file is locked again
        assert bench.wait_for("tcp", "failed").remedy == "locked_file"
        bench.station.credentials.file.unlock(Secret("correct horse"))
        bench.wait_for("tcp", "ready")


def test_used_let_go_and_taken_away(port: Port, tmp_path: Path) -> None:
    with scanning(three(port, tmp_path)) as bench:
        bench.wait_for("desk", "ready")
        assert bench.doors.leave("name desk").result(10) == Done()
        bench.wait(lambda: not bench.one("desk").enabled)
        assert bench.one("desk").state == "stopped"
        port.send(b"KIT-0\r")
        time.sleep(0.2)
        assert bench.texts == []
        assert bench.doors.use("name desk").result(10) == Done()
        bench.wait_for("desk", "ready")
        bench.wait(lambda: bench.texts in ([], ["KIT-0"]))
        assert bench.doors.take_away("desk").result(10) == Done()
        assert bench.doors.use("name desk").result(10) == Problem("gone")
        bench.wait(lambda: all(each.name != "desk" for each in bench.seen[-1].scanners))


def test_the_keyboards_settings_are_kept_and_handed_to_the_window(tmp_path: Path) -> None:
    with scanning('[station]\nscanner_layout = "same"\n') as bench:
        found = bench.doors.set_up("keyboard", "keyboard", "").result(20)
        assert not isinstance(found, Problem)
        assert found.values == {"layout": "same"}
        values = {field.name: field.default for field in found.form.fields} | {"profile": "slow", "layout": "same"}
        draft = ScannerDraft(Draft("keyboard", "keyboard", values, known=True), repeat_s=0.5)
        assert bench.doors.save(draft).result(20) == Done()
        wanted = ScannerSettings("keyboard", "keyboard", {"layout": "same", "profile": "slow"}, repeat_s=0.5)
        assert bench.changed_keyboard == [wanted]
        assert read_settings(bench.station.folders.settings).scanners == (wanted,)


def test_settings_go_round(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('# Ours.\n[station]\nname = "desk-4"\n\n# The one on the left.\n[scanners.left]\nkind = "serial"\n'
                    'baud = 115200  # as its manual says\n', "utf-8")
    left = read_settings(path).scanners[0]
    write_scanner(path, left)
    write_scanner(path, ScannerSettings("net", "tcp", {"port": 9000}, "Phones", False, 2.5))
    text = path.read_text("utf-8")
    assert "# as its manual says" in text
    assert "# The one on the left." in text
    assert read_settings(path).scanners == (
        left, ScannerSettings("net", "tcp", {"port": 9000}, "Phones", False, 2.5))
    remove_scanner(path, "left")
    remove_scanner(path, "net")
    assert read_settings(path).scanners == ()
    assert "# Ours." in path.read_text("utf-8")


@pytest.mark.parametrize("table", [
    "scanners = 1", "[scanners]\nleft = 1", "[scanners.Left]\nkind = 'serial'", "[scanners.left]\n",
    "[scanners.left]\nkind = 7", "[scanners.left]\nkind = 'serial'\nenabled = 1",
    "[scanners.left]\nkind = 'serial'\nrepeat_s = -1", "[scanners.left]\nkind = 'serial'\nrepeat_s = nan",
])
def test_a_table_that_cannot_be_meant_is_refused(tmp_path: Path, table: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(table, "utf-8")
    with pytest.raises(SettingsError):
        read_settings(path)


class Stubborn(Scanner):
    """A driver that does not come back."""

    name = "stubborn"
    let_go = threading.Event()

    def start(self, on_scan: OnScan, on_state: OnState) -> None:
        on_state(State(Condition.READY))
        self.on_scan = on_scan

    def stop(self, timeout: float = 2.0) -> bool:
        return self.let_go.wait(timeout) and False


class Broken(Scanner):
    """A driver that fails wherever it can."""

    name = "broken"

    @classmethod
    def find(cls) -> tuple[Found, ...]:
        raise OSError("no such bus")

    def start(self, on_scan: OnScan, on_state: OnState) -> None:
        raise RuntimeError("the driver is old")

    def stop(self, timeout: float = 2.0) -> bool:
        raise RuntimeError("the driver is older")


def hub(scanners: dict[str, Scanner], kept: list[Scan]) -> Scanning:
    def keep(scan: Scan) -> "Future[ScanHeard]":
        kept.append(scan)
        answer: Future[ScanHeard] = Future()
        answer.set_result(ScanHeard(Heard.KEPT, None, scan.text, scan.source))
        return answer

    def make(wanted: ScannerSettings, _line: Line) -> Scanner:
        return scanners[wanted.name]

    wanted = [ScannerSettings(name, "made_up") for name in scanners]
    return Scanning(wanted, keep, make, shelf=Shelf("no.such.package", ()))


def test_one_that_does_not_stop_is_left_behind_and_heard_no_more() -> None:
    kept: list[Scan] = []
    stubborn = Stubborn()
    here = hub({"stubborn": stubborn, "practice": Practice(PracticeSettings(("KIT-1",), (0.0,)))}, kept)
    here.start()
    until = time.monotonic() + 10
    while not kept or not hasattr(stubborn, "on_scan"):
        assert time.monotonic() < until
        time.sleep(0.01)
    began = time.monotonic()
    assert not here.stop()
    assert time.monotonic() - began < 3.5
    stubborn.on_scan(kept[0])
    assert [scan.text for scan in kept] == ["KIT-1"]
    Stubborn.let_go.set()


def test_a_driver_that_fails_is_named_and_stops_nobody() -> None:
    kept: list[Scan] = []
    here = hub({"broken": Broken(), "practice": Practice(PracticeSettings(("KIT-1",), (0.0,)))}, kept)
    here.start()
    until = time.monotonic() + 10
    while not kept or here.lines["broken"].state.condition is not Condition.FAILED:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert "the driver is old" in here.lines["broken"].state.detail
    assert here.stop()
