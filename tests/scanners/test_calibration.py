"""One scan of the calibration label tells how a scanner is set, whatever computer it is plugged into."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.scanners.framing.calibration import LABEL, TAIL, WHOLE, examine, examine_text
from station.scanners.framing.calibration_keys import key_lines
from station.scanners.keyboard_rule import BurstRule
from station.scanners.keyboard_settings import KeyboardSettings
from station.scanners.keyboard_table import Key
from tests.scanners.keyboard_model import Timed, typed
from tests.scanners.scanner_model import LAYOUTS, UNKNOWN, Scanner

USUAL = KeyboardSettings()
SCANNERS = st.builds(
    Scanner,
    layout=st.sampled_from(list(LAYOUTS)),
    computer=st.sampled_from(list(LAYOUTS)),
    caps=st.booleans(),
    makes_up=st.booleans(),
    prefix=st.sampled_from(["", "S>", "\x02", "]Q1", "x7]C1"]),
    prefix_key=st.sampled_from([0, 63]),
    suffix=st.sampled_from(["", "#", "\x03"]),
    terminator=st.sampled_from(["\r", "\t", "\n", "\x04", "", "\r\n"]),
    gs=st.sampled_from(["control", "digits", "lost", "|", "{GS}"]),
    gap_ms=st.sampled_from([2, 16, 30, 44]),
)


def as_settings(scanner: Scanner) -> KeyboardSettings:
    """What has to be set for this scanner at its computer."""
    layout = "same" if scanner.layout == UNKNOWN else scanner.layout
    aim = scanner.prefix[-3:] if scanner.prefix[-3:-2] == "]" else ""
    substitute = "" if scanner.gs in ("control", "digits", "lost") else scanner.gs
    return replace(
        USUAL, layout=layout, caps="apply" if scanner.caps and scanner.makes_up else "ignore",
        prefix="" if scanner.prefix_key else scanner.prefix.removesuffix(aim), prefix_key=scanner.prefix_key,
        suffix=scanner.suffix, gs_substitutes=(substitute,) if substitute else (),
    )


@given(SCANNERS)
@settings(max_examples=300)
def test_a_scanners_typing_gives_back_its_settings(scanner: Scanner) -> None:
    if scanner.layout == UNKNOWN:
        scanner.computer = UNKNOWN  # only the computer itself knows that keyboard
    if scanner.prefix_key:
        scanner.prefix = ""
    found = examine(scanner.scan(WHOLE), USUAL)
    assert found.is_label
    assert found.settings == as_settings(scanner)
    assert found.terminator == scanner.terminator[:1]
    assert bool(found.aim) == ("]" in scanner.prefix)
    assert found.gs == (scanner.gs if scanner.gs in ("control", "digits", "lost") else "substitute")
    assert found.works


@given(SCANNERS)
def test_with_the_settings_found_any_other_label_is_read(scanner: Scanner) -> None:
    scanner.computer = UNKNOWN if scanner.layout == UNKNOWN else scanner.computer
    scanner.prefix_key, scanner.gs = 0, "control"
    found = examine(scanner.scan(WHOLE), USUAL)
    keys = scanner.scan("https://claim.example.com/c/Ab_1\x1d#7")
    rule: BurstRule[Key] = BurstRule(found.settings)
    texts = [burst.text for at, key in keys for burst in rule.feed(key, at).bursts]
    texts += [burst.text for burst in rule.finish().bursts]
    assert texts == [found.aim + "https://claim.example.com/c/Ab_1\x1d#7"]


def test_a_label_without_the_separator_leaves_that_open() -> None:
    found = examine(Scanner().scan(LABEL), USUAL)
    assert (found.works, found.gs) == (True, "untested")


@pytest.mark.parametrize("gs", ["control", "digits", "lost", "{GS}"])
def test_the_gs1_label_tells_of_its_separator_alone(gs: str) -> None:
    keys = Scanner(gs=gs, prefix="]d2").scan("010950110153000310CAL\x1d2129")
    found = examine(keys, replace(USUAL, prefix="S>"))
    assert found.gs == (gs if gs in ("control", "digits", "lost") else "substitute")
    assert found.works == (gs != "lost")
    assert found.settings == replace(USUAL, prefix="S>", gs_substitutes=("{GS}",) if gs == "{GS}" else ())


def codes(keys: list[Timed]) -> set[str]:
    return {each.code for each in examine(keys, USUAL).findings}


def test_what_no_setting_helps_is_named() -> None:
    assert "case_lost" in codes(Scanner().scan(WHOLE.upper()))
    assert "case_swapped" in codes(Scanner().scan(WHOLE.swapcase()))
    lost = examine(Scanner().scan(LABEL.replace("{", "").replace("@", "")), USUAL)
    assert ("characters", (("text", "@{"),)) in [(each.code, each.values) for each in lost.findings]
    assert (lost.is_label, lost.works, lost.settings) == (True, False, USUAL)


@pytest.mark.parametrize("text", ["KIT-0001\r", "x", "hello world, this is somebody who types\r"])
def test_other_keys_are_not_the_label(text: str) -> None:
    found = examine(list(typed(text, 1000, lambda: 90)), USUAL)
    assert (found.is_label, found.settings) == (False, USUAL)
    assert examine([], USUAL).is_label is False


@pytest.mark.parametrize(
    ("gap", "profile"), [(16, "normal"), (44, "normal"), (60, "slow"), (75, "slow"), (110, "slow")]
)
def test_a_slow_scanner_gets_the_slow_profile_and_is_read(gap: int, profile: str) -> None:
    found = examine(Scanner(gap_ms=gap).scan(WHOLE), USUAL)
    assert (found.settings.profile, found.works) == (profile, True)
    assert round(found.mean_gap_ms) == gap


def test_stalls_are_waited_for() -> None:
    keys = [(at + (280 if at > 1500 else 0), key) for at, key in Scanner().scan(WHOLE)]
    found = examine(keys, USUAL)
    assert (found.works, found.settings.max_gap_ms > 290) == (True, True)


def test_a_scan_that_came_as_bytes_is_judged_too() -> None:
    assert examine_text(WHOLE).works
    assert examine_text(LABEL + TAIL).gs == "lost"
    assert examine_text(LABEL).gs == "untested"
    assert examine_text("xx" + WHOLE).findings[-1].code == "prefix"
    assert not examine_text("KIT-0001").is_label


def test_the_key_log_tells_keys_of_the_label_and_of_nothing_else() -> None:
    keys = Scanner().scan("a7\r")
    assert "'a'" in key_lines(keys, plain=True)[0]
    hidden = "\n".join(key_lines(keys, plain=False))
    assert "letter" in hidden
    assert "digit" in hidden
    assert not {"'a'", "'7'", " 30 "} & set(hidden.replace("'", "' ").split())
    assert len(keys) == len(hidden.splitlines())
