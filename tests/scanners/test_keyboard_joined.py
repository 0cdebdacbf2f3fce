"""Labels of several lines, whose line ends a scanner types as Enter."""

import random
from functools import partial

import pytest

from station.labels import begins, knows
from station.scanners.keyboard_rule import BurstRule
from tests.scanners.keyboard_model import Books, Tap, Timed, typed


def scan(text: str, at: int = 1000) -> list[Timed]:
    return list(typed(text, at, lambda: 16, hold=2))


def lines(text: str) -> bool:
    """Labels of this grammar begin with 50- and have three lines, of which the last is a MAC."""
    rows = text.split("\n")
    return rows[0].startswith("50-") and len(rows) <= 3 and all(":" in row for row in rows[2:])


def whole(text: str) -> bool:
    return lines(text) and text.count("\n") == 2


def join(*parts: tuple[str, int]) -> Books:
    rule: BurstRule[Tap] = BurstRule(accepts=whole, joins=lines)
    return Books(rule).run([key for text, at in parts for key in typed(text, at, lambda: 16, hold=2)]).finish()


def test_lines_of_one_label_are_joined() -> None:
    three = [("50-01\r", 1000), ("200603TTT\r", 1140), ("ab:cd:ef\r", 1340)]
    books = join(*three)
    assert (books.texts, books.passed) == (["50-01\n200603TTT\nab:cd:ef"], [])
    assert join(*three, ("KIT-1\r", 1550)).texts == ["50-01\n200603TTT\nab:cd:ef", "KIT-1"]


def test_lines_of_other_labels_are_not() -> None:
    assert join(("KIT-1\r", 1000), ("KIT-2\r", 1140)).texts == ["KIT-1", "KIT-2"]
    assert join(("50-01\r", 1000), ("20060\r", 1400)).texts == ["50-01", "20060"]
    assert join(("50-01\t", 1000), ("20060\r", 1140)).texts == ["50-01", "20060"]
    assert join(("50-01\r", 1000), ("2006\r", 1140), ("KIT-7\r", 1260)).texts == ["50-01", "2006", "KIT-7"]


def test_a_lone_first_line_is_delivered_in_time() -> None:
    rule: BurstRule[Tap] = BurstRule(joins=lines)
    books = Books(rule).run(scan("50-01\r"))
    assert books.texts == []
    deadline = rule.deadline_ms
    assert deadline == 1080 + 65  # four times its pace, while nobody knows how evenly it types
    books.tick(deadline)
    assert books.texts == ["50-01"]
    assert rule.deadline_ms is None


def test_a_scanner_that_types_evenly_is_heard_of_sooner() -> None:
    rule: BurstRule[Tap] = BurstRule(joins=lines)
    books = Books(rule).run([key for number in range(8) for key in scan("50-01\r", 1000 + 400 * number)])
    deadline = rule.deadline_ms
    assert deadline == 3880 + 41  # it has shown that it never pauses
    books.tick(deadline)
    assert books.texts == ["50-01"] * 8


UNEVEN = 0.05
"""How many gaps are long: a trace of a real scanner has 13 to 16 ms and now and then 22 to 50."""


@pytest.mark.parametrize("seed", range(3))
def test_the_lines_of_an_uneven_scanner_stay_together(seed: int) -> None:
    chance = random.Random(seed)
    rule: BurstRule[Tap] = BurstRule(accepts=knows, joins=begins)
    books, at, wanted = Books(rule), 1000, list[str]()
    for number in range(300):
        serial = f"T21-{number:05}"
        text = f"{serial}\r{MAC}\r" if number % 2 else f"{serial}\r"
        keys = list(typed(text, at, lambda: chance.uniform(22, 50) if chance.random() < UNEVEN
                          else chance.uniform(13, 16), hold=2))
        wanted.append(text.rstrip("\r").replace("\r", "\n"))
        books.run(keys)
        books.run([], ticking=True)
        at = keys[-1][0] + 400
    assert books.finish().texts == wanted


@pytest.mark.parametrize("mean", [0, 2, 8, 16, 22, 30, 38, 45])
def test_the_lines_of_an_even_scanner_stay_together(mean: int) -> None:
    chance = random.Random(mean)
    rule: BurstRule[Tap] = BurstRule(accepts=knows, joins=begins)
    books, at, wanted = Books(rule), 1000, list[str]()
    for number in range(100):
        text = f"T21-{number:02}\r{MAC}\r" if number % 3 else f"SN: T-{number:02}\rMAC: {MAC}\rType: X9\r"
        keys = list(typed(text, at, lambda: chance.uniform(mean * 0.92, mean * 1.08), hold=0))
        wanted.append(text.rstrip("\r").replace("\r", "\n"))
        books.run(keys)
        at = keys[-1][0] + 400
    assert books.finish().texts == wanted


def test_a_slow_scanners_next_line_is_waited_for_longer() -> None:
    rule: BurstRule[Tap] = BurstRule(accepts=whole, joins=lines)
    books = Books(rule).run(typed("50-01\r20060\rab:cd\r", 1000, lambda: 45))
    assert books.finish().texts == ["50-01\n20060\nab:cd"]


def test_a_person_after_a_first_line_gets_the_keys() -> None:
    books = join(("50-01\r", 1000), ("xy", 1140))
    assert (books.texts, books.typed) == (["50-01"], "xy")


SERIAL, MAC = "T21-00433", "00:1A:2B:3C:4D:5E"


@pytest.mark.parametrize("gap", [0, 2, 16, 30, 45])
@pytest.mark.parametrize(
    "label",
    [
        f"{SERIAL}\r{MAC}",
        f"PR 100\r{SERIAL}\r{MAC}",
        f"SN: {SERIAL}\rMAC: {MAC}",
        f"SN={SERIAL}\rMAC={MAC}\rPIN=1234",
        "BEGIN:VCARD\rVERSION:3.0\rN:Hansen;Per\rTEL:123\rEND:VCARD",
    ],
)
def test_the_labels_that_the_desk_knows_arrive_whole(label: str, gap: int) -> None:
    rule: BurstRule[Tap] = BurstRule(accepts=knows, joins=begins)
    books = Books(rule).run(typed(f"{label}\r", 1000, lambda: gap, hold=min(2, gap))).finish()
    assert books.texts == [label.replace("\r", "\n")]


@pytest.mark.parametrize("gap", [0, 16, 45])
def test_other_codes_in_a_row_stay_codes_of_their_own(gap: int) -> None:
    rule: BurstRule[Tap] = BurstRule(accepts=knows, joins=begins)
    codes = ["KIT-0001", "KIT-0002", "work-building-flower", "KIT-0003"]
    books = Books(rule).run(typed("".join(f"{code}\r" for code in codes), 1000, lambda: gap, hold=min(2, gap)))
    assert books.finish().texts == codes



ROWS = [
    [("EUV/RNQBNAN3GV2DRED4\r", 38), ("SQO6XO6NAIX-\r", 25), ("SER:AUUJKG7", 0)],
    [("9WQECFR\r", 31), ("M--O0E-SN:8:YW3V8-MMU1\t", 38)],
    [("LD3MYAWVKNIKVWFJC3O7\r", 34), ("SN::4WZKHROY4E9WPQ/ECP\r", 4)],
]
"""Codes of which a later one has a name in front or inside, and how many milliseconds each character takes."""


@pytest.mark.parametrize("codes", ROWS)
@pytest.mark.parametrize("pause", [16, 60])
def test_codes_beside_one_with_a_name_in_it_stay_codes_of_their_own(codes: list[tuple[str, int]], pause: int) -> None:
    rule: BurstRule[Tap] = BurstRule(accepts=knows, joins=begins)
    books, at = Books(rule), 1000
    for text, gap in codes:
        keys = list(typed(text, at, partial(float, gap), hold=0))
        books.run(keys)
        at = keys[-1][0] + pause
    assert books.finish().texts == [text.strip() for text, _ in codes]


@pytest.mark.parametrize("gap", [0, 16, 30, 45])
@pytest.mark.parametrize("second", [f"{MAC}\r", f"MAC: {MAC}\r"])
def test_what_a_second_pull_of_the_trigger_reads_is_another_label(gap: int, second: str) -> None:
    """Even where the two would fit together: at this pace one label's lines follow one another faster."""
    rule: BurstRule[Tap] = BurstRule(accepts=knows, joins=begins)
    books, at, wanted = Books(rule), 1000, list[str]()
    for number in range(20):
        first = f"SN: T21-{number:05}" if second.startswith("MAC") else f"T21-{number:05}"
        for text, pause in ((f"{first}\r", 60), (second, 400)):
            keys = list(typed(text, at, lambda: gap, hold=0))
            books.run(keys)
            at = keys[-1][0] + pause
            wanted.append(text.strip())
    assert books.finish().texts[-24:] == wanted[-24:]  # by then its pace is known


@pytest.mark.parametrize("gap", [0, 16, 30, 45])
def test_a_line_end_of_two_keys_takes_twice_the_time(gap: int) -> None:
    rule: BurstRule[Tap] = BurstRule(accepts=knows, joins=begins)
    books, at, wanted = Books(rule), 1000, list[str]()
    for number in range(20):
        text = f"T21-{number:05}\r\n{MAC}\r\n"
        keys = list(typed(text, at, lambda: gap, hold=0))
        books.run(keys)
        at = keys[-1][0] + 400
        wanted.append(text.strip().replace("\r\n", "\n"))
    assert books.finish().texts == wanted
