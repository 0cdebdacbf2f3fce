"""A scanner's keys come from outside the process, through a real X server, and nothing but the scan is felt."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scanners.keyboard_model import ALT, CODES, ENTER, Tap, Timed, tap, typed
from tests.scanners.scanner_model import Scanner

pytestmark = [pytest.mark.xvfb, pytest.mark.skipif(sys.platform != "linux", reason="an X server is needed")]

ROOT = Path(__file__).parents[2]
LABEL = "KIT-000123:ab/Zq_\"@#"
X11_OFFSET = 8
PACES_MS = (0, 2, 16, 30)
"""Up to 45 ms a character is a scan; a busy machine adds to the gaps, so the edge itself is tested without a server."""


class Keyboard:
    """Presses keys through the X server's test extension, on the server's own clock."""

    def __init__(self, display: str, window: int) -> None:
        from Xlib import X
        from Xlib.display import Display

        self.x, self.display, self.name = X, Display(display), display
        self.display.set_input_focus(self.display.create_resource_object("window", window), X.RevertToParent, 0)
        self.display.sync()

    def press(self, keys: list[Timed]) -> None:
        """Play the keys with their gaps; returns when the server has passed the last one on."""
        from Xlib.ext import xtest

        before = keys[0][0]
        for at, key in keys:
            kind = self.x.KeyPress if key.down else self.x.KeyRelease
            xtest.fake_input(self.display, kind, key.code + X11_OFFSET, time=at - before)
            before = at
        self.display.sync()

    def scan(self, text: str, gap: float = 16) -> None:
        keys = typed(text, 0, lambda: gap, hold=min(4, int(gap // 2)))
        self.press(sorted(keys, key=lambda pair: pair[0]))

    def layout(self, name: str) -> None:
        subprocess.run(["setxkbmap", "-display", self.name, name], check=True, capture_output=True)
        time.sleep(0.3)


class Desk:
    """The window in its own process."""

    def __init__(self, process: "subprocess.Popen[str]", keyboard: Keyboard) -> None:
        self.process, self.keyboard = process, keyboard

    def ask(self, command: str = "state") -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def stall(self, seconds: float) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"stall {seconds}\n")
        self.process.stdin.flush()

    def state(self) -> dict[str, Any]:
        """What happened since the last question, once all held keys must have been judged."""
        time.sleep(0.35)
        return self.ask()


@pytest.fixture
def open_desk(virtual_screen: str) -> Iterator[Callable[..., Desk]]:
    opened: list[Desk] = []

    def start(layout: str = "us") -> Desk:
        script = ROOT / "tests" / "stories" / "keyboard_window.py"
        process = subprocess.Popen(
            [sys.executable, str(script), layout],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        hello = json.loads(process.stdout.readline())
        assert hello["platform"] == "xcb"
        time.sleep(0.3)
        desk = Desk(process, Keyboard(virtual_screen, hello["window"]))
        opened.append(desk)
        time.sleep(0.2)
        desk.ask()
        return desk

    yield start
    for desk in opened:
        desk.keyboard.display.close()
        desk.process.communicate("quit\n", timeout=20)
        assert desk.process.returncode == 0


def alt_scan() -> list[Timed]:
    """01, GS as Alt and 029 on the keypad, 77a, Enter."""
    keypad = {"0": 82, "2": 80, "9": 73}
    keys = [*typed("01", 0, lambda: 10), (20, Tap(ALT, True))]
    for at, digit in enumerate("029"):
        keys += tap(keypad[digit], 24 + 8 * at, hold=3)
    return [*keys, (50, Tap(ALT, False)), *typed("77a\r", 60, lambda: 10)]


def untouched(state: dict[str, Any]) -> bool:
    felt = {name: state[name] for name in ("clicks", "fired", "undone", "text", "cell", "editing")}
    return felt == {"clicks": 0, "fired": 0, "undone": 0, "text": "", "cell": "kept", "editing": False}


def test_a_scan_touches_nothing_wherever_the_focus_is(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    for focus in ("button", "edit", "combo", "table"):
        desk.ask(f"focus {focus}")
        for gap in PACES_MS:
            desk.keyboard.scan("Kit 12\x1d34 x\r", gap)
        desk.keyboard.scan("lab el-77")
        time.sleep(0.3)
        desk.keyboard.scan("tab-88\t")
        desk.keyboard.press(alt_scan())
        state = desk.state()
        assert state["scans"] == ["Kit 12\x1d34 x"] * len(PACES_MS) + ["lab el-77", "tab-88", "01\x1d77a"]
        assert untouched(state)
        assert state["combo"] == "Kilo"
        assert state["listening"][-1] is True


def test_the_layout_of_the_computer_does_not_matter(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.ask("focus edit")
    for layout in ("us", "fr", "de", "no", "ru"):
        desk.keyboard.layout(layout)
        desk.keyboard.scan(LABEL + "\r")
        state = desk.state()
        assert (layout, state["scans"]) == (layout, [LABEL])
        assert untouched(state)


@pytest.mark.parametrize("computer", ["us", "de", "ru"])
def test_a_scanner_set_to_another_country_is_read_at_any_computer(
    open_desk: Callable[..., Desk], computer: str
) -> None:
    desk = open_desk("de")
    desk.keyboard.layout(computer)
    desk.keyboard.press(Scanner(layout="de", gap_ms=12).scan("Yz-7/a@b#{c}|d~\\e"))
    state = desk.state()
    assert state["scans"] == ["Yz-7/a@b#{c}|d~\\e"]
    assert untouched(state)


def test_same_as_the_computer_reads_what_the_layout_makes(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk("same")
    desk.keyboard.layout("fr")
    desk.keyboard.scan("abc1-M\r")
    assert desk.state()["scans"] == ["qbc&)?"]


def test_caps_lock_does_not_matter(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    caps = 58

    desk.keyboard.press(tap(caps, 0))
    time.sleep(0.2)
    desk.keyboard.scan("kit-Ab12\r")
    assert desk.state()["scans"] == ["kit-Ab12"]


def test_a_person_types_a_shortcut_and_enter_as_ever(open_desk: Callable[..., Desk]) -> None:

    desk = open_desk()
    desk.ask("focus edit")
    desk.keyboard.press(list(typed("Hello, World 12", 0, lambda: 110, hold=70)))
    assert desk.state()["text"] == "Hello, World 12"
    desk.keyboard.press(list(typed("abc", 0, lambda: 110, hold=70)))
    desk.keyboard.press(list(typed("\x1a", 0, lambda: 0)))
    state = desk.state()
    assert (state["text"], state["undone"]) == ("", 0)  # the field's own undo
    desk.ask("focus button")
    desk.keyboard.press(list(typed("\x1a", 0, lambda: 0)))
    assert desk.state()["undone"] == 1
    desk.keyboard.press(tap(ENTER, 0))
    assert desk.state()["clicks"] == 1
    desk.ask("focus table")
    desk.keyboard.press(list(typed("x\r", 0, lambda: 200, hold=80)))
    assert desk.state()["cell"] == "x"


def test_a_key_held_down_repeats_in_its_field(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.ask("focus edit")
    desk.keyboard.press([*tap(CODES["a"][0], 0, hold=1500)])
    state = desk.state()
    assert state["scans"] == []
    assert set(state["text"]) == {"a"}
    assert len(state["text"]) > 10


def test_scans_in_a_row_survive_a_busy_window(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.stall(0.8)
    wanted = [f"ROW-{number:04}" for number in range(30)]
    for text in wanted:
        desk.keyboard.scan(text + "\r", 5)
        time.sleep(0.04)
    state = desk.state()
    assert state["scans"] == wanted
    assert untouched(state)


def test_a_person_types_while_the_window_is_busy(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.ask("focus edit")
    desk.stall(1.2)
    desk.keyboard.press(list(typed("slowly12", 0, lambda: 150, hold=60)))
    state = desk.state()
    assert state["text"] == "slowly12"
    assert state["scans"] == []
