"""Keyboard-type scanners taken for the station alone, on devices of the kernel's own uinput."""

import subprocess
import time

from station.core.scan import Scan
from station.scanners.base import Condition
from station.scanners.evdev import Evdev, EvdevSettings
from tests.scanners.heard import Heard

from . import stranger
from .inside import reaches, reading
from .plugged import wait_for_node
from .uinput import Bystander, Keyboard

CODE = "KIT-000123:ab/Zq_\"@#"
KEY = "05e0:1200:"
PATIENT = EvdevSettings(device=KEY, idle_ms=5000)
"""Keys come slowly from a guest on a busy computer: silence alone ends no code for five seconds."""


def a_grabbed_scanner_is_heard_by_the_station_and_by_nobody_else() -> None:
    with Keyboard() as keyboard:
        bystander = Bystander(keyboard.path)
        with reading(Evdev(PATIENT)) as told:
            reaches(told, Condition.READY)
            keyboard.type(CODE)
            told.until_texts(CODE)
            assert bystander.keys() == 0
        keyboard.type("LET-GO")
        assert bystander.keys() > 0, "the device was not let go of"
        bystander.close()


def codes_with_a_group_separator_and_without_an_end_come_whole() -> None:
    with Keyboard() as keyboard, reading(Evdev(PATIENT)) as told:
        reaches(told, Condition.READY)
        keyboard.type("]Q301095200\x1d21ABC")
        told.until_texts("01095200\x1d21ABC")
        assert told.scans[0].symbology == "]Q3"
        keyboard.type("NO-END", end=False)
        told.until_texts("01095200\x1d21ABC", "NO-END")


def three_hundred_characters_at_once_lose_none() -> None:
    text = ("0123456789ABCDEFGHIJKLMNOPQRST" * 10)[:300]
    with Keyboard() as keyboard, reading(Evdev(PATIENT)) as told:
        reaches(told, Condition.READY)
        keyboard.type(text, gap_s=0.01)  # quicker, and the kernel's own buffer runs over before so slow a machine looks
        told.until_texts(text)


def a_reader_that_was_held_up_tears_no_code_and_joins_no_two() -> None:
    with Keyboard() as keyboard:
        told = Heard()

        def take_its_time(scan: Scan) -> None:
            told.scan(scan)
            if scan.text == "ZERO":
                time.sleep(4)  # what is typed meanwhile is read at once
            if scan.text == "FIRST":
                keyboard.type("LF", end=False)
                time.sleep(10)
                keyboard.type("ALONE", end=False)

        scanner = Evdev(EvdevSettings(device=KEY, idle_ms=8000))
        scanner.start(take_its_time, told.state)
        try:
            reaches(told, Condition.READY)
            keyboard.type("ZERO")
            told.until(lambda: told.texts == ["ZERO"])
            keyboard.type("FIRST")
            keyboard.type("HA", end=False)
            told.until_texts("ZERO", "FIRST", "HALF", "ALONE")
        finally:
            assert scanner.stop(60)


def unplugged_in_mid_code_it_comes_back_by_itself_and_makes_up_nothing() -> None:
    with reading(Evdev(PATIENT)) as told:
        with Keyboard() as keyboard:
            reaches(told, Condition.READY)
            keyboard.type("HALF-A-", end=False)
        reaches(told, Condition.UNPLUGGED)
        with Keyboard(product=0x9999, name="Another one"), Keyboard() as again:  # the first takes the free number
            reaches(told, Condition.READY)
            again.type("WHOLE-1")
            told.until_texts("WHOLE-1")


def a_second_station_is_told_that_it_is_busy_and_takes_over_when_it_may() -> None:
    first = Evdev(PATIENT)
    with Keyboard() as keyboard, reading(first) as told:
        reaches(told, Condition.READY)
        with reading(Evdev(PATIENT)) as second:
            reaches(second, Condition.BUSY)
            keyboard.type("FIRST")
            told.until_texts("FIRST")
            assert first.stop(60)
            reaches(second, Condition.READY)
            keyboard.type("MINE-NOW")
            second.until_texts("MINE-NOW")


def two_at_once_each_give_their_own() -> None:
    with (
        Keyboard() as left, Keyboard(0x0C2E, 0x0901, "Honeywell Imager") as right,
        reading(Evdev(PATIENT, "left")) as told_left,
        reading(Evdev(EvdevSettings(device="0c2e:0901:", idle_ms=5000), "right")) as told_right,
    ):  # fmt: skip
        reaches(told_left, Condition.READY)
        reaches(told_right, Condition.READY)
        for number in range(5):
            left.type(f"L-{number}", end=False)
            right.type(f"R-{number}")
            left.type("", end=True)
        told_left.until_texts(*(f"L-{number}" for number in range(5)))
        told_right.until_texts(*(f"R-{number}" for number in range(5)))


def without_the_right_to_read_it_says_so_and_gives_the_rule() -> None:
    with Keyboard(0x1234, 0x5678, "Unknown Scanner") as keyboard:
        subprocess.run(["udevadm", "settle"], check=True)
        keyboard.path.chmod(0o600)
        answer = stranger.ask("evdev", device="1234:5678:")
    rule = next(text for key, _, text in answer["found"] if key == "1234:5678:")
    assert answer["state"] == Condition.NO_PERMISSION
    assert 'TAG+="uaccess"' in rule
    assert "1234" in rule


def it_is_found_by_vendor_and_product_and_no_longer_once_it_is_out() -> None:
    with Keyboard() as keyboard:
        found = {each.key: each.title for each in Evdev.find()}
        assert found.get(KEY) == "Symbol Bar Code Scanner", found
    wait_for_node(keyboard.path, there=False)
    assert KEY not in [each.key for each in Evdev.find()]


CHECKS = (
    a_grabbed_scanner_is_heard_by_the_station_and_by_nobody_else,
    codes_with_a_group_separator_and_without_an_end_come_whole,
    three_hundred_characters_at_once_lose_none,
    a_reader_that_was_held_up_tears_no_code_and_joins_no_two,
    unplugged_in_mid_code_it_comes_back_by_itself_and_makes_up_nothing,
    a_second_station_is_told_that_it_is_busy_and_takes_over_when_it_may,
    two_at_once_each_give_their_own,
    without_the_right_to_read_it_says_so_and_gives_the_rule,
    it_is_found_by_vendor_and_product_and_no_longer_once_it_is_out,
)
