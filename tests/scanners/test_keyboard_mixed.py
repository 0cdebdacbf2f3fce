"""Any mixture of keys at any pace: each key ends in exactly one place, and nothing is glued or lost."""

import random

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from station.scanners.keyboard_rule import BurstRule
from station.scanners.keyboard_settings import KeyboardSettings as Settings
from station.scanners.keyboard_table import read_key
from tests.scanners.keyboard_model import Books, Tap, keys_of, pace, tap, typed

LETTERS = "ABCdef012-:/ "
CODES = st.sampled_from([0, 1, 14, 15, 28, 29, 42, 54, 56, 71, 72, 82, 96, 97, 100, 105, 125, *range(2, 60)])
TEXTS = st.sampled_from(["", "a", "é", "7", "\r", "\x1d", "\x1a", "ß", "\ud800", "ab"])
FLAGS = st.fixed_dictionaries({name: st.booleans() for name in ("shift", "ctrl", "alt", "meta", "caps", "repeat")})
SETTINGS = st.builds(
    Settings,
    layout=st.sampled_from(["us", "same"]),
    caps=st.sampled_from(["ignore", "apply"]),
    profile=st.sampled_from(["normal", "slow"]),
    prefix=st.sampled_from(["", "\x02", "~"]),
    prefix_key=st.sampled_from([0, 63]),
    gs_substitutes=st.sampled_from([(), ("|",), ("", "{GS}")]),
    max_payload=st.sampled_from([4096, 6]),
)


class Desk(RuleBasedStateMachine):
    """A person and a scanner take turns at one keyboard; the books know which key was whose."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books(BurstRule())
        self.at, self.scans, self.human = 1 << 32, 0, ""
        self.wanted: list[str] = []

    @rule(text=st.text(LETTERS, min_size=6, max_size=20), speed=st.sampled_from(["at once", "usb", "30", "45"]),
          end=st.sampled_from(["\r", "\t", "\x04", ""]), rest=st.sampled_from([60, 151, 400]))  # fmt: skip
    def scan(self, text: str, speed: str, end: str, rest: int) -> None:
        text = text if len(set(text)) > 1 else text + "xy"
        gap, hold = pace(speed, random.Random(self.scans)), 0 if speed == "at once" else 2
        keys = list(typed(text + end, self.at, gap, hold=hold, scan=self.scans))
        self.books.run(keys)
        self.wanted.append(text)
        self.scans += 1
        self.at = keys[-1][0] + (rest if end else max(rest, 160))

    @rule(text=st.text("etaoin shrdlu\r", min_size=1, max_size=6), gap=st.integers(90, 400), hold=st.integers(20, 85))
    def type(self, text: str, gap: int, hold: int) -> None:
        keys = list(typed(text, self.at + 160, lambda: gap, hold=hold))
        self.books.run(keys)
        self.human += text
        self.at = max(at for at, _ in keys) + 160

    @rule(code=st.sampled_from([14, 1, 105]))
    def press_another_key(self, code: int) -> None:
        self.books.run(tap(code, self.at + 160))
        self.human += "\b" if code == 14 else ""
        self.at += 320

    @rule(wait=st.integers(0, 2000))
    def wait(self, wait: int) -> None:
        self.at += wait
        self.books.tick(self.at)

    @invariant()
    def a_scanners_keys_never_reach_the_window(self) -> None:
        assert all(key.scan is None for key in self.books.passed)
        assert all(key.scan is not None for key in self.books.taken)

    def teardown(self) -> None:
        self.books.finish()
        assert self.books.texts == self.wanted
        assert self.books.typed == self.human


TestDesk = Desk.TestCase


@st.composite
def noise(draw: st.DrawFn) -> list[tuple[int, Tap]]:
    at, keys = draw(st.sampled_from([1000, (1 << 32) - 300])), []
    for _ in range(draw(st.integers(1, 40))):
        at += draw(st.sampled_from([0, 1, 5, 16, 30, 49, 60, 61, 100, 150, 151, 400, -3, -5000]))
        keys.append((at, Tap(draw(CODES), draw(st.booleans()), draw(TEXTS), **draw(FLAGS))))
    return keys


@given(noise(), SETTINGS, st.booleans(), st.booleans(), st.integers(0, 8))
def test_every_key_ends_in_exactly_one_place(
    keys: list[tuple[int, Tap]], settings: Settings, joins: bool, ticking: bool, interrupted: int
) -> None:
    books = Books(BurstRule(settings, accepts=lambda text: "a" in text, joins=lambda _: joins))
    for number, (at, key) in enumerate(keys):
        if ticking and number % 3 == 0:
            books.tick(at)
        if interrupted and number % interrupted == 0:
            books.enter(books.rule.interrupt())
        books.feed(key, at)
    books.finish()
    ended = [*books.passed, *books.taken]
    assert len(ended) == len(keys)
    assert {id(key) for key in ended} == {id(key) for _, key in keys}
    assert books.rule.deadline_ms is None


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from("abc 1\r")), max_size=30), st.integers(0, 80))
def test_what_passes_keeps_its_order(presses: list[tuple[int, str]], hold: int) -> None:
    at, keys = 1000, []
    for gap, char in presses:
        at += gap
        keys += keys_of(char, at, hold)
    keys.sort(key=lambda pair: pair[0])
    books = Books(BurstRule()).run(keys).finish()
    place = {id(key): number for number, (_, key) in enumerate(keys)}
    downs = [place[id(key)] for key in books.passed if key.down]
    assert downs == sorted(downs)


@given(CODES, TEXTS, FLAGS, SETTINGS)
def test_any_key_can_be_read(code: int, text: str, flags: dict[str, bool], settings: Settings) -> None:
    assert read_key(Tap(code, True, text, **flags), settings).role
