"""Labels of the station's own are obeyed from scanners only."""

import pytest

from station.core.news import Heard
from tests.desk.bench import Bench


@pytest.mark.parametrize("source", ["keyboard", "Honeywell 1950g", "COM3", "Logitech C920", "tcp: 10.0.0.7"])
def test_any_scanner_gives_commands(bench: Bench, source: str) -> None:
    heard = bench.scan("~CS~TARGET:oslo", source)
    assert (heard.heard, heard.command, heard.argument) == (Heard.KEPT, "target", "oslo")


@pytest.mark.parametrize(
    "source", ["typed", "pasted", "picture: box.jpg", "list: order.csv", "practice", "replay", "replay: keyboard"]
)
def test_what_nobody_scanned_is_no_command(bench: Bench, source: str) -> None:
    for text in ("~CS~CLAIM", "~CS~CONFIRM", "~CS~CLEAR", "~CS~TARGET:oslo"):
        heard = bench.scan(text, source)
        assert (heard.heard, heard.command, heard.refusal) == (Heard.PROBLEM, "", "command_not_scanned")
