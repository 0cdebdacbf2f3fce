"""Live pictures: one label is one track however it moves, and bars are read twice before they count."""

import time
from collections.abc import Iterator

import cv2
import numpy as np

from station.vision.engines import Grey
from station.vision.live import Live
from station.vision.tracks import FORGET_S, Track
from tests.vision.drawn import Kind, code

FRAME_S = 1 / 30


def desk(seed: int = 1, rows: int = 480, columns: int = 640) -> Grey:
    """A table with blurred things on it."""
    chance = np.random.default_rng(seed)
    coarse = chance.integers(60, 200, (rows // 40, columns // 40), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC), np.uint8)


def laid(picture: Grey, label: Grey, x: float, y: float, degrees: float = 0.0) -> Grey:
    """The label on the desk, its middle at (x, y)."""
    rows, columns = label.shape
    matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), degrees, 1)
    matrix[:, 2] += (x - columns / 2, y - rows / 2)
    size = picture.shape[::-1]
    moved = cv2.warpAffine(label, matrix, size)
    mask = cv2.warpAffine(np.full_like(label, 255), matrix, size)
    return np.asarray(np.where(mask > 127, moved, picture), np.uint8)


def noisy(picture: Grey, seed: int) -> Grey:
    noise = np.random.default_rng(seed).normal(0, 3, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def watch(live: Live, frames: Iterator[Grey], start_s: float = 0.0) -> list[tuple[Track, ...]]:
    return [live.look(frame, start_s + number * FRAME_S) for number, frame in enumerate(frames)]


def test_a_moving_label_is_one_track_and_counts_once() -> None:
    label = code("maple-harbor-lantern", Kind.QRCodeModel2, margin=12)
    table = desk()
    frames = (noisy(laid(table, label, 150 + 8 * n, 200 + 3 * n, 4 * n), n) for n in range(30))
    seen = watch(Live(), frames)
    tracks = {track.number: track for shown in seen for track in shown}
    assert [track.symbol.text for track in tracks.values()] == ["maple-harbor-lantern"]
    assert sum(track.fresh for shown in seen for track in shown) == 1
    left, top, right, bottom = seen[-1][0].box
    assert left <= 150 + 8 * 29 <= right
    assert top <= 200 + 3 * 29 <= bottom


def test_bars_count_once_two_frames_agree() -> None:
    label = code("SN-7788-0001", Kind.Code128, margin=12)
    live, table = Live(), desk()
    shown = watch(live, (noisy(laid(table, label, 320 + n, 240, 37), n) for n in range(30)))
    reads = [track for frame in shown for track in frame]
    assert {track.symbol.text for track in reads} == {"SN-7788-0001"}
    first = next(track for track in reads)
    assert (first.read, first.accepted) == (1, False)
    assert sum(track.fresh for track in reads) == 1
    assert all(track.read >= 2 for track in reads if track.accepted)


def test_every_label_of_a_tray_is_read_within_a_second() -> None:
    tray = np.full((1080, 1920), 225, np.uint8)
    texts = {f"SN-{number:04d}" for number in range(24)}
    for number, text in enumerate(sorted(texts)):
        label = cv2.resize(code(text, Kind.Code128, margin=10), (400, 60), interpolation=cv2.INTER_AREA)
        across, down = 30 + number % 4 * 470, 40 + number // 4 * 170
        tray[down : down + 60, across : across + 400] = label
    seen = watch(Live(), (noisy(np.roll(tray, n % 3, axis=1), n) for n in range(30)))
    assert {track.symbol.text for shown in seen for track in shown if track.accepted} == texts


def test_two_labels_with_the_same_text_are_two_tracks() -> None:
    label = code("twin", Kind.QRCodeModel2, margin=12)
    table = desk()
    pictures = (noisy(laid(laid(table, label, 150 + n, 200), label, 480 + n, 300), n) for n in range(12))
    assert len(watch(Live(), pictures)[-1]) == 2


def test_a_label_that_comes_back_is_a_new_sighting() -> None:
    label = code("back", Kind.QRCodeModel2, margin=12)
    live, table = Live(), desk()
    here = [noisy(laid(table, label, 300 + n, 240), n) for n in range(6)]
    away = [noisy(desk(2), n) for n in range(round((FORGET_S + 0.5) / FRAME_S))]
    seen = watch(live, iter([*here, *away, *here]))
    assert not seen[len(here) + len(away) - 1]
    fresh = [track for shown in seen for track in shown if track.fresh]
    assert len(fresh) == 2
    assert fresh[0].number != fresh[1].number


def test_a_still_picture_is_read_thoroughly_and_then_left_alone() -> None:
    label = code("still", Kind.QRCodeModel2, margin=12)
    picture, live = laid(desk(), label, 300, 240), Live()
    began = time.thread_time()
    seen = watch(live, iter([picture] * 30))
    thorough = time.thread_time() - began
    assert all([track.symbol.text for track in shown] == ["still"] for shown in seen[2:])
    began = time.thread_time()
    later = watch(live, iter([picture] * 30), 30 * FRAME_S)
    assert [track.symbol.text for track in later[-1]] == ["still"]
    assert time.thread_time() - began < thorough / 4


def test_odd_frames_hurt_nothing() -> None:
    live = Live()
    odd = [np.zeros((1, 1), np.uint8), np.zeros((3, 4000), np.uint8), np.full((480, 640), 255, np.uint8), desk(3)]
    for number, frame in enumerate([*odd, desk(4, 2400, 3200)]):
        assert live.look(frame, number * FRAME_S) == ()


def test_a_large_frame_gives_places_in_its_own_pixels() -> None:
    label = np.kron(code("large", Kind.QRCodeModel2, margin=12), np.ones((4, 4), np.uint8))
    picture = laid(desk(1, 2160, 3840), label, 3000, 1500)
    live = Live()
    shown = watch(live, (noisy(np.roll(picture, n, axis=1), n) for n in range(6)))[-1]
    (track,) = shown
    x, y = track.middle
    assert abs(x - 3000) < 20
    assert abs(y - 1500) < 20
