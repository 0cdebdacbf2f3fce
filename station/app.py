"""The application: paints the window, then builds the parts and starts them; stops them in reverse order."""

import signal
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFileDialog

from station.core.news import Trouble
from station.detached import start_detached
from station.folders import Folders, resources
from station.late_desk import LateDesk
from station.settings import Settings
from station.timings import tell_news, tell_time
from station.ui.window import Window, WindowSettings
from station.words import choose_language, say

if TYPE_CHECKING:
    from station.cameras.desk_camera import DeskCamera
    from station.files import Files
    from station.parts import Station
    from station.scanning.listening import Listening
    from station.telling import Telling
    from station.ui.ahead_doors import AheadDoors
    from station.ui.label_sheet import Section
    from station.ui.single import Doorbell

_POLL_MS = 30
LABELS = "labels.pdf"
_SIGNALS_MS = 400
_REST_AT_LATEST_MS = 3_000
"""A database that takes long to open does not keep help and choices away for longer than this."""


def show(settings: Settings, folders: Folders, files: Sequence[str] = ()) -> int:
    """Open the window, take in ``files`` and run until it is closed; gives the exit status."""
    choose_language(settings.language)
    # The style by argument: to be given it as an object would have all of Qt's styles described to Python first.
    app = QApplication.instance() or QApplication([*sys.argv[:1], "-style", "Fusion"])
    assert isinstance(app, QApplication)  # noqa: S101 - for the type checker
    app.setApplicationName("claiming-station")
    app.setDesktopFileName("claiming-station")
    application = Application(app, settings, folders, files)
    application.window.appear()
    _heed_signals(app)
    status = app.exec()
    application.end()
    if application.starts_again:
        start_detached()
    return status


def _heed_signals(app: QApplication) -> None:
    """End in order when the system asks; the timer lets Python notice between Qt's events."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: app.closeAllWindows())
    timer = QTimer(app)
    timer.timeout.connect(lambda: None)
    timer.start(_SIGNALS_MS)


class Application(QObject):
    """The window, and behind it everything that is built once it is painted."""

    def __init__(self, app: QApplication, settings: Settings, folders: Folders, files: Sequence[str] = ()) -> None:
        super().__init__()
        self._app, self._settings, self._folders = app, settings, folders
        self._desk = LateDesk()
        scheme = "" if settings.scheme == "system" else settings.scheme
        volume = 1.0 if settings.sound else 0.0
        self.window = Window(self._desk, WindowSettings(scheme, settings.font_scale / 100, volume))
        self.window.painted.connect(self._painted)
        self.window.closing.connect(self._closing)
        self.station: Station | None = None
        self._listens: Listening | None = None
        self._files: Files | None = None
        self._fetching: AheadDoors | None = None
        self._camera: DeskCamera | None = None
        self._doorbell: Doorbell | None = None
        self._telling: Telling | None = None
        self._leaving: threading.Thread | None = None
        self._is_whole = False
        self._to_open = list(files)
        self.starts_again = False
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL_MS)
        self._poll.timeout.connect(self._left)

    @Slot()
    def _painted(self) -> None:
        """Build what the first paint did not need. Importing it before would make the window wait for half a second."""
        tell_time("painted")
        from station.parts import assemble

        try:
            station = assemble(self._settings, self._folders)
        except OSError as error:
            self.window.bridge.take(Trouble("no_access", str(error)))
            return
        self.station = station
        station.desk.listen(tell_news)
        self._desk.attach(station.desk)
        station.start()
        self._hear_keys(station)
        for told in (self.window.bridge.ready, self.window.bridge.trouble):
            told.connect(self._make_whole)
        QTimer.singleShot(_REST_AT_LATEST_MS, self._make_whole)

    @Slot()
    def _make_whole(self) -> None:
        """Once a scan can be kept (or it is known that none can): panels, other ways in, the bundled server.

        Before, they would only take turns from the desk that is opening its database.
        """
        if self.station is None or self._is_whole or self._leaving is not None:
            return
        self._is_whole = True
        self._open_ways_in(self.station)
        from station.desk import intake
        from station.telling import Telling

        self._telling = Telling(self.window, self.station)
        self.station.open_services()
        self._desk.do(intake.prepare)
        if self._to_open:
            self._take_files(self._to_open)

    def _hear_keys(self, station: "Station") -> None:
        from station.desk import intake
        from station.scanning.listening import Listening

        self._listens = listens = Listening(
            self._app, station, lambda scan: self._desk.do(intake.keep, scan), self.window.set_listening,
            lambda trouble: self.window.bridge.take(Trouble(str(trouble))),
        )
        listens.hearing.begin()

    def _open_ways_in(self, station: "Station") -> None:
        from station.cameras.addresses import Addresses
        from station.cameras.desk_camera import DeskCamera
        from station.connecting.doors import Connections
        from station.desk.house import greet
        from station.scanning.calibrating import Calibrating
        from station.surroundings import surroundings
        from station.ui.camera_panel import add_camera
        from station.ui.connection_answers import Answers
        from station.ui.connections_panel import add_connections
        from station.ui.label_printing import add_labels
        from station.ui.own_panels import add_panels
        from station.ui.scanners_panel import add_scanners
        from station.ui.single import Doorbell
        from station.ui.wizard_panel import add_wizard

        station.desk.do(greet)
        self._app.setWindowIcon(QIcon(str(resources() / "icons" / "app.svg")))
        self._doorbell = Doorbell(station.folders.databases(self._settings.is_practice), self)
        self._doorbell.rung.connect(self._raise)
        self.window.files_dropped.connect(self._take_files)
        QShortcut(QKeySequence.StandardKey.Open, self.window, self._open_files)
        around = surroundings(station)
        self._fetching = around.ahead
        add_panels(self.window, self._desk, around)
        add_connections(self.window, Connections(station, self.begin_anew))
        memory = self._folders.config / "camera.json"
        listens, on_window = self._listens, Answers(self)
        assert listens is not None  # noqa: S101 - keys are heard before anything else is
        self._camera = DeskCamera(listens.recorder.keep, station.clock.now, memory, Addresses(station.credentials))
        add_camera(self.window, self._camera)
        add_scanners(self.window, listens.open(on_window.do))
        add_wizard(self.window, Calibrating(listens.hearing, self._folders.settings, on_window.do))
        add_labels(self.window, self._label_sections, station.folders.databases(self._settings.is_practice) / LABELS)

    def _label_sections(self) -> "list[Section]":
        """What stands on the sheet of labels now. Imported when it is wanted: most never print one."""
        from station.command_labels import sections

        state = self.window.state
        names = (self._settings.operator, *self._settings.operators, state.operator)
        return sections(state.targets.get(state.connection, ()), dict.fromkeys(filter(None, names)))

    @Slot(list)
    def _take_files(self, paths: list[str]) -> None:
        if self.station is None or self._listens is None:
            return
        if self._files is None:
            # Imported with the first file: numpy and the decoding engines are slow to import.
            from station.files import Files
            from station.ui.pdf_pages import grey_pages

            keep = self._listens.recorder.keep  # a recording of the shift holds them, too
            self._files = Files(self.station.desk, keep, self.station.clock.now, grey_pages)
        self._files.take(paths)

    @Slot(list)
    def _raise(self, files: list[str]) -> None:
        self.window.showNormal() if self.window.isMinimized() else self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        if files:
            self._take_files(files)

    @Slot()
    def _open_files(self) -> None:
        """Pictures and lists from the disk; not modal, so that a scan meanwhile is heard."""
        dialog = QFileDialog(self.window, say("open.title"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setModal(False)
        dialog.filesSelected.connect(self._take_files)
        dialog.show()

    @Slot(object)
    def _closing(self, event: QCloseEvent) -> None:
        """The first Close waits for the call in flight; a second one leaves at once."""
        if self.station is None:
            self._app.quit()
            return
        if self._leaving is None:
            self._leaving = threading.Thread(target=self._leave, name="leaving")
            self._leaving.start()
            self._leaving.join(0.3)
            self._poll.start()
        elif self._leaving.is_alive():
            self.station.network.hurry()
        event.setAccepted(not self._leaving.is_alive())
        if event.isAccepted():
            self._app.quit()

    def _leave(self) -> None:
        """The scanners first: what they have read is kept before the desk ends."""
        if self._listens is not None:
            self._listens.stop()
        if self.station is not None:
            self.station.stop()

    @Slot()
    def begin_anew(self) -> None:
        """Close in order, and start again once everything is given back: with what the settings say by then."""
        self.starts_again = True
        self.window.close()

    @Slot()
    def _left(self) -> None:
        if self._leaving is not None and not self._leaving.is_alive():
            self._poll.stop()
            self.window.close()

    def end(self) -> None:
        """After the event loop: whatever still runs is stopped, in reverse order of the start."""
        if self._telling is not None:
            self._telling.stop()
        if self._camera is not None:
            self._camera.stop()
        for reading in (self._files, self._fetching):
            if reading is not None:
                reading.stop()
        if self._doorbell is not None:
            self._doorbell.close()
        if self._listens is not None:
            self._listens.end()
        if self._leaving is not None:
            self._leaving.join()
        else:
            self._leave()
