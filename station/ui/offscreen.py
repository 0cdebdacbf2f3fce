"""The window where there is no screen: the demonstration, the self-test and PDF pages draw into memory."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QLoggingCategory, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from .plain_imports import restore

_TURN_MS = 20


def application(screen: str = "offscreen") -> QApplication:
    """The program's application object; where there is none yet it is made, for no screen unless told otherwise.

    ``screen`` is Qt's name for where windows go; empty: what Qt chooses, which ends the program where there is none.
    """
    here = QApplication.instance()
    if isinstance(here, QApplication):
        return here
    restore()
    if screen:
        os.environ["QT_QPA_PLATFORM"] = screen
    made = QApplication(sys.argv[:1])
    made.setApplicationName("claiming-station")
    made.setStyle("Fusion")
    return made


def open_screen() -> str:
    """Connect to the screen that a window would use; gives Qt's name for it. Qt ends the program where it cannot."""
    return QGuiApplication(sys.argv[:1]).platformName()


def platform_name() -> str:
    """Qt's name for where windows go: "xcb", "wayland", "windows", "offscreen"."""
    return QGuiApplication.platformName()


def turn_until(done: Callable[[], bool], seconds: float) -> bool:
    """Let windows live until ``done``; False when the time is over first."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        loop = QEventLoop()
        QTimer.singleShot(_TURN_MS, loop.quit)
        loop.exec()
    return True


def take_picture(window: QWidget, path: Path, size: tuple[int, int]) -> None:
    """Write a picture (PNG) of a shown window in that size. Raises OSError where it cannot be written."""
    window.resize(*size)
    turn_until(lambda: (window.width(), window.height()) == size, 1.0)
    for _ in range(5):
        QApplication.processEvents()
    if not window.grab().save(str(path)):
        raise OSError(f"{path.name} could not be written")


def colours_of(window: QWidget) -> int:
    """How many different colours a shown window paints, up to a thousand: an empty one has one."""
    image = window.grab().toImage()
    step = max(image.width() // 200, 1)
    seen = {
        image.pixel(x, y) for x in range(0, image.width(), step) for y in range(0, image.height(), step)
    }
    return min(len(seen), 1000)


def sound_device() -> str:
    """The name of the loudspeaker that Qt would use, or empty. Raises ImportError without Qt's sound library."""
    QLoggingCategory.setFilterRules("qt.multimedia.*=false")  # it would tell on stderr what it does without
    from PySide6.QtMultimedia import QMediaDevices  # slow to load, and missing on some machines

    return QMediaDevices.defaultAudioOutput().description()
