"""The rule that tells a scanner from a person: what it takes, what it gives back, and when."""

import random
from functools import partial

import pytest

from station.scanners.keyboard_rule import BurstRule, Decision, elapsed
from station.scanners.keyboard_settings import KeyboardSettings as Settings
from tests.scanners.keyboard_model import (
    ALT,
    BACKSPACE,
    CODES,
    CTRL,
    ENTER,
    KEYPAD,
    SHIFT,
    TAB,
    Books,
    Tap,
    Timed,
    keys_of,
    simulate,
    tap,
    typed,
)

LABEL = "KIT-000123:ab/Zq_\"@#[]{}\\|;.,<>?`~!$%^&*()+='"


def read(keys: list[Timed], settings: Settings | None = None) -> Books:
    return Books(BurstRule(settings)).run(keys).finish()


def scan(text: str, at: int = 1000, gap: float = 16) -> list[Timed]:
    return list(typed(text, at, lambda: gap, hold=2 if gap > 2 else 0))


@pytest.mark.parametrize("gap", [0, 2, 16, 30, 45, 50])
@pytest.mark.parametrize(("end", "told"), [("\r", "\r"), ("\t", "\t"), ("\x04", "\x04"), ("\n", "\n"), ("", "")])
def test_a_scan_is_read_at_any_pace_and_with_any_end(gap: int, end: str, told: str) -> None:
    books = read(scan(LABEL + end, gap=gap))
    assert [(burst.text, burst.terminator) for burst in books.bursts] == [(LABEL, told)]
    assert books.passed == []


def test_the_keypads_enter_ends_a_scan() -> None:
    books = read([*scan("ABC-1"), *tap(96, 1090, text="\r")])
    assert (books.texts, books.passed) == (["ABC-1"], [])


def test_a_burst_says_how_it_was_typed() -> None:
    (burst,) = read(scan("abcd\r", at=1000, gap=20)).bursts
    assert (burst.started_ms, burst.ended_ms, burst.mean_gap, burst.max_gap, burst.keys) == (1000, 1080, 20, 20, 4)


def test_the_limits_of_the_table() -> None:
    defaults = Settings()
    assert (defaults.mean_gap_ms, defaults.slow_mean_gap_ms, defaults.max_gap_ms) == (50, 80, 150)
    assert (defaults.hold_ms, defaults.idle_ms, defaults.min_length, defaults.min_distinct) == (60, 150, 4, 2)
    assert (defaults.swallow_ms, defaults.prefix, defaults.max_payload) == (50, "", 4096)
    assert read(scan("abcd\r", gap=51)).texts == []
    assert read(scan("abc\r")).texts == []
    assert read(scan("aaaa\r")).texts == []
    assert read([*scan("abcd"), *scan("efgh\r", at=1048 + 150)]).texts == ["abcdefgh"]
    assert read([*scan("abcd"), *scan("efgh\r", at=1048 + 151)]).texts == ["abcd", "efgh"]


def test_first_keys_are_held_for_60_ms_and_no_longer() -> None:
    rule: BurstRule[Tap] = BurstRule()
    key = Tap(CODES["a"][0], True, "a")
    assert rule.feed(key, 1000) == Decision(held=True)
    assert rule.deadline_ms == 1061
    assert rule.tick(1060) == Decision()
    assert rule.tick(1061) == Decision(replay=(key,))
    assert rule.deadline_ms is None


def test_a_typist_never_waits_long() -> None:
    for gap in (55, 60, 75, 90, 120):
        rule: BurstRule[Tap] = BurstRule()
        came: dict[Tap, int] = {}
        longest = 0
        for at, key in [*scan("ab", at=950), *typed("the quick brown fox", 1000, lambda gap=gap: gap)]:  # type: ignore[misc]
            made = rule.feed(key, at)
            came[key] = at
            longest = max([longest, *(at - came[given] for given in made.replay)])
        assert longest <= 1200, gap


@pytest.mark.parametrize("text", ["\r", "\t", "\x04", "\x1a", "\x13", "\x02"])
def test_a_persons_enter_tab_and_shortcuts_pass_at_once(text: str) -> None:
    rule: BurstRule[Tap] = BurstRule()
    decisions = [rule.feed(key, at) for at, key in keys_of(text, 1000) if key.code != CTRL]
    assert all(made.passes for made in decisions)


def test_enter_after_a_held_key_stays_behind_it() -> None:
    books = Books(BurstRule()).run([*keys_of("7", 1000), *keys_of("\r", 1040)])
    assert books.typed == "7\r"
    assert books.waiting == []


def test_separators_are_kept_inside_and_in_front() -> None:
    text = "\x1d01095\x1d10AB\x1e77\x1cz\x1fq"
    assert read(scan(text + "\r")).texts == [text]
    digits = [*tap(7, 1000, ctrl=True, text="6"), *scan("abcd\r", at=1016)]
    assert read(digits).texts == ["\x1eabcd"]


def test_a_lone_separator_is_given_back() -> None:
    books = read(keys_of("\x1d", 1000))
    assert [key.code for key in books.passed if key.down] == [CTRL, CODES["]"][0]]


@pytest.mark.parametrize(("digits", "char"), [("029", "\x1d"), ("75", "K"), ("0233", "é"), ("130", "é")])
def test_characters_typed_as_numbers_on_the_keypad(digits: str, char: str) -> None:
    keys = [*scan("ab"), (1032, Tap(ALT, True))]
    for at, digit in enumerate(digits):
        keys += tap(KEYPAD[digit], 1036 + 8 * at, alt=True)
    at = 1040 + 8 * len(digits)
    books = read([*keys, (at, Tap(ALT, False)), *scan("cd\r", at=at + 10)])
    assert (books.texts, books.passed) == ([f"ab{char}cd"], [])


def test_substitutes_stand_for_gs() -> None:
    settings = Settings(gs_substitutes=("{GS}", "|"))
    assert read(scan("0109|10AB{GS}21\r"), settings).texts == ["0109\x1d10AB\x1d21"]


def test_prefixes_are_cut_off() -> None:
    assert read(scan("\x02ABC-1\r"), Settings(prefix="\x02")).texts == ["ABC-1"]
    assert read(scan("~~ABC-1\r"), Settings(prefix="~~")).texts == ["ABC-1"]
    assert read(scan("ABC-1\r"), Settings(prefix="~~")).texts == ["ABC-1"]
    books = read([*tap(63, 990), *scan("ABC-1\r")], Settings(prefix_key=63))
    assert (books.texts, books.passed) == (["ABC-1"], [])
    assert [key.code for key in read(tap(63, 990), Settings(prefix_key=63)).passed] == [63, 63]


@pytest.mark.parametrize("second", [keys_of("\n", 1110), keys_of("\r", 1110), keys_of("\t", 1110)])
def test_a_second_end_within_50_ms_is_swallowed(second: list[Timed]) -> None:
    books = read([*scan("ABC-1\r"), *second])
    assert (books.texts, books.passed) == (["ABC-1"], [])


def test_an_end_after_50_ms_is_a_persons() -> None:
    assert read([*scan("ABC-1\r"), *keys_of("\r", 1131)]).typed == "\r"


def test_slow_scanners_need_an_end_or_a_known_label() -> None:
    slow = Settings(profile="slow")
    assert read(scan("SLOW-1\r", gap=78), slow).texts == ["SLOW-1"]
    assert read(scan("SLOW-1\r", gap=81), slow).texts == []
    assert read(scan("SLOW-1", gap=78), slow).texts == []
    assert read(scan("SLOW-1", gap=45), slow).texts == ["SLOW-1"]
    rule: BurstRule[Tap] = BurstRule(slow, accepts=lambda text: text.startswith("SLOW"))
    assert Books(rule).run(scan("SLOW-1", gap=78)).finish().texts == ["SLOW-1"]
    stalled = [*keys_of("S", 1000), *scan("LOW-1\r", at=1140)]
    assert read(stalled, slow).texts == ["SLOW-1"]


def test_a_scan_whose_head_may_have_gone_elsewhere_says_so() -> None:
    (burst,) = read([*keys_of("S", 1000), *scan("LOW-1\r", at=1140)]).bursts
    assert (burst.text, burst.cut_head) == ("LOW-1", True)
    (burst,) = read([*keys_of("S", 1000), *scan("LOW-1\r", at=1200)]).bursts
    assert not burst.cut_head


def test_quick_letters_amid_typing_are_no_scan() -> None:
    assert read([*keys_of("s", 1000), *scan("tion", at=1090, gap=45)]).typed == "stion"
    rule: BurstRule[Tap] = BurstRule(accepts=lambda text: text == "tion")
    assert Books(rule).run([*keys_of("s", 1000), *scan("tion", at=1090, gap=45)]).finish().texts == ["tion"]


@pytest.mark.parametrize(("base", "jitter"), [(25, 3), (45, 5)])
def test_bluetooth_with_stalls_is_read_whole(base: int, jitter: int) -> None:
    chance = random.Random(3)
    for number in range(150):
        text = f"BT-{number:017}"
        gap = partial(stalling, chance, base, jitter)
        books = Books(BurstRule(Settings(profile="slow"))).run(typed(text + "\r", 1000, gap, hold=2)).finish()
        assert (books.texts, books.passed) == ([text], [])
        hasty = Books(BurstRule()).run(typed(text + "\r", 1000, gap, hold=2)).finish()
        assert all(burst.text == text or burst.cut_head for burst in hasty.bursts)


def stalling(chance: random.Random, base: int, jitter: int) -> float:
    return 120 if chance.random() < 0.1 else chance.uniform(base - jitter, base + jitter)


def test_a_key_held_down_is_no_scan() -> None:
    code = CODES["a"][0]
    marked = [(1000 + (500 if n else 0) + 33 * n, Tap(code, True, "a", repeat=n > 0)) for n in range(40)]
    assert (read(marked).texts, read(marked).typed) == ([], "a" * 40)
    unmarked: list[Timed] = [(1000, Tap(code, True, "a"))]
    for n in range(60):
        unmarked += [(1661 + 40 * n, Tap(code, False, "a")), (1661 + 40 * n, Tap(code, True, "a"))]
    books = Books(BurstRule()).run([*unmarked, (4100, Tap(code, False, "a"))])
    assert (books.texts, books.typed, books.waiting) == ([], "a" * 61, [])


def test_many_leading_zeros_are_still_a_scan() -> None:
    assert read(scan("00000000000042\r")).texts == ["00000000000042"]


def test_clocks_that_wrap_or_jump() -> None:
    wrap = (1 << 32) - 40
    assert read(scan("WRAPPED-1\r", at=wrap)).texts == ["WRAPPED-1"]
    assert elapsed((1 << 32) - 10, 5) == 15
    assert elapsed(1000, 997) == 0
    assert elapsed(100_000, 5) > 1 << 30
    rule: BurstRule[Tap] = BurstRule()
    books = Books(rule)
    for keys in (scan("ab", at=900_000), scan("NEW-1\r", at=1000)):
        for at, key in keys:
            books.feed(key, at)
    assert (books.typed, books.texts) == ("ab", ["NEW-1"])


def test_an_endless_scan_is_told_and_not_kept() -> None:
    books = Books(BurstRule())
    for at, key in scan("ab" * 5000, gap=1):
        books.feed(key, at)
        assert len(books.waiting) < 4096 * 2 + 2
    (burst,) = books.finish().bursts
    assert (burst.overlong, len(burst.text), books.passed) == (True, 4096, [])


def test_a_foreign_key_ends_what_is_held() -> None:
    assert read([*keys_of("a", 1000), *tap(BACKSPACE, 1030)]).typed == "a\b"
    books = read([*scan("ABC-12"), *tap(BACKSPACE, 1100)])
    assert (books.texts, books.typed) == (["ABC-12"], "\b")


def test_a_click_gives_one_or_two_keys_back_but_breaks_no_scan() -> None:
    books = Books(BurstRule()).run(keys_of("a", 1000))
    assert [key.text for key in books.rule.interrupt().replay if key.down] == ["a"]
    books = Books(BurstRule()).run(scan("ABCDEF"))
    assert books.rule.interrupt() == Decision()


def test_the_release_of_a_key_pressed_before_the_scan_goes_on() -> None:
    space = CODES[" "][0]
    keys = [(900, Tap(space, True, " ")), *scan("ABC-1"), (1050, Tap(space, False)), *keys_of("\r", 1082)]
    books = read(keys)
    assert books.texts == ["ABC-1"]
    assert [(key.code, key.down) for key in books.passed] == [(space, True), (space, False)]


def test_releases_of_a_scan_that_come_late_are_taken() -> None:
    keys: list[Timed] = [(1000 + 5 * at, Tap(CODES[c][0], True, c)) for at, c in enumerate("abcd")]
    keys += [(1020, Tap(ENTER, True, "\r"))]
    keys += [(1100, Tap(CODES[c][0], False, c)) for c in "abcd"] + [(1101, Tap(ENTER, False, "\r"))]
    books = read(keys)
    assert (books.texts, books.passed) == (["abcd"], [])


def test_shifted_tab_and_enter_with_ctrl_are_no_ends() -> None:
    books = read([*scan("ABC-1"), *tap(TAB, 1096, shift=True)])
    assert [burst.terminator for burst in books.bursts] == [""]
    books = read([*scan("ABC-1"), *tap(ENTER, 1096, ctrl=True)])
    assert [burst.terminator for burst in books.bursts] == [""]
    assert [key.code for key in books.passed if key.down] == [ENTER]


def test_a_lone_modifier_is_given_back() -> None:
    assert [key.code for key in read(tap(SHIFT, 1000, hold=300)).passed] == [SHIFT, SHIFT]


def test_a_scanner_that_sends_shift_in_a_report_of_its_own_is_no_slower() -> None:
    keys: list[Timed] = []
    for at, char in enumerate("KITAB"):
        code, start = CODES[char][0], 1000 + 64 * at
        keys += [(start, Tap(SHIFT, True)), (start + 16, Tap(code, True, char, shift=True))]
        keys += [(start + 32, Tap(code, False, char, shift=True)), (start + 48, Tap(SHIFT, False))]
    assert read([*keys, *keys_of("\r", 1320)]).texts == ["KITAB"]


@pytest.mark.parametrize("count", [3_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_thousands_of_scans_between_typing(count: int) -> None:
    figures = simulate(count)
    assert figures.typed_keys > count
    assert (figures.read, figures.glued, figures.lost, figures.typed_lost) == (count, 0, 0, 0)
