"""``station record`` and ``station replay``: a shift's scans written down, and played again."""

import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from station.core.news import ScanHeard
from station.core.scan import Scan
from station.desk import intake
from station.scanners.base import Condition, State
from station.scanners.replay import Replay, ReplaySettings
from station.scanning.forms import KEYBOARD
from station.scanning.hub import Scanning
from station.scanning.making import Making
from station.scanning.recording import Recorder
from station.words import has, say

from .answers import Exit, Stop, note, put, put_json
from .running import Session, find_settings, running

LOOK_S = 0.2


def record(file: Path, seconds: float, as_json: bool) -> Exit:
    """Read with the scanners that are set up and write down what they read, until Ctrl+C or for so many seconds.

    The scans come on the table too, as they would in the window. 1 where nothing was read.
    """
    settings, folders = find_settings()
    if not any(each.enabled and each.kind != KEYBOARD for each in settings.scanners):
        raise Stop(say("shift.no_scanners"))
    with running(settings=settings, folders=folders) as session:
        recorder = Recorder(lambda scan: _told(session, scan, as_json), session.station.clock.now)
        try:
            recorder.begin(file)
        except OSError as error:
            raise Stop(say("shift.cannot_write", file=file, detail=error.strerror or str(error))) from error
        making = Making(session.station.credentials, session.station.desk, session.station.clock.now)
        scanning = Scanning(settings.scanners, recorder.keep, making)
        scanning.start()
        note(say("shift.records", file=file))
        try:
            threading.Event().wait(seconds or None)
        except KeyboardInterrupt:
            note(say("shift.ends"))
        finally:
            scanning.stop()
            count = _finish(session, recorder)
    note(say("shift.recorded", n=count, file=file))
    return Exit.DONE if count else Exit.REFUSED


def replay(file: Path, speed: float, as_json: bool) -> Exit:
    """Play a recording on this desk; 1 where it breaks off."""
    states: list[State] = []
    failed = threading.Event()

    def tell(state: State) -> None:
        if state.condition in (Condition.FAILED, Condition.UNPLUGGED, Condition.NO_PERMISSION):
            states.append(state)
            failed.set()

    answers: list[Future[Any]] = []
    with running() as session:
        player = Replay(ReplaySettings(str(file), speed), now=session.station.clock.now)
        player.start(lambda scan: answers.append(_told(session, scan, as_json)), tell)
        try:
            while not (player.finished.wait(LOOK_S) or failed.is_set()):
                pass
        except KeyboardInterrupt:
            note(say("shift.ends"))
        finally:
            player.stop()
        kept = sum(answer.exception(LOOK_S * 100) is None for answer in answers)
    note(say("shift.played", n=kept, file=file))
    if states:
        raise Stop(say("shift.breaks_off", detail=states[0].detail), Exit.REFUSED)
    return Exit.DONE if kept == len(answers) else Exit.REFUSED


def _told(session: Session, scan: Scan, as_json: bool) -> "Future[ScanHeard]":
    """Have the desk keep a scan, and say what became of it."""
    answer = session.station.desk.do(intake.keep, scan)

    def tell(done: "Future[ScanHeard]") -> None:
        if done.cancelled() or done.exception() is not None:
            return
        heard = done.result()
        if as_json:
            put_json({"scan": heard.shown, "source": heard.source, "heard": str(heard.heard)})
        else:
            key = f"scanners.heard.{heard.heard}"
            put(f"{heard.source}: {heard.shown} ({say(key) if has(key) else heard.heard})")

    answer.add_done_callback(tell)
    return answer


def _finish(session: Session, recorder: Recorder) -> int:
    """Wait until what was read last is on disk and written down; gives the number of scans."""
    session.do(_nothing)
    return recorder.end()


def _nothing(_work: object) -> None:
    """A task behind all others."""
