"""Measures live pictures: what an idle, an unchanged and a full frame cost, what is read, and how soon.

The yardsticks get the same grey frames in the same run, with their default settings, on this one thread (CPU time of
the thread; OpenCV has one thread). Frames are drawn from ``SEED``; where the label photographs are, half of the codes
that move are theirs.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import zxingcpp

from station.vision.live import Live
from station.vision.opencv import opencv
from station.vision.tracks import Track
from tests.benchmarks.bench_pictures import folder
from tests.benchmarks.desk_frames import Grey, Kind, bars, desk, laid, noisy, scenes, square
from tests.benchmarks.figures import Figure, at_least, at_most

SEED = 20_26
RATE = 30
"""Frames a second, as cameras have."""
IDLE, STILL, VIDEO, TURNED = 300, 120, 300, 100
TURNED_FRAMES = 30
"""How long a desk with one code is shown: one second."""
SOON_MS = 150.0

Read = Callable[[Grey], Sequence[str]]


@dataclass(slots=True)
class Cost:
    """CPU seconds of so many frames."""

    seconds: float = 0.0
    frames: int = 0

    @property
    def mean_ms(self) -> float:
        return 1000 * self.seconds / self.frames

    def of(self, read: Read, frame: Grey) -> Sequence[str]:
        began = time.thread_time()
        found = read(frame)
        self.seconds += time.thread_time() - began
        self.frames += 1
        return found


@dataclass(slots=True)
class Watcher:
    """Our own reader: one camera's schedule, and which codes counted when."""

    live: Live = field(default_factory=Live)
    number: int = 0
    shown: tuple[Track, ...] = ()
    first: dict[str, int] = field(default_factory=dict)

    def look(self, frame: Grey) -> Sequence[str]:
        self.shown = self.live.look(frame, self.number / RATE)
        for track in self.shown:
            if track.accepted:
                self.first.setdefault(track.symbol.text, self.number)
        self.number += 1
        return [track.symbol.text for track in self.shown]


def read_zxing(frame: Grey) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(frame, text_mode=zxingcpp.TextMode.Plain)]


def read_pyzbar(frame: Grey) -> list[str]:
    from pyzbar import pyzbar  # it needs a library of the system that may be missing

    return [code.data.decode("utf-8", "replace") for code in pyzbar.decode(frame)]


def measure() -> list[Figure]:
    """All figures; raises ImportError where pyzbar cannot be used, as it is a yardstick."""
    opencv()
    read_pyzbar(np.zeros((64, 64), np.uint8))
    return [*_idle(), *_unchanged(), *_video(), *_turned(), *_sheet()]


def _idle() -> list[Figure]:
    """A desk without a code under a light that flickers, a hand over it: each frame differs from the one before."""
    ground, ours, zxing, zbar = desk(SEED, 1080, 1920), Cost(), Cost(), Cost()
    watcher = Watcher()
    for number in range(IDLE):
        hand = cv2.ellipse(ground.copy(), (400 + 4 * number, 600), (260, 120), number, 0, 360, 120, -1)
        frame = noisy(np.asarray(np.roll(hand, number % 7, axis=1), np.uint8), number, 4)
        ours.of(watcher.look, frame)
        if number % 10 == 0:  # their cost is the same for each: they remember nothing
            zxing.of(read_zxing, frame)
            zbar.of(read_pyzbar, frame)
    return [
        at_most("live: CPU of an idle 1080p frame, pyzbar, ms", ours.mean_ms, zbar.mean_ms, 1 / 10),
        at_most("live: CPU of an idle 1080p frame, zxing-cpp, ms", ours.mean_ms, zxing.mean_ms, 1 / 4),
        Figure("live: codes read on an idle desk", len(watcher.first), None, None, "none", not watcher.first),
    ]


def _unchanged() -> list[Figure]:
    """A desk where nothing moves: the same picture, but for noise, after the first second."""
    ground, watcher, ours, zbar = desk(SEED + 1, 1080, 1920), Watcher(), Cost(), Cost()
    frames = [noisy(ground, number, 2) for number in range(8)]
    for number in range(RATE):
        watcher.look(frames[number % 8])
    for number in range(STILL):
        ours.of(watcher.look, frames[number % 8])
        if number % 12 == 0:
            zbar.of(read_pyzbar, frames[number % 8])
    return [at_most("live: CPU of an unchanged 1080p frame, pyzbar, ms", ours.mean_ms, zbar.mean_ms, 1 / 50)]


def _video() -> list[Figure]:
    """QR codes carried across a desk, some at a time: what is framed, frame by frame."""
    ours, zxing, watcher = Cost(), Cost(), Watcher()
    seen_ours = seen_theirs = 0
    visible: dict[str, int] = {}
    wrong: set[str] = set()
    late: list[float] = []
    for number, (frame, texts) in enumerate(_carried(VIDEO)):
        spent = ours.seconds
        found = set(ours.of(watcher.look, frame))
        spent = ours.seconds - spent
        theirs = set(zxing.of(read_zxing, frame)) & texts
        seen_ours += len(found & texts)
        seen_theirs += len(theirs)
        wrong |= {text for text in watcher.first if text not in texts and watcher.first[text] == number}
        for text in theirs:
            visible.setdefault(text, number)
        late += [1000 * ((number - visible.get(text, number)) / RATE + spent)
                 for text, at in watcher.first.items() if at == number and text in texts]
    soon = round(SOON_MS * RATE / 1000)  # frames; what came in the last ones could not be scanned in time
    missed = [text for text, at in visible.items() if text not in watcher.first and at < VIDEO - soon]
    soonest = float(np.percentile(late, 95))
    return [
        at_least("live: QR codes framed in a video, zxing-cpp on each frame", seen_ours, seen_theirs, 0.97),
        at_most("live: CPU of that video, zxing-cpp, ms a frame", ours.mean_ms, zxing.mean_ms, 0.30),
        Figure("live: first sight to scan, p95, ms", soonest, None, None, f"at most {SOON_MS:g}", soonest <= SOON_MS),
        Figure("live: codes of that video never scanned", len(missed), None, None, "none", not missed),
        Figure("live: wrong texts of that video scanned", len(wrong), None, None, "none", not wrong),
    ]


def _carried(frames: int) -> Iterator[tuple[Grey, set[str]]]:
    """720p frames, and the texts that are in each: three codes at a time, new ones every second and a half."""
    labels = _labels()
    chance = np.random.default_rng(SEED)
    ground = desk(SEED + 2, 720, 1280)
    hold = 45
    ways = [(chance.uniform(-4, 4), chance.uniform(-2, 2), chance.uniform(-1.5, 1.5)) for _ in range(len(labels))]
    for number in range(frames):
        round_, step = divmod(number, hold)
        picture, texts = ground, set()
        for place in range(3):
            at = (round_ * 3 + place) % len(labels)
            text, label = labels[at]
            across, down, turn = ways[at]
            picture = laid(picture, label, 250 + 390 * place + across * (step - 20), 360 + down * (step - 20),
                           10 * at + turn * step)
            texts.add(text)
        yield noisy(picture, number, 3), texts


def _labels() -> list[tuple[str, Grey]]:
    """Texts and pictures of QR codes: photographs where they are, drawn ones where they are not."""
    labels = folder()
    drawn = [(f"https://label.test/kit/{number:04d}", square(f"https://label.test/kit/{number:04d}"))
             for number in range(12)]
    if labels is None:
        return drawn
    found: list[tuple[str, Grey]] = []
    for entry in json.loads((labels / "index.json").read_text(encoding="utf-8")):
        if not entry["picture"].startswith("qrcode-") or len(entry["texts"]) != 1 or len(found) >= 12:
            continue
        picture = cv2.imread(str(labels / entry["picture"]), cv2.IMREAD_GRAYSCALE)
        if picture is None or read_zxing(np.asarray(picture, np.uint8)) != entry["texts"]:
            continue
        scale = 300 / max(picture.shape)
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found.append((entry["texts"][0], np.asarray(small, np.uint8)))
    return [each for pair in zip(found, drawn, strict=False) for each in pair]


def _turned() -> list[Figure]:
    """Desks with one linear code at any angle, each shown for a second."""
    ours = zxing = zbar = 0
    wrong: set[str] = set()
    for scene in scenes(TURNED, SEED):
        watcher = Watcher()
        for number in range(TURNED_FRAMES):
            shaken = np.roll(scene.picture, number % 3, axis=1)
            watcher.look(noisy(np.asarray(shaken, np.uint8), number, 3))
            if scene.text in watcher.first:
                break
        ours += scene.text in watcher.first
        wrong |= set(watcher.first) - {scene.text}
        zxing += scene.text in read_zxing(scene.picture)
        zbar += scene.text in read_pyzbar(scene.picture)
    name = f"live: bars at any angle, {TURNED} desks, seed {SEED}"
    return [
        at_least(f"{name}, the better of pyzbar and zxing-cpp", ours, max(zxing, zbar, 1), 4),
        Figure("live: wrong texts of those desks scanned", len(wrong), None, None, "none", not wrong),
    ]


def _sheet() -> list[Figure]:
    """A sheet of 24 Code 128 labels at 1080p, moved a little from frame to frame."""
    sheet = np.full((1080, 1920), 225, np.uint8)
    texts = [f"SN-7788-{number:04d}" for number in range(24)]
    for number, text in enumerate(texts):
        label = bars(text, Kind.Code128, 2.0)
        sheet = laid(sheet, label, 250 + number % 4 * 470, 120 + number // 4 * 168)
    watcher = Watcher()
    for number in range(2 * RATE):
        watcher.look(noisy(np.asarray(np.roll(sheet, (number % 2, number % 3), axis=(0, 1)), np.uint8), number, 3))
        if set(texts) <= watcher.first.keys():
            break
    within = watcher.number / RATE
    whole = set(texts) <= watcher.first.keys()
    wrong = set(watcher.first) - set(texts)
    return [
        Figure("live: a sheet of 24 Code 128, s of video", within, None, None, "at most 1", whole and within <= 1),
        Figure("live: wrong texts of that sheet scanned", len(wrong), None, None, "none", not wrong),
    ]
