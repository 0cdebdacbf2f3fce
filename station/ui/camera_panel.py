"""The camera beside the table: its picture at once, every code framed as its row stands, and a still one for a tray."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedLayout

from station.core.item import Item
from station.words import say

from .bridge import Bridge
from .camera_buttons import CameraButtons
from .camera_doors import CameraDoors, Choice, Choices, Seen, Sight
from .camera_picker import NONE, CameraPicker
from .camera_trouble import TroublePage, trouble_of
from .camera_view import CameraView
from .camera_words import Tag, Tags, sum_of
from .connection_answers import Answers
from .connection_parts import form_sheet
from .in_view import InView
from .panel_parts import Panel, label, soft
from .style import Style
from .window import Window

NAME, KEY = "camera", "F6"
POLL_MS, LOOK_MS = 33, 2_000
WHOLE_TABLE = 10_000
"""Wider than any table: the panel then lies over all of it."""


def add_camera(window: Window, doors: CameraDoors) -> "CameraPanel":
    """Give the window its camera panel, and the key and the button that open and close it."""

    def item_of(item_id: int) -> Item | None:
        row = window.items.rows.row_of(item_id)
        return window.items.item_at(row) if row >= 0 else None

    def toggle() -> None:
        if not (window.panels.open_name == NAME and window.panels.close_open()):
            window.panels.open(NAME)

    panel = CameraPanel(doors, window.bridge, item_of, window.style_now)
    window.add_panel(NAME, panel)
    panel.resized.connect(window.parts.place_panels)
    panel.view.row_wanted.connect(window.table.go_to)
    window.parts.top.camera_wanted.connect(toggle)
    QShortcut(QKeySequence(KEY), window, toggle)
    return panel


class CameraPanel(Panel):
    """Polls the newest frame while it is in view; out of view the camera is let go. ``resized`` when it wants another
    width."""

    resized = Signal()
    wanted_share = 0.42

    def __init__(
        self, doors: CameraDoors, bridge: Bridge, item_of: Callable[[int], Item | None], style: Style
    ) -> None:
        super().__init__(say("camera.title"), style)
        self._doors, self._answers = doors, Answers(self)
        self._tags = Tags(bridge, doors.heard, item_of, self)
        self._still: Seen | None = None
        self._shown: tuple[int, tuple[Sight, ...], tuple[Tag, ...], bool] | None = None
        self._asked = self._any_there = False
        self.picker, self.view, self.buttons = CameraPicker(), CameraView(style), CameraButtons()
        self._trouble, self._sum, self._note = TroublePage(), label("", "muted"), label("", "warn")
        self._note.hide()
        self._pages = QStackedLayout()
        self._pages.addWidget(self._trouble)
        self._pages.addWidget(self.view)
        self.title.hide()  # the camera's name says it, and the picture needs the room
        self.head.insertWidget(0, self.picker, 1)
        self.content.addLayout(self._pages, 1)
        for part in (self._note, self._sum):
            self.content.addWidget(part)
        self.content.addWidget(self.buttons)
        self._poll, self._looking = QTimer(self, interval=POLL_MS), QTimer(self, interval=LOOK_MS)
        self._in_view = InView(self)
        self._connect()
        self.begin_at(self.view)
        self.restyle(style)

    @property
    def wanted_width(self) -> int:
        """A large picture lies over the table; a small one stands beside it."""
        return WHOLE_TABLE if self.buttons.large.isChecked() else 0

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "view"):
            self.setStyleSheet(self.styleSheet() + form_sheet(style))
            self.view.restyle(style)

    def _connect(self) -> None:
        self._poll.timeout.connect(self._show_newest)
        self._looking.timeout.connect(self._look)
        self._in_view.changed.connect(self._wake)
        self.picker.picked.connect(self._pick)
        self.buttons.still.toggled.connect(self._freeze)
        self.buttons.mirror.toggled.connect(self._turn_round)
        self.buttons.large.toggled.connect(lambda _large: self.resized.emit())
        self.buttons.nearer.connect(self.view.zoom)
        self.view.still_wanted.connect(self.buttons.still.click)

    @Slot(bool)
    def _wake(self, in_view: bool) -> None:
        """Begin to show, or let the camera go."""
        for timer in (self._poll, self._looking):
            timer.start() if in_view else timer.stop()
        if in_view:
            self._look()
            self._open()
            return
        self.buttons.still.setChecked(False)
        self._doors.hide()
        self._shown = None
        self.view.show_seen(None, ())

    def _open(self) -> None:
        if self._asked and self._in_view:
            self._doors.show(self.picker.chosen, mirror=self.buttons.mirror.isChecked())

    @Slot()
    def _look(self) -> None:
        self._answers.wait(self._doors.look(), self._offer)

    def _offer(self, choices: Choices) -> None:
        """The cameras that are there; at the first time, the one that was used last, or else the first, is opened."""
        self._any_there = bool(choices.cameras)
        if not self._asked:
            self.picker.choose(choices.chosen or next(iter(choices.cameras), NONE))
            self.buttons.mirror.setChecked(choices.mirror)
            self._asked = True
            if self.picker.chosen.pick:
                self._open()
        self.picker.offer(choices)
        told = bool(choices.not_kept) and bool(self.picker.chosen.pick.address)
        self._note.setText(soft(say("camera.password_not_kept", detail=choices.not_kept)) if told else "")
        self._note.setVisible(told)

    @Slot(object)
    def _pick(self, _choice: Choice) -> None:
        self.buttons.still.setChecked(False)
        self._asked = True
        self._open()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(bool)
    def _turn_round(self, mirrored: bool) -> None:
        self.view.mirror(mirrored)
        self._open()

    @Slot(bool)
    def _freeze(self, frozen: bool) -> None:
        """Keep the newest frame in view and read it thoroughly; or go on."""
        self._still = self._doors.newest() if frozen else None
        self.buttons.tell_still(frozen)
        self._doors.hold(frozen)
        if self._still is not None:
            self._answers.wait(self._doors.read_still(self._still), self._take_still)
        else:
            self.view.zoom(0)

    def _take_still(self, read: Seen) -> None:
        if self._still is not None and self._still.picture is read.picture:
            self._still = read

    @Slot()
    def _show_newest(self) -> None:
        """Called 30 times a second: paints only what is new."""
        seen, choice = self._still or self._doors.newest(), self.picker.chosen
        trouble = None
        if self._still is None:
            trouble = trouble_of(self._doors.state(), choice.pick, choice.title, any_there=self._any_there)
        if seen is None or trouble is not None:
            opening = say("camera.opening", title=choice.title) if self._asked and trouble is None else ""
            self._trouble.tell(trouble if self._asked else None, opening)
            self._pages.setCurrentWidget(self._trouble)
            self._sum.setText("")
            self.buttons.still.setEnabled(False)
            return
        self._pages.setCurrentWidget(self.view)
        self.buttons.still.setEnabled(True)
        tags = self._tags.tags(seen.sights)
        still = self._still is not None
        shown = (seen.number, seen.sights, tags, still)
        if shown != self._shown:
            self._shown = shown
            self.view.show_seen(seen, tags, still=still)
            self._sum.setText(sum_of(tags, still=still))
