"""Draws the window in its many states into a folder: ``python -m tests.ui.pictures FOLDER [NAME…]``."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QStyleFactory

from station.core.errors import Cause
from station.core.finding import ClaimStatus
from station.core.item import Check
from station.core.news import (
    Claiming,
    Heard,
    ItemsChanged,
    LineState,
    ScanHeard,
    Summary,
)
from station.ui.window import Window, WindowSettings
from tests.ui.rows import BATCH, LINE, OTHER, mixed, plan_of
from tests.ui.source import Source

Scene = Callable[[Source, Window], None]


def empty(source: Source, _window: Window) -> None:
    source.tell(LINE, plan_of([]))


def rows(source: Source, _window: Window) -> None:
    items = mixed()
    plan = plan_of(items, devices=(("Oslo-West", 26), ("Room 12", 1)), ready=27)
    source.tell(LINE, ItemsChanged(tuple(items)), replace(plan, batches=(BATCH, OTHER)))
    source.tell(ScanHeard(Heard.KEPT, items[-1], "work-building-flower", "keyboard"))


def problem(source: Source, _window: Window) -> None:
    items = mixed()[:5]
    source.tell(LINE, ItemsChanged(tuple(items)), plan_of(items))
    source.tell(ScanHeard(Heard.PROBLEM, items[-1], "", "keyboard"))


def practice(source: Source, window: Window) -> None:
    rows(source, window)
    source.tell(replace(plan_of(mixed()), batches=(replace(BATCH, practice=True),)))


def offline(source: Source, window: Window) -> None:
    items = [replace(i, check=Check.OFFLINE, claim_status=ClaimStatus.UNCHECKED, what="", device_type="")
             if i.number > 7 else i for i in mixed()]
    source.tell(replace(LINE, state=LineState.OFFLINE, cause=Cause.CONNECT), ItemsChanged(tuple(items)),
                plan_of(items, unchecked=2))
    source.tell(ScanHeard(Heard.KEPT, items[-1], "", "keyboard"))


def claiming(source: Source, window: Window) -> None:
    rows(source, window)
    source.tell(Claiming(12, 27))


def done(source: Source, window: Window) -> None:
    rows(source, window)
    source.tell(Claiming(27, 27), Summary(BATCH, (("claimed_now", 26), ("already_ours", 1)), ()))


def deaf(source: Source, window: Window) -> None:
    rows(source, window)
    QApplication.processEvents()
    window.set_listening(False)


def filtered(source: Source, window: Window) -> None:
    rows(source, window)
    QApplication.processEvents()
    window.parts.filters.open()


SCENES: dict[str, Scene] = {
    scene.__name__: scene for scene in (empty, rows, problem, practice, offline, claiming, done, deaf, filtered)
}
SIZES = {"1024": (1024, 768), "1920": (1920, 1080), "1366": (1366, 768)}


def draw(folder: Path, scene: str, theme: str, size: str, scale: float = 1.0) -> Path:
    source = Source()
    window = Window(source, WindowSettings(theme=theme, scale=scale))
    window.resize(*SIZES[size])
    window.show()
    QApplication.processEvents()
    window.set_listening(True)
    SCENES[scene](source, window)
    for _ in range(4):
        QApplication.processEvents()
    path = folder / f"{scene}-{theme}-{size}-{round(scale * 100)}.png"
    window.grab().save(str(path))
    window.close()
    window.deleteLater()
    return path


def main(folder: Path, wanted: list[str]) -> None:
    application = QApplication([])
    application.setStyle(QStyleFactory.create("Fusion"))
    folder.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        scene, theme, size, *scale = name.split("-")
        print(draw(folder, scene, theme, size, float(scale[0]) if scale else 1.0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
