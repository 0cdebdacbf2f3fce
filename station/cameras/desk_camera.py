"""The desk's camera: opened while it is shown, each code in view kept once, and what became of it known by its number.

Nothing of OpenCV and the decoding engines is imported before a camera is picked and shown.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from station.cameras.addresses import Addresses
from station.cameras.answers import CodeAnswers, Keep
from station.cameras.in_turn import InTurn
from station.cameras.memory import remember, remembered
from station.core.news import ScanHeard
from station.core.scan import Scan
from station.core.secret import Secret
from station.ui.camera_doors import CameraState, Choice, Choices, Pick, Seen, Sight, Size

if TYPE_CHECKING:
    from station.scanners.base import State
    from station.scanners.camera import Camera, Shown
    from station.vision.tracks import Track

log = logging.getLogger(__name__)

STILL_WITHIN_S = 4.0
"""After so long no further way of reading a still picture is begun."""
STOP_WITHIN_S = 2.0


class DeskCamera:
    """One camera at a time. Opening, closing and looking round are done in turn on a thread of its own."""

    def __init__(
        self, keep: Keep, now: Callable[[], datetime], memory: Path, addresses: Addresses | None = None
    ) -> None:
        """``keep`` posts a scan to the desk; ``memory`` is the file that remembers which camera was used, ``addresses``
        keep what is secret in those of the network."""
        self._now, self._memory, self._addresses = now, memory, addresses
        self._answers = CodeAnswers(keep)
        self.heard: Callable[[int], ScanHeard | None] = self._answers.heard
        self._turn = InTurn("camera", self._fail)
        self._still: Thread | None = None
        self._camera: Camera | None = None
        self._choice = Choice(Pick(), "")
        self._state = CameraState()
        self._running = False
        self.is_let_go = True
        """Whether no device is held open."""

    def look(self) -> "Future[Choices]":
        found: Future[Choices] = Future()

        def look_round() -> None:
            chosen, mirror = remembered(self._memory)
            try:
                cameras, sizes = _cameras()
                kept = self._addresses
                found.set_result(Choices(cameras, chosen, mirror, sizes, kept.trouble if kept is not None else ""))
            except Exception:  # a broken driver must not keep a person from a network camera or a file
                log.exception("the cameras cannot be listed")
                found.set_result(Choices((), chosen, mirror))

        self._turn.do(look_round)
        return found

    def show(self, choice: Choice, *, mirror: bool) -> None:
        self._turn.do(lambda: self._show(choice, mirror))

    def hide(self) -> None:
        self._turn.do(self._hide)

    def hold(self, held: bool) -> None:
        self._turn.do(lambda: self._camera.hold(held) if self._camera is not None else None)

    def newest(self) -> Seen | None:
        camera = self._camera
        shown = camera.newest() if camera is not None and self._running else None
        return None if shown is None else _seen(shown)

    def state(self) -> CameraState:
        return self._state

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
        """Let the camera go and end the threads."""
        self._turn.stop(self._hide, timeout)
        if self._still is not None:
            self._still.join(timeout)

    def _show(self, choice: Choice, mirror: bool) -> None:
        remember(self._memory, choice, mirror=mirror)
        whole = choice.pick.whole
        if self._addresses is not None and choice.pick.address:
            whole = self._addresses.whole(choice.pick)
        if choice != self._choice or choice.pick.whole or self._camera is None:
            self._hide()
            self._answers.forget()
            self._choice = choice
            self._camera = _make_camera(choice, whole, self._now, self._answers) if choice.pick else None
        if self._camera is not None and not self._running:
            self._running, self.is_let_go = True, False
            self._camera.hold(False)
            self._camera.start(lambda _scan: None, self._tell)

    def _hide(self) -> None:
        self._running = False
        if self._camera is not None and not self._camera.stop(STOP_WITHIN_S):
            self._camera = None  # it hangs in its driver, and lets the device go when that comes back
        self._answers.forget_stills()
        self._state = CameraState()
        self.is_let_go = True

    def _tell(self, state: "State") -> None:
        self._state = CameraState(str(state.condition), state.detail)

    def _fail(self, error: Exception) -> None:
        self._state = CameraState("failed", f"{type(error).__name__}: {error}"[:200])

    def _read_still(self, seen: Seen) -> Seen:
        from station.scanners.camera import grey_of
        from station.vision.cascade import read_symbols

        camera = self._camera
        if camera is None:
            return seen
        sure = [sight for sight in seen.sights if sight.sure]
        sights = list(sure)
        for symbol in read_symbols(grey_of(seen.picture), camera.settings.wanted, STILL_WITHIN_S):
            if not any(_covers(sight, symbol.position) for sight in sure):
                scan = Scan(symbol.data, self._choice.title, self._now(), symbol.symbology)
                sights.append(Sight(self._answers.keep_still(scan), symbol.position))
        return Seen(seen.number, seen.picture, tuple(sights))


def _cameras() -> tuple[tuple[Choice, ...], dict[str, tuple[Size, ...]]]:
    """The cameras, and the sizes of each: as its driver tells, else those that cameras commonly have."""
    from station.scanners.camera_devices import find_cameras
    from station.scanners.camera_modes import COMMON, list_modes

    found = find_cameras()
    sizes = {each.key: tuple(dict.fromkeys((mode.width, mode.height) for mode in list_modes(each.path))) or COMMON
             for each in found}
    return tuple(Choice(Pick(each.key), each.title) for each in found), sizes


def _make_camera(choice: Choice, whole: Secret, now: Callable[[], datetime], answers: CodeAnswers) -> "Camera":
    # Imported when a camera is shown: OpenCV and the decoding engines take half a second.
    from station.scanners.camera import Camera, CameraSettings

    def take(track: "Track", scan: Scan) -> None:
        answers.keep(track.number, scan)

    pick = choice.pick
    url = whole.reveal() or pick.address
    settings = CameraSettings(device=pick.device, url=url, file=pick.file, repeat=True, formats=choice.formats)
    if all(choice.size):
        settings = replace(settings, width=choice.size[0], height=choice.size[1])
    return Camera(settings, choice.title, now, take)


def _seen(shown: "Shown") -> Seen:
    sights = tuple(Sight(track.number, track.corners, track.accepted) for track in shown.tracks)
    return Seen(shown.number, shown.picture, sights)


def _covers(sight: Sight, position: tuple[tuple[int, int], ...]) -> bool:
    xs, ys = [x for x, _ in sight.corners], [y for _, y in sight.corners]
    x, y = sum(x for x, _ in position) / len(position), sum(y for _, y in position) / len(position)
    return min(xs) <= x <= max(xs) and min(ys) <= y <= max(ys)
