"""A shift recorded and played again: timing, secrets that never reach the file, files that are none."""

import json
import threading
import time
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.news import Heard, ScanHeard
from station.core.scan import Scan
from station.desk.desk import Desk
from station.files import Files
from station.labels import read
from station.labels.masking import visible
from station.scanners.base import Condition
from station.scanners.framing.recording import RecordingError, begin_line, read_recording, scan_line
from station.scanners.replay import Replay, ReplaySettings
from station.scanning.recording import Recorder
from station.scanning.tape import stand_in, without_secrets
from tests.scanners.heard import Heard as Listener
from tests.scanners.test_pictures import put

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
KEY = bytes(32)


def keep(scan: Scan) -> "Future[ScanHeard]":
    """As the desk does: what may be shown is what the label says."""
    answer: Future[ScanHeard] = Future()
    answer.set_result(ScanHeard(Heard.KEPT, None, read(scan.text, scan.symbology).shown, scan.source))
    return answer


def scan(text: str | bytes, symbology: str = "") -> Scan:
    return Scan(text if isinstance(text, bytes) else text.encode(), "desk", NOON, symbology)


def test_a_shift_is_played_again_with_its_gaps(tmp_path: Path) -> None:
    recorder, file = Recorder(keep, lambda: NOON), tmp_path / "shift.jsonl"
    recorder.keep(scan("KIT-0"))  # nobody records yet
    recorder.begin(file)
    recorder.keep(scan("KIT-1", "]Q1"))
    time.sleep(0.2)
    recorder.keep(scan(b"\xff\xfe\x00raw"))
    recorder.keep(scan("KIT-ø\x1d2"))
    assert recorder.note()[0] == str(file)
    assert recorder.end() == 3
    assert recorder.note() == ("", 0)
    played = list(read_recording(file))
    assert [(each.data, each.symbology) for each in played] == [
        (b"KIT-1", "]Q1"), (b"\xff\xfe\x00raw", ""), ("KIT-ø\x1d2".encode(), "")]
    assert played[1].at_s - played[0].at_s >= 0.19
    heard = Listener()
    replay = Replay(ReplaySettings(str(file), 2.0))
    began = time.monotonic()
    replay.start(heard.scan, heard.state)
    heard.until(lambda: heard.condition is Condition.READY)
    assert time.monotonic() - began >= 0.09
    assert [(each.data, each.symbology, each.source) for each in heard.scans] == [
        (each.data, each.symbology, "replay: desk") for each in played]
    assert replay.stop()


def test_pictures_dropped_on_the_window_are_in_the_recording(tmp_path: Path) -> None:
    recorder, heard = Recorder(keep, lambda: NOON), Listener()
    recorder.begin(tmp_path / "shift.jsonl")

    def take(scan: Scan) -> None:
        recorder.keep(scan)
        heard.scan(scan)

    files = Files(cast(Desk, None), take, lambda: NOON, None)
    files.take([str(put(tmp_path / "tray.png", "KIT-1", "KIT-2"))])
    heard.until(lambda: len(heard.scans) == 2)
    files.stop()
    assert recorder.end() == 2
    played = read_recording(tmp_path / "shift.jsonl")
    source = "picture: tray.png"
    assert {(each.data, each.source) for each in played} == {(b"KIT-1", source), (b"KIT-2", source)}


def test_a_recording_is_for_its_owner_and_never_written_over(tmp_path: Path) -> None:
    recorder, file = Recorder(keep, lambda: NOON), tmp_path / "new" / "shift.jsonl"
    recorder.begin(file)
    recorder.end()
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        recorder.begin(file)


@pytest.mark.parametrize(("text", "secret"), [
    ("serial=C-1;pin=482913", "482913"),
    ("PIN: 0007 ", "0007"),
    ("WIFI:S:shop;T:WPA;P:geheim99;;", "geheim99"),
    ("pin=a***b;code=X1", "a***b"),
])
def test_secrets_are_replaced_by_others_of_their_shape(text: str, secret: str) -> None:
    shown = read(text).shown
    assert secret not in shown
    made = without_secrets(scan(text), shown, KEY).text
    assert secret not in made
    assert len(made) == len(text)
    assert [_shape(character) for character in made] == [_shape(character) for character in text]
    assert made == without_secrets(scan(text), shown, KEY).text


def test_a_code_that_only_the_desk_knew_for_a_secret_is_replaced_whole() -> None:
    made = without_secrets(scan("8841-AB"), "***", KEY).text
    assert made != "8841-AB"
    assert made[4] == "-"
    assert made[:4].isdigit()


def _shape(character: str) -> str:
    return "0" if character.isdigit() else "A" if character.isupper() else "a" if character.isalpha() else character


LETTERS = "abcdefGHIJK0123456789"
OPEN = st.text(st.characters(codec="utf-8", exclude_characters=LETTERS), max_size=12)
HIDDEN = st.text(LETTERS, min_size=8, max_size=20)


@given(OPEN, st.lists(st.tuples(HIDDEN, OPEN), min_size=1, max_size=3))
def test_nothing_that_is_masked_is_left(first: str, parts: list[tuple[str, str]]) -> None:
    """However a text is masked, and whatever stands around it."""
    text = first + "".join(secret + after for secret, after in parts)
    shown = visible(first) + "".join("***" + visible(after) for _, after in parts)
    made = without_secrets(scan(text), shown, KEY).text
    assert len(made) == len(text)
    for secret, _ in parts:
        assert secret not in made


@given(st.text(min_size=1, max_size=80))
def test_a_stand_in_has_the_same_length_and_is_the_same_each_time(secret: str) -> None:
    made = stand_in(secret, KEY)
    assert len(made) == len(secret)
    assert made == stand_in(secret, KEY)


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.floats(0, 5)), max_size=8))
def test_whatever_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, scans: list[tuple[bytes, float]]
                                           ) -> None:
    file, at = tmp_path_factory.mktemp("shift") / "shift.jsonl", 0.0
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(begin_line(NOON))
        for data, gap in scans:
            at += gap
            stream.write(scan_line(scan(data), at))
    assert [each.data for each in read_recording(file)] == [data for data, _ in scans]


@pytest.mark.parametrize("text", [
    "", "{}", "no json", '{"v": 2, "recorded": "x"}', '{"v": 1, "recorded": "x"}\n[]', "[" * 5000,
    '{"v": 1, "recorded": "x"}\n{"at_ms": 5}', '{"v": 1, "recorded": "x"}\n{"at_ms": "x", "text": "a"}',
    '{"v": 1, "recorded": "x"}\n{"at_ms": 9, "text": "a"}\n{"at_ms": 8, "text": "b"}',
    '{"v": 1, "recorded": "x"}\n{"at_ms": 1e300, "text": "b"}',
    '{"v": 1, "recorded": "x"}\n{"at_ms": 1, "base64": "*"}',
])
def test_a_file_that_is_no_recording_is_named_as_such(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.jsonl"
    file.write_text(text, "utf-8")
    with pytest.raises(RecordingError, match=r"odd\.jsonl"):
        list(read_recording(file))
    heard = Listener()
    replay = Replay(ReplaySettings(str(file), 0))
    replay.start(heard.scan, heard.state)
    heard.until(lambda: heard.condition is Condition.FAILED)
    assert replay.stop()


def test_a_broken_line_does_not_bring_the_first_scans_back(tmp_path: Path) -> None:
    file = tmp_path / "shift.jsonl"
    file.write_text(begin_line(NOON) + scan_line(scan("KIT-1"), 0) + "half a li", "utf-8")
    heard = Listener()
    replay = Replay(ReplaySettings(str(file), 0))
    replay.start(heard.scan, heard.state)
    heard.until(lambda: heard.condition is Condition.FAILED)
    file.write_text(begin_line(NOON) + scan_line(scan("KIT-1"), 0) + scan_line(scan("KIT-2"), 0), "utf-8")
    heard.until_texts("KIT-1", "KIT-2")
    assert replay.stop()


def test_recording_from_several_threads_loses_nothing(tmp_path: Path) -> None:
    recorder = Recorder(keep, lambda: NOON)
    recorder.begin(tmp_path / "shift.jsonl")
    threads = [
        threading.Thread(target=lambda n=n: [recorder.keep(scan(f"KIT-{n}-{m}")) for m in range(50)])
        for n in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert recorder.end() == 200
    lines = (tmp_path / "shift.jsonl").read_text("utf-8").splitlines()[1:]
    assert sorted(json.loads(line)["text"] for line in lines) == sorted(
        f"KIT-{n}-{m}" for n in range(4) for m in range(50))
