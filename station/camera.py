"""The desk's camera: opened while it is shown, each code in view kept once, and what became of it known by its number.

Nothing of OpenCV and the decoding engines is imported before a camera is picked and shown.
"""

import json
import logging
import queue
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from station.core.news import Heard, ScanHeard
from station.core.scan import Scan
from station.ui.camera_doors import NOT_KEPT, CameraState, Choice, Choices, Pick, Seen, Sight
from station.whole_file import OWNER_ONLY, read_file, replace_file

if TYPE_CHECKING:
    from station.scanners.base import State
    from station.scanners.camera import Camera, Shown
    from station.vision.tracks import Track

log = logging.getLogger(__name__)

STILL_WITHIN_S = 4.0
"""After so long no further way of reading a still picture is begun."""
REMEMBERED = 4_000
"""Codes whose answers are remembered; a camera rarely sees more before it is put away."""
STOP_WITHIN_S = 2.0

Keep = Callable[[Scan], "Future[ScanHeard]"]


class DeskCamera:
    """One camera at a time. Opening, closing and looking round are done in turn on a thread of its own."""

    def __init__(self, keep: Keep, now: Callable[[], datetime], memory: Path) -> None:
        """``keep`` posts a scan to the desk; ``memory`` is the file that remembers which camera was used."""
        self._keep, self._now, self._memory = keep, now, memory
        self._wishes: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._thread: Thread | None = None
        self._still: Thread | None = None
        self._camera: Camera | None = None
        self._choice = Choice(Pick(), "")
        self._running, self._let_go, self._stopped = False, True, False
        self._state = CameraState()
        self._answers: dict[int, Future[ScanHeard]] = {}
        self._from_still: dict[bytes, Future[ScanHeard]] = {}
        self._lowest = 0

    def look(self) -> "Future[Choices]":
        found: Future[Choices] = Future()

        def look_round() -> None:
            try:
                found.set_result(self._look())
            except Exception:  # a broken driver must not keep a person from a network camera or a file
                log.exception("the cameras cannot be listed")
                found.set_result(Choices((), *_remembered(self._memory)))

        self._wish(look_round)
        return found

    def show(self, choice: Choice, *, mirror: bool) -> None:
        self._wish(lambda: self._show(choice, mirror))

    def hide(self) -> None:
        self._wish(self._hide)

    def newest(self) -> Seen | None:
        camera = self._camera
        shown = camera.newest() if camera is not None and self._running else None
        return None if shown is None else _seen(shown)

    @property
    def is_let_go(self) -> bool:
        """Whether no device is held open."""
        return not self._running and self._wishes.empty() and self._let_go

    def state(self) -> CameraState:
        return self._state

    def hold(self, held: bool) -> None:
        self._wish(lambda: self._camera.hold(held) if self._camera is not None else None)

    def heard(self, number: int) -> ScanHeard | None:
        answer = self._answers.get(number)
        if answer is None or not answer.done():
            return None
        if answer.cancelled() or answer.exception() is not None:
            return ScanHeard(Heard.PROBLEM, None, "", "", refusal=NOT_KEPT)
        return answer.result()

    def read_still(self, seen: Seen) -> "Future[Seen]":
        read: Future[Seen] = Future()

        def reading() -> None:
            try:
                read.set_result(self._read_still(seen))
            except Exception:  # the picture stays as it is
                log.exception("a still picture cannot be read")
                read.set_result(seen)

        self._still = Thread(target=reading, name="still picture", daemon=True)
        self._still.start()
        return read

    def stop(self, timeout: float = STOP_WITHIN_S + 0.5) -> None:
        """Let the camera go and end the threads; what is wished for later is not done any more."""
        self._stopped = True
        if self._thread is not None:
            self._wishes.put(self._hide)
            self._wishes.put(None)
            self._thread.join(timeout)
            self._thread = None
        if self._still is not None:
            self._still.join(timeout)

    def _wish(self, wish: Callable[[], object]) -> None:
        if self._stopped:
            return
        self._wishes.put(wish)
        if self._thread is None:
            self._thread = Thread(target=self._run, name="camera", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (wish := self._wishes.get()) is not None:
            try:
                wish()
            except Exception as error:  # the next wish may well be granted
                log.exception("the camera")
                self._state = CameraState("failed", f"{type(error).__name__}: {error}"[:200])

    def _look(self) -> Choices:
        from station.scanners.camera_devices import find_cameras

        cameras = tuple(Choice(Pick(each.key), each.title) for each in find_cameras())
        return Choices(cameras, *_remembered(self._memory))

    def _show(self, choice: Choice, mirror: bool) -> None:
        _remember(self._memory, choice, mirror)
        if choice.pick != self._choice.pick or self._camera is None:
            self._hide()
            self._answers, self._choice = {}, choice
            self._camera = _make_camera(choice, self._now, self._take) if choice.pick else None
        if self._camera is not None and not self._running:
            self._running, self._let_go = True, False
            self._camera.hold(False)
            self._camera.start(lambda _scan: None, self._tell)

    def _hide(self) -> None:
        self._running = False
        if self._camera is not None and not self._camera.stop(STOP_WITHIN_S):
            self._camera = None  # it hangs in its driver, and lets the device go when that comes back
        self._from_still = {}
        self._let_go = True
        self._state = CameraState()

    def _tell(self, state: "State") -> None:
        self._state = CameraState(str(state.condition), state.detail)

    def _take(self, track: "Track", scan: Scan) -> None:
        """On the camera's reading thread: a code in view counts as read."""
        if len(self._answers) > REMEMBERED:
            self._answers = dict(list(self._answers.items())[REMEMBERED // 2 :])
        known = self._from_still.pop(scan.data, None)  # the still picture that was just looked at showed it
        self._answers[track.number] = known if known is not None else self._keep(scan)

    def _read_still(self, seen: Seen) -> Seen:
        from station.scanners.camera import grey_of
        from station.vision.cascade import read_symbols

        camera = self._camera
        if camera is None:
            return seen
        sure = [sight for sight in seen.sights if sight.sure]
        sights = list(sure)
        for symbol in read_symbols(grey_of(seen.picture), camera.settings.wanted, STILL_WITHIN_S):
            if any(_covers(sight, symbol.position) for sight in sure):
                continue
            self._lowest -= 1
            scan = Scan(symbol.data, self._choice.title, self._now(), symbol.symbology)
            self._answers[self._lowest] = self._from_still[symbol.data] = self._keep(scan)
            sights.append(Sight(self._lowest, symbol.position))
        return Seen(seen.number, seen.picture, tuple(sights))


def _make_camera(choice: Choice, now: Callable[[], datetime], take: "Callable[[Track, Scan], None]") -> "Camera":
    # Imported when a camera is shown: OpenCV and the decoding engines take half a second.
    from station.scanners.camera import Camera, CameraSettings

    pick = choice.pick
    settings = CameraSettings(device=pick.device, url=pick.address, file=pick.file, repeat=True)
    return Camera(settings, choice.title, now, take)


def _seen(shown: "Shown") -> Seen:
    sights = tuple(Sight(track.number, track.corners, track.accepted) for track in shown.tracks)
    return Seen(shown.number, shown.picture, sights)


def _covers(sight: Sight, position: tuple[tuple[int, int], ...]) -> bool:
    xs, ys = [x for x, _ in sight.corners], [y for _, y in sight.corners]
    x, y = sum(x for x, _ in position) / len(position), sum(y for _, y in position) / len(position)
    return min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)


def _remembered(memory: Path) -> tuple[Choice | None, bool]:
    """What was used last, and whether it was mirrored; nothing where the file says nothing that can be understood."""
    try:
        told: Any = json.loads(memory.read_text("utf-8"))
        pick = Pick(*(str(told[name]) for name in ("device", "address", "file")))
        return Choice(pick, str(told["title"])), bool(told["mirror"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, False


def _remember(memory: Path, choice: Choice, mirror: bool) -> None:
    """An address is remembered without the name and the password in it."""
    from station.scanners.camera_settings import without_secrets

    pick = choice.pick
    told = {
        "device": pick.device, "address": without_secrets(pick.address), "file": pick.file, "title": choice.title,
        "mirror": mirror,
    }
    data = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    with suppress(OSError):  # a camera that is not remembered is picked again
        found = read_file(memory)
        if found != data:
            replace_file(memory, found, data, OWNER_ONLY)
