"""Many simulated scans at a simulated keyboard, mixed with people who type: ``python -m tests.scanners.soak``.

Prints for each profile the scans that were glued together or lost, the typed keys that went astray, and how often
typing was taken for a scan; ends with 1 where anything but the last, in the profile that needs no grammar, is not 0.
"""

import argparse
import random
import sys
import time
from dataclasses import dataclass, fields
from multiprocessing import Pool

from station.labels import begins, knows
from station.scanners.keyboard_rule import BurstRule
from station.scanners.keyboard_settings import KeyboardSettings
from tests.scanners.keyboard_model import Books, Gap, Tap, typed

CODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:/"
WORDS = ("work", "building", "flower", "ocean", "table", "river", "stone", "yellow", "winter", "garden", "copper")
PEOPLE_TYPE = "etaoin shrdlu"
PIECE = 5_000
"""Scans from one random seed, so that a run's figures do not depend on how many cores there are."""


@dataclass
class Tally:
    """What a run came to. ``taken``: runs of typing that became scans, of ``typing`` runs that were long enough to."""

    scans: int = 0
    glued: int = 0
    lost: int = 0
    keys: int = 0
    keys_astray: int = 0
    typing: int = 0
    taken: int = 0

    def add(self, other: "Tally") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True)
class Job:
    """One piece of a run. ``slow``: 45 to 60 ms a character in the slow profile, with an end and labels that fit."""

    slow: bool
    seed: int
    count: int


def run(job: Job) -> Tally:
    """Scans at changing paces, in rows and alone; people type in between at 40 to 120 words a minute."""
    chance = random.Random(f"{job.slow} {job.seed}")
    rule: BurstRule[Tap] = BurstRule(KeyboardSettings(profile="slow" if job.slow else "normal"), knows, begins)
    tally, at, number = Tally(), 1 << 31, 0
    while number < job.count:
        books, wanted, human = Books(rule), list[str](), ""
        for _ in range(min(chance.choice((1, 1, 2, 5, 12)), job.count - number)):
            text, end = _scanned(chance, job.slow)
            keys = list(typed(text + end, at, _pace(chance, job.slow), hold=0 if chance.random() < 0.3 else 2,
                              scan=number))
            wanted.append(text)
            books.run(keys)
            number += 1
            at = keys[-1][0] + (chance.choice((60, 200, 900)) if end else 200) + 150 * job.slow
        if chance.random() < 0.5:
            human = _words(chance)
            wpm = chance.uniform(40, 120)
            keys = list(typed(human, at + 400, _person(wpm, chance), hold=chance.randrange(30, 80)))
            books.run(keys)
            at = max(when for when, _ in keys) + 600
        books.run([], ticking=True)
        books.finish()
        _count(tally, books, wanted, human)
    return tally


def _scanned(chance: random.Random, slow: bool) -> tuple[str, str]:
    if slow:
        return "-".join(chance.sample(WORDS, 3)), chance.choice("\r\t")
    text = "".join(chance.choices(CODE, k=chance.randrange(6, 24)))
    return (text if len(set(text)) > 1 else text + "-1"), chance.choice(["\r", "\r", "\t", ""])


def _pace(chance: random.Random, slow: bool) -> Gap:
    mean = chance.uniform(45, 60) if slow else chance.choice((0, 2, 8, 16, 22, 30, 38, 45, chance.uniform(0, 45)))
    return lambda: max(0.0, chance.uniform(mean * 0.92, mean * 1.08))


def _person(wpm: float, chance: random.Random) -> Gap:
    """Gaps as people have them: most near the middle, some much longer, few much shorter."""
    middle = 12_000 / wpm
    return lambda: middle * chance.lognormvariate(0, 0.35)


def _words(chance: random.Random) -> str:
    text = "".join(chance.choices(PEOPLE_TYPE, k=chance.randrange(1, 30)))
    return text + ("\r" if chance.random() < 0.4 else "")


def _count(tally: Tally, books: Books, wanted: list[str], human: str) -> None:
    texts = books.texts
    taken = [text for text in texts if text not in wanted and set(text) <= set(PEOPLE_TYPE)]
    scans = [text for text in texts if text not in taken]
    tally.scans += len(wanted)
    tally.glued += sum(text not in wanted for text in scans)
    tally.lost += len(wanted) - sum(text in wanted for text in scans)
    tally.typing += len(human.strip()) >= 4
    tally.taken += len(taken)
    tally.keys += len(human)
    if not taken:
        tally.keys_astray += books.typed != human


def soak(scans: int, seed: int, slow: bool, cores: int) -> Tally:
    """A whole run in pieces, on several cores."""
    jobs = [Job(slow, seed + at, min(PIECE, scans - at * PIECE)) for at in range(-(-scans // PIECE))]
    total = Tally()
    with Pool(cores) as pool:
        for made in pool.imap_unordered(run, jobs):
            total.add(made)
    return total


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scans", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--cores", type=int, default=2)
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}", flush=True)
    bad = 0
    for slow, share in ((False, 0.8), (True, 0.2)):
        began = time.monotonic()
        told = soak(round(wanted.scans * share), wanted.seed, slow, wanted.cores)
        rate = told.taken / max(1, told.typing)
        print(f"{'slow, 45 to 60 ms' if slow else 'usual, 0 to 45 ms'}: {told.scans:,} scans, {told.glued} glued, "
              f"{told.lost} lost; {told.keys:,} keys typed, {told.keys_astray} times astray; "
              f"taken for a scan: {told.taken} of {told.typing:,} ({rate:.2%}); {time.monotonic() - began:.0f} s",
              flush=True)
        bad += told.glued + told.lost + told.keys_astray + (told.taken if slow else 0)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
