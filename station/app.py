"""The application: builds the window round the running parts, and stops everything in reverse order."""

import signal
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFileDialog

from station.core.news import BadInput, Trouble
from station.core.scan import Scan
from station.desk import intake, lists
from station.desk.house import greet
from station.folders import resources
from station.labels import read as read_label
from station.parts import LEAVE_WITHIN_S, Station
from station.scanners.keyboard import Keyboard
from station.scanners.keyboard_rule import BurstRule
from station.scanners.keyboard_settings import KeyboardSettings
from station.scanners.pictures import PictureReport, Pictures
from station.timings import tell_time
from station.ui.key_filter import KeyFilter, KeyTrouble
from station.ui.key_stroke import Stroke
from station.ui.single import Doorbell
from station.ui.window import Window, WindowSettings
from station.words import choose_language, say

_LISTS = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xlsx"})
_POLL_MS = 30
_SIGNALS_MS = 400


def show(station: Station) -> int:
    """Open the window and run until it is closed; gives the exit status."""
    settings = station.settings
    choose_language(settings.language)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)  # noqa: S101 - for the type checker
    app.setApplicationName("claiming-station")
    app.setDesktopFileName("claiming-station")
    app.setStyle("Fusion")
    app.setWindowIcon(QIcon(str(resources() / "icons" / "app.svg")))
    application = Application(app, station)
    application.window.show()
    _heed_signals(app)
    status = app.exec()
    application.end()
    return status


def _is_label(text: str) -> bool:
    """Whether a family of labels, not only "any plain code", knows this text."""
    label = read_label(text)
    return label.family not in ("", "code") and bool(label.identifiers or label.command)


def _heed_signals(app: QApplication) -> QTimer:
    """End in order when the system asks; the timer lets Python notice between Qt's events."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: app.closeAllWindows())
    timer = QTimer(app)
    timer.start(_SIGNALS_MS)
    timer.timeout.connect(lambda: None)
    return timer


class Application(QObject):
    """The window and the ways in that it has: keyboard-type scanners, files."""

    def __init__(self, app: QApplication, station: Station) -> None:
        super().__init__()
        self._app, self._station = app, station
        settings = station.settings
        scheme = "" if settings.scheme == "system" else settings.scheme
        self.window = Window(
            station.desk, WindowSettings(scheme, settings.font_scale / 100, 1.0 if settings.sound else 0.0)
        )
        self._files = Files(station)
        self.window.files_dropped.connect(self._files.take)
        self.window.painted.connect(self._painted)
        self.window.closing.connect(self._closing)
        QShortcut(QKeySequence.StandardKey.Open, self.window, self._open_files)
        self.keyboard = Keyboard(
            KeyboardSettings(layout=settings.scanner_layout, profile=settings.scanner_profile)
        )
        self.keyboard.start(self._keep, lambda _state: None)
        rule: BurstRule[Stroke] = self.keyboard.rule(_is_label)
        self.keys = KeyFilter(
            app, rule, self.keyboard.deliver, station.clock.now, self._listening, self._key_trouble
        )
        self.keys.install()
        self._doorbell = Doorbell(station.folders.databases(settings.is_practice), self)
        self._doorbell.rung.connect(self._raise)
        self._leaving: threading.Thread | None = None
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL_MS)
        self._poll.timeout.connect(self._left)
        station.desk.do(greet)

    def end(self) -> None:
        """After the event loop: whatever still runs is stopped, in reverse order of the start."""
        self.keys.remove()
        self.keyboard.stop()
        self._doorbell.close()
        self._files.stop()
        if self._leaving is None:
            self._station.stop()
        else:
            self._leaving.join()

    def _keep(self, scan: Scan) -> None:
        self._station.desk.do(intake.keep, scan)

    def _key_trouble(self, trouble: KeyTrouble) -> None:
        self._station.desk.do(lists.tell, Trouble(str(trouble)))

    def _listening(self, listening: bool) -> None:
        self.keyboard.tell_listening(listening)
        self.window.set_listening(listening)

    @Slot()
    def _painted(self) -> None:
        tell_time("painted")
        # Imported here: the panels are off the window's start-up path.
        from station.surroundings import surroundings
        from station.ui.own_panels import add_panels

        add_panels(self.window, self._station.desk, surroundings(self._station))
        self._station.open_services()

    @Slot()
    def _raise(self) -> None:
        self.window.showNormal() if self.window.isMinimized() else self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    @Slot()
    def _open_files(self) -> None:
        """Pictures and lists from the disk; not modal, so that a scan meanwhile is heard."""
        dialog = QFileDialog(self.window, say("open.title"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setModal(False)
        dialog.filesSelected.connect(self._files.take)
        dialog.show()

    @Slot(object)
    def _closing(self, event: QCloseEvent) -> None:
        """The first Close waits for the call in flight; a second one leaves at once."""
        if self._leaving is None:
            self._leaving = threading.Thread(
                target=self._station.stop, args=(LEAVE_WITHIN_S,), name="leaving"
            )
            self._leaving.start()
            self._leaving.join(0.3)
            if self._leaving.is_alive():
                self._poll.start()
        elif self._leaving.is_alive():
            self._station.network.hurry()
        if self._leaving.is_alive():
            event.ignore()
        else:
            event.accept()
            self._app.quit()

    @Slot()
    def _left(self) -> None:
        if self._leaving is not None and not self._leaving.is_alive():
            self._poll.stop()
            self.window.close()


class Files(QObject):
    """Dropped or opened files: lists and pictures, each read on a thread of its own."""

    def __init__(self, station: Station) -> None:
        super().__init__()
        self._desk, self._now = station.desk, station.clock.now
        self._pictures: Pictures | None = None
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    @Slot(list)
    def take(self, paths: list[str]) -> None:
        """Lists by their ending; everything else, folders too, is looked at as pictures."""
        found = [Path(path) for path in paths]
        for path in found:
            if path.suffix.lower() in _LISTS:
                thread = threading.Thread(
                    target=lists.bring_in, args=(self._desk, path, self._now, self._stop), name=f"list {path.name}"
                )
                self._threads.append(thread)
                thread.start()
        pictures = [path for path in found if path.suffix.lower() not in _LISTS]
        if pictures:
            self._reader().read(pictures)

    def _reader(self) -> Pictures:
        if self._pictures is None:
            from station.ui.pdf_pages import grey_pages

            self._pictures = Pictures(None, self._report, self._now, grey_pages)
            self._pictures.start(self._keep, lambda _state: None)
        return self._pictures

    def _keep(self, scan: Scan) -> None:
        self._desk.do(intake.keep, scan)

    def _report(self, report: PictureReport) -> None:
        self._desk.do(lists.tell, BadInput(report.path.name, 0, str(report.problem), report.detail))

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._pictures is not None:
            self._pictures.stop()

