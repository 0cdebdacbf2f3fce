"""The window: what stands where, and how it follows theme, size and focus."""

from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QMainWindow

from .actions import Actions
from .band_story import BandStory
from .bridge import Bridge, DeskDoor
from .conduct import Conduct
from .desk_state import DeskState
from .items_model import ItemsModel
from .layout import Layout
from .listing import Listing
from .notices import Notices
from .palette import choose, qt_palette
from .panel_parts import Panel
from .sounds import Sounds
from .style import LARGEST_SCALE, SMALLEST_SCALE, Style
from .wishes import Wishes

SIZE = QSize(1366, 768)
FRAME = 40
"""Pixels that a frame and a title may take."""
WIDE = 1200
"""From this width on the details stand beside the table."""
BAND_SHARE = 0.25
SOUNDS_AFTER_MS = 1_500
"""How long after the first painting the sounds are loaded, when everything else has had its turn."""


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """``theme``: "light", "dark" or empty for the system's; ``scale``: 1 to 2; ``volume`` of the sounds: 0 to 1."""

    theme: str = ""
    scale: float = 1.0
    volume: float = 1.0


class Window(QMainWindow):
    """Shows the desk and posts what a person wishes.

    Others reach its parts: ``bridge`` (news), ``state``, ``wishes``, ``table``, ``panels`` (``add_panel`` gives one).
    ``painted`` comes once, after the first painting; ``files_dropped`` with paths.
    """

    painted = Signal()
    restyled = Signal(object)  # Style
    files_dropped = Signal(list)
    closing = Signal(object)  # QCloseEvent: ignore() it to stay

    def __init__(self, desk: DeskDoor, settings: WindowSettings | None = None, bridge: Bridge | None = None) -> None:
        super().__init__()
        self._settings = settings or WindowSettings()
        self._was_painted = False
        self.style_now = self._make_style()
        self.bridge = bridge or Bridge(desk, self)
        self.state = DeskState(self.bridge, self)
        self.wishes = Wishes(desk, self.state)
        self.items = ItemsModel(self.wishes.page, self)
        self.parts = Layout(self.items, self.state, self.style_now, self)
        self.table, self.panels = self.parts.table, self.parts.panels
        self.listing = Listing(self.bridge, self.items, self.wishes.order, self)
        self.story = BandStory(self.bridge, self.parts.band, self.state, self)
        self.notices = Notices(self.bridge, self.parts.banner, self.state, self.wishes, self)
        self.actions_here = Actions(self, self.table, self.parts.filters, self.panels, self.wishes)
        self.sounds = Sounds(self._settings.volume, self)
        self.bridge.heard.connect(self.sounds.hear)
        self.painted.connect(lambda: QTimer.singleShot(SOUNDS_AFTER_MS, self.sounds.load))
        self.conduct = Conduct(self)
        self.setCentralWidget(self.parts)
        self.setAcceptDrops(True)
        self.setMinimumSize(800, 600)
        self.resize(SIZE)
        self.restyle()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.restyle)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._follow_focus)
        self.table.setFocus()

    def appear(self) -> None:
        """Show the window in its own size, or filling a screen that has no room for that and its frame."""
        room = self.screen().availableSize()
        if room.width() < SIZE.width() + FRAME or room.height() < SIZE.height() + FRAME:
            self.resize(SIZE.boundedTo(room))  # nobody may be there who maximizes windows
            self.showMaximized()
        else:
            self.show()

    def add_panel(self, name: str, panel: Panel, key: str = "") -> None:
        """Give the window a panel, and the key that opens it; it is told when it is opened and restyled."""
        self.restyled.connect(panel.restyle)
        panel.close_wanted.connect(self.panels.close_open)
        self.panels.add(name, panel)
        self.panels.opened.connect(lambda opened: panel.opened() if opened == name else None)
        if key:
            QShortcut(QKeySequence(key), self, lambda: self.panels.open(name))

    @Slot()
    def restyle(self) -> None:
        """Take the theme's colours, the system's if none is set."""
        self.style_now = self._make_style()
        palette = self.style_now.palette
        self.setPalette(qt_palette(palette))
        self.setStyleSheet(self.style_now.sheet(practice=self.state.practice))
        self.parts.restyle(self.style_now)
        self._fit()
        self.restyled.emit(self.style_now)

    def change_settings(self, settings: WindowSettings) -> None:
        """Show the window with other settings from now on."""
        self._settings = settings
        self.restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files(event.mimeData()) or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = _files(event.mimeData())
        if files:
            self.files_dropped.emit(files)
        elif event.mimeData().hasText():
            self.actions_here.take_text(event.mimeData().text())
        event.acceptProposedAction()

    def _make_style(self) -> Style:
        scale = min(max(self._settings.scale, SMALLEST_SCALE), LARGEST_SCALE)
        return Style(choose(self._settings.theme), scale)

    def _fit(self) -> None:
        self.parts.fit(self.width(), round(self.height() * BAND_SHARE), wide=self.width() >= self.style_now.px(WIDE))

    @Slot(Qt.ApplicationState)
    def _follow_focus(self, state: Qt.ApplicationState) -> None:
        self.set_listening(state is Qt.ApplicationState.ApplicationActive)

    @Slot(bool)
    def set_listening(self, listening: bool) -> None:
        """Say whether a scanner that types would be heard."""
        self.story.set_listening(listening)
        self.parts.top.set_listening(listening)


def _files(data: QMimeData) -> list[str]:
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
