"""The doors of the scanners' panel: each wish on a thread of its own, its answer in a future."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from station.asking import ask
from station.connecting.look import problem_of
from station.scanners.base import ScannerUnavailableError
from station.scanning.forms import KEYBOARD, form_of, kind_names
from station.scanning.hub import Scanning
from station.scanning.recording import Recorder
from station.scanning.set_up import ScannerSetUps
from station.settings import ScannerSettings
from station.ui.connection_doors import Done, KindForm, Problem
from station.ui.scanner_doors import ScannerDraft, ScannerSeen, ScannerSetUp, ScannersSeen

if TYPE_CHECKING:
    from station.parts import Station


class ScannersHere:
    """The scanners of a running station, for its panel."""

    def __init__(
        self, station: "Station", scanning: Scanning, recorder: Recorder,
        change_keyboard: Callable[[ScannerSettings], object],
    ) -> None:
        self._station, self._scanning, self._recorder = station, scanning, recorder
        self._set_ups = ScannerSetUps(station, scanning, change_keyboard)

    def listen(self, hear: Callable[[ScannersSeen], None]) -> Callable[[], None]:
        return self._scanning.listen(hear)

    def kinds(self) -> "Future[tuple[KindForm, ...] | Problem]":
        return self._ask(lambda: tuple(form_of(kind) for kind in kind_names() if kind != KEYBOARD))

    def set_up(self, name: str, kind: str, device: str) -> "Future[ScannerSetUp | Problem]":
        return self._ask(lambda: self._set_ups.look(name, kind, device))

    def use(self, key: str) -> "Future[Done | Problem]":
        return self._ask(lambda: self._with(key, self._set_ups.use))

    def leave(self, key: str) -> "Future[Done | Problem]":
        return self._ask(lambda: self._with(key, self._set_ups.leave))

    def save(self, draft: ScannerDraft) -> "Future[Done | Problem]":
        return self._ask(lambda: self._set_ups.save(draft))

    def take_away(self, name: str) -> "Future[Done | Problem]":
        return self._ask(lambda: self._set_ups.take_away(name))

    def record(self, on: bool) -> "Future[Done | Problem]":
        return self._ask(lambda: self._record(on))

    def _with(self, key: str, do: Callable[[ScannerSeen], Done | Problem]) -> Done | Problem:
        seen = self._scanning.see().by_key(key)
        return do(seen) if seen is not None else Problem("gone")

    def _record(self, on: bool) -> Done:
        if on:
            now = self._station.clock.now().astimezone()
            folder = self._station.folders.databases(self._station.settings.is_practice) / "recordings"
            self._recorder.begin(folder / f"{now:%Y-%m-%d %H.%M.%S}.jsonl")
        else:
            self._recorder.end()
        self._scanning.changed()
        return Done()

    def _ask(self, work: Callable[[], object]) -> "Future[Any]":
        return ask(work, _problem_of, "scanner wish")


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, ScannerUnavailableError):
        return Problem("unavailable", error.reason)
    if isinstance(error, OSError):
        return Problem("file", f"{error.filename or ''} {error.strerror or type(error).__name__}".strip())
    return problem_of(error)
