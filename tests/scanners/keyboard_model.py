"""People and scanners at one keyboard: makes their keys, feeds them to the rule and keeps the books."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest

from station.scanners.keyboard_rule import Burst, BurstRule, Decision
from station.scanners.keyboard_table import US

SHIFT, CTRL, ALT, ENTER, TAB, BACKSPACE = 42, 29, 56, 28, 15, 14
CODES = {plain: (code, False) for code, (plain, _) in US.items()} | {
    shifted: (code, True) for code, (plain, shifted) in US.items() if shifted != plain
}
KEYPAD = {"0": 82, "1": 79, "2": 80, "3": 81, "4": 75, "5": 76, "6": 77, "7": 71, "8": 72, "9": 73}
CLOCK = 1 << 32
TEXT_OF = {ENTER: "\r", TAB: "\t", BACKSPACE: "\b"}


@dataclass(slots=True, eq=False)
class Tap:
    """One key going down or up; ``scan`` is the number of the scan that it belongs to, none for a person's."""

    code: int
    down: bool
    text: str = ""
    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    meta: bool = False
    third: bool = False
    caps: bool = False
    repeat: bool = False
    scan: int | None = None

    @property
    def ident(self) -> int:
        return self.code


Timed = tuple[int, Tap]
Gap = Callable[[], float]


def tap(code: int, at: int, hold: int = 4, **more: object) -> list[Timed]:
    """A key pressed and let go."""
    fields = {"text": TEXT_OF.get(code, "")} | more
    return [(at, Tap(code, True, **fields)), (at + hold, Tap(code, False, **fields))]  # type: ignore[arg-type]


def keys_of(char: str, at: int, hold: int = 4, scan: int | None = None) -> list[Timed]:
    """The keys of one character on a US keyboard, its Shift or Ctrl included, within ``hold`` milliseconds."""
    if char in "\r\t":
        return tap(ENTER if char == "\r" else TAB, at, hold, scan=scan)
    ctrl = char < " "
    code, shift = CODES[chr(ord(char) | 0x40).lower() if ctrl else char]
    inner = tap(code, at, hold, text=char, shift=shift, ctrl=ctrl, scan=scan)
    for modifier in ([SHIFT] if shift else []) + ([CTRL] if ctrl else []):
        inner = [(at, Tap(modifier, True, scan=scan)), *inner, (at + hold, Tap(modifier, False, scan=scan))]
    return inner


def typed(text: str, at: int, gap: Gap, *, hold: int = 4, scan: int | None = None) -> Iterator[Timed]:
    """The keys of a text, one character after the other; ``gap()`` gives milliseconds from one to the next."""
    when = float(at)
    for char in text:
        yield from keys_of(char, round(when), hold, scan)
        when += gap()


@dataclass
class Books:
    """What became of every key, and the scans in the order they came."""

    rule: BurstRule[Tap]
    passed: list[Tap] = field(default_factory=list)
    taken: list[Tap] = field(default_factory=list)
    bursts: list[Burst] = field(default_factory=list)
    waiting: list[Tap] = field(default_factory=list)
    longest_wait: int = 0

    def feed(self, key: Tap, at: int) -> Decision[Tap]:
        return self.enter(self.rule.feed(key, at % CLOCK), key)

    def tick(self, at: int) -> Decision[Tap]:
        return self.enter(self.rule.tick(at % CLOCK))

    def finish(self) -> "Books":
        self.enter(self.rule.finish())
        assert self.waiting == []
        return self

    def run(self, keys: Iterable[Timed], *, ticking: bool = True) -> "Books":
        """Feed all; with ``ticking`` the rule hears of each deadline in time, as it does while the window is idle."""
        for at, key in sorted(keys, key=lambda pair: pair[0]):
            deadline = self.rule.deadline_ms
            if ticking and deadline is not None and (at - deadline) % CLOCK < CLOCK // 2:
                self.tick(deadline)
            self.feed(key, at)
        return self

    def enter(self, made: Decision[Tap], key: Tap | None = None) -> Decision[Tap]:
        """Book what the rule decided."""
        for gone in (*made.replay, *made.taken):
            self.waiting.remove(gone)
        self.passed += made.replay
        self.taken += made.taken
        self.bursts += made.bursts
        if key:
            (self.waiting if made.held else self.passed if made.passes else self.taken).append(key)
        return made

    @property
    def texts(self) -> list[str]:
        return [burst.text for burst in self.bursts]

    @property
    def typed(self) -> str:
        """What a field would have got, on a US layout."""
        return "".join(key.text for key in self.passed if key.down)


@dataclass(frozen=True)
class Figures:
    """What a mixed run came to."""

    scans: int
    read: int
    glued: int
    lost: int
    typed_keys: int
    typed_lost: int


PACES: dict[str, Callable[[random.Random], float]] = {
    "at once": lambda chance: chance.uniform(0, 0.5),
    "usb": lambda chance: chance.uniform(12, 20),
    "30": lambda chance: chance.uniform(22, 38),
    "45": lambda chance: chance.uniform(42, 48),
    "bluetooth": lambda chance: 25 if chance.random() > 0.05 else 59,
}


def pace(name: str, chance: random.Random) -> Gap:
    return partial(PACES[name], chance)


def person(wpm: float, chance: random.Random) -> Gap:
    """A typist's gaps; never under 62 ms, so that each key stands for itself."""
    mean = 12000 / wpm
    return lambda: max(62, chance.gauss(mean, mean / 4))


def simulate(count: int, seed: int = 1, *, wpm: tuple[float, ...] = (40, 80)) -> Figures:
    """``count`` scans at changing paces, people typing in between, everything 200 ms or more apart.

    Scans 60 ms after one another come in rows; every third has no terminator and gets its silence.
    """
    chance = random.Random(seed)
    books, wanted, human, at = Books(BurstRule()), [], "", 1 << 31
    for number in range(count):
        text = "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:/", k=chance.randrange(6, 24)))
        if len(set(text)) < 2:
            text += "-1"
        end = chance.choice(["\r", "\t", ""])
        speed = chance.choice(list(PACES))
        hold = 0 if speed == "at once" else 2
        keys = list(typed(text + end, at, pace(speed, chance), hold=hold, scan=number))
        wanted.append(text)
        books.run(keys)
        at = keys[-1][0] + (60 if end and chance.random() < 0.5 else 200)
        if chance.random() < 0.3:
            words = "".join(chance.choices("etaoin shrdlu", k=chance.randrange(1, 12)))
            at += 200
            keys = list(typed(words, at, person(chance.choice(wpm), chance), hold=50))
            human += words
            books.run(keys)
            at = keys[-1][0] + 200
    books.finish()
    return _figures(books, wanted, human)


def _figures(books: Books, wanted: list[str], human: str) -> Figures:
    known = set(wanted)
    read = sum(mine == theirs for mine, theirs in zip(books.texts, wanted, strict=False))
    return Figures(
        scans=len(wanted),
        read=read,
        glued=sum(text not in known for text in books.texts),
        lost=len(wanted) - read,
        typed_keys=len(human),
        typed_lost=sum(mine != theirs for mine, theirs in zip_longest(books.typed, human)),
    )
