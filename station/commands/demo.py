"""``station demo``: the whole job without a screen, with pictures of the real window at each stage and the receipt."""

import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from station.core.news import Plan, Summary, TargetsRead
from station.core.receipt import Receipt
from station.core.target import Target
from station.desk import batches, history, intake, places, rehearsals
from station.desk.house import greet
from station.folders import Folders, resources
from station.parts import Station, assemble
from station.scanners.pictures import Pictures
from station.settings import Settings
from station.ui.offscreen import application, take_picture, turn_until
from station.ui.pdf_pages import grey_pages
from station.ui.window import Window, WindowSettings
from station.words import say

from .answers import Exit, Stop, put
from .receipts import write
from .running import start

T = TypeVar("T")
OPERATOR = "Anna"
TARGET = "oslo-west"
SIZES = ((1024, 768), (1920, 1080))
THEMES = ("light", "dark")
PATIENCE_S = 60.0


def demo(output: Path) -> Exit:
    """Scan the shipped label pictures, look up, rehearse, claim; leaves pictures and the receipt in ``output``."""
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(say("cli.not_written", name=str(output), detail=error.strerror or ""), Exit.REFUSED) from error
    application()
    with tempfile.TemporaryDirectory(prefix="station-demo-", ignore_cleanup_errors=True) as home:
        place = Path(home)
        folders = Folders(place / "data", place / "config", place / "state", place / "logs")
        station = assemble(Settings(), folders)
        start(station)
        station.open_services()
        try:
            job = Job(station, output)
            try:
                return job.run()
            finally:
                job.close()
        except OSError as error:
            raise Stop(say("cli.not_written", name=str(output), detail=str(error)), Exit.REFUSED) from error
        finally:
            station.stop()


class Job:
    """One delivery from its pictures to its receipt, with the window looking on."""

    def __init__(self, station: Station, output: Path) -> None:
        self._station, self._output = station, output
        self._plans: list[Plan] = []
        self._targets: TargetsRead | None = None
        self._summaries: list[Summary] = []
        self._stage = 0
        self.window = Window(station.desk, WindowSettings(THEMES[0], volume=0.0))
        self.window.resize(*SIZES[0])
        bridge = self.window.bridge
        bridge.plan.connect(self._keep_plan)
        bridge.targets_read.connect(self._keep_targets)
        bridge.summary.connect(self._summaries.append)
        self.window.show()
        self.window.set_listening(True)
        station.desk.do(greet)

    def run(self) -> Exit:
        self._station.desk.do(places.read_targets, "local")
        self._until(lambda: self._targets is not None)
        title = next(each.title for each in self._known_targets() if each.id == TARGET)
        self._do(batches.choose, "local", TARGET, title)
        self._do(batches.choose_operator, OPERATOR)
        self._picture("ready", say("demo.ready", target=title))
        scans = self._scan(sorted((resources() / "labels").iterdir()))
        self._until(lambda: bool(self._plans) and not self._plans[-1].counts.checking)
        self._picture("preview", say("demo.preview", scans=scans, ready=self._current().counts.ready))
        self._do(rehearsals.rehearse)
        self._until(lambda: any(each.rehearsal for each in self._summaries))
        self._picture("dry-run", say("demo.rehearsed", told=_told(self._summaries[-1])))
        plan = self._current()
        self._do(batches.claim, [(batch.id, batch.revision) for batch in plan.batches], OPERATOR)
        self._until(lambda: any(not each.rehearsal for each in self._summaries))
        done = self._summaries[-1]
        self._picture("claimed", say("demo.claimed", told=_told(done), target=title))
        self._receipt(done.batch.id)
        put(say("demo.done", folder=str(self._output.resolve())))
        return Exit.DONE if done.settled else Exit.UNKNOWN

    def close(self) -> None:
        self.window.bridge.stop()
        self.window.close()
        self.window.deleteLater()
        turn_until(lambda: False, 0.05)

    def _keep_plan(self, plan: Plan) -> None:
        self._plans.append(plan)

    def _keep_targets(self, told: TargetsRead) -> None:
        self._targets = told

    def _known_targets(self) -> Sequence[Target]:
        return self._targets.targets if self._targets else ()

    def _current(self) -> Plan:
        """What Claim would do now."""
        self._plans.clear()
        self._do(batches.plan)
        self._until(lambda: bool(self._plans))
        return self._plans[-1]

    def _do(self, verb: Callable[..., T], *args: object) -> None:
        future = self._station.desk.do(verb, *args)
        self._until(future.done)
        future.result()

    def _until(self, done: Callable[[], bool]) -> None:
        if not turn_until(done, PATIENCE_S):
            raise Stop(say("demo.stuck"), Exit.UNKNOWN)

    def _scan(self, paths: Sequence[Path]) -> int:
        """Read the pictures as if they had been dropped on the window."""
        scans: list[object] = []

        def keep(scan: object) -> None:
            scans.append(self._station.desk.do(intake.keep, scan))  # type: ignore[arg-type]

        reader = Pictures(None, lambda _report: None, self._station.clock.now, grey_pages)
        reader.start(keep, lambda _state: None)
        reader.read(paths)
        self._until(lambda: reader.finish(0.0))
        self._do(batches.plan)
        return len(scans)

    def _picture(self, stage: str, sentence: str) -> None:
        """A picture of the window in each size and theme."""
        self._stage += 1
        put(f"{self._stage}. {sentence}")
        for theme in THEMES:
            self.window.change_settings(WindowSettings(theme, volume=0.0))
            for size in SIZES:
                name = f"{self._stage}-{stage}-{theme}-{size[0]}x{size[1]}.png"
                take_picture(self.window, self._output / name, size)

    def _receipt(self, batch: str) -> None:
        def read(reader: object) -> Receipt | None:
            return history.receipt(reader, batch, "demo", datetime.now(UTC))  # type: ignore[arg-type]

        future = self._station.desk.read(read)
        self._until(future.done)
        found = future.result()
        if found is None:
            raise Stop(say("cli.no_batch", name=batch), Exit.REFUSED)
        for kind in ("csv", "html", "pdf"):
            write(found, kind, self._output / f"receipt.{kind}")
        put(f"{self._stage + 1}. {say('demo.receipt', lines=len(found.lines))}")


def _told(summary: Summary) -> str:
    return ", ".join(f"{count} {say(f'outcome.{word}').lower()}" for word, count in summary.outcomes)
