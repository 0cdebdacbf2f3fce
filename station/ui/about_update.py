"""What is known of a newer version, the button that gets it, and the quiet line that tells of it between batches."""

from collections.abc import Callable
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.words import Tone, has, say

from .about_doors import Step, Update, UpdateDoors
from .banner import Banner, Kind, Notice
from .desk_state import DeskState
from .panel_parts import button, label

MEGABYTE = 1_000_000
_NOTHING_MORE = frozenset({Step.NONE, Step.FETCHING, Step.OPENED})


def is_busy(state: DeskState) -> bool:
    """Whether a batch is open or something of one is under way: no installer may come between."""
    counts = state.plan.counts
    under_way = counts.queued or counts.sending or counts.unknown or counts.checking or state.claiming
    return not state.started or bool(under_way) or bool(state.plan.batches and counts.scanned)


class UpdatePart(QWidget):
    """One sentence, and the buttons that fit it."""

    def __init__(self, doors: UpdateDoors | None, state: DeskState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._doors, self._state = doors, state
        self._update = Update()
        self._opens_by_itself = False
        self._text = label()
        self._problem = label("", "warn")
        self._get, self._notes = button(say("about.get"), "main"), button(say("about.notes"))
        self._look = button(say("about.look"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._text)
        whole.addWidget(self._problem)
        row = QHBoxLayout()
        for each in (self._look, self._notes):
            row.addWidget(each)
        row.addWidget(self._get, 1)
        whole.addLayout(row)
        self._get.clicked.connect(self._press)
        self._look.clicked.connect(self._look_again)
        self._notes.clicked.connect(self._show_notes)
        state.changed.connect(self._tell)
        self._tell()

    def take(self, update: Update) -> None:
        """Show what is known now; an installer that was asked for is opened once it is there, between two batches."""
        self._update = update
        wanted, self._opens_by_itself = self._opens_by_itself, self._opens_by_itself and update.step is Step.FETCHING
        if wanted and update.step is Step.FETCHED and not is_busy(self._state) and self._doors is not None:
            self._doors.open()
        self._tell()

    @Slot()
    def _press(self) -> None:
        if self._doors is None or is_busy(self._state):
            return
        if self._update.step is Step.FETCHED:
            self._doors.open()
        elif self._update.step is Step.OFFERED:
            self._opens_by_itself = True
            self.take(Update(Step.FETCHING, self._update.version, self._update.published, self._update.notes_url,
                             size=self._update.size, looked_at=self._update.looked_at))
            self._doors.fetch()

    @Slot()
    def _look_again(self) -> None:
        if self._doors is not None:
            self._problem.setText("")
            self._doors.look()

    @Slot()
    def _show_notes(self) -> None:
        QDesktopServices.openUrl(QUrl(self._update.notes_url, QUrl.ParsingMode.StrictMode))

    @Slot()
    def _tell(self) -> None:
        update, busy = self._update, is_busy(self._state)
        self._text.setText(sentence(update, busy) if self._doors is not None else say("about.no_index"))
        self._problem.setText(problem(update))
        self._problem.setVisible(bool(self._problem.text()))
        self._get.setText(say("about.open" if update.step is Step.FETCHED else "about.get"))
        self._get.setAccessibleName(self._get.text())
        self._get.setVisible(update.step not in _NOTHING_MORE)
        self._get.setEnabled(not busy)
        self._look.setVisible(self._doors is not None and update.step is Step.NONE)
        self._notes.setVisible(is_web_page(update.notes_url))


def sentence(update: Update, busy: bool) -> str:
    """What is known, and what comes next."""
    if update.step is Step.NONE:
        if update.looked_at is None:
            return say("about.not_looked")
        return say("about.newest", time=f"{update.looked_at.astimezone():%Y-%m-%d %H:%M}")
    date = f"{update.published:%Y-%m-%d}" if update.published is not None else ""
    size, done = megabytes(update.size), megabytes(update.done)
    told = say(f"about.step.{update.step}", version=update.version, date=date, size=size, done=done)
    return f"{told} {say('about.after_batch')}" if busy and update.step not in _NOTHING_MORE else told


def problem(update: Update) -> str:
    """Why it did not work, or an empty text."""
    if not update.problem:
        return ""
    key = f"about.problem.{update.problem}"
    return say(key if has(key) else "about.problem.other", detail=update.detail or update.problem)


def megabytes(count: int) -> str:
    return f"{count / MEGABYTE:.1f}" if count < 10 * MEGABYTE else f"{count / MEGABYTE:.0f}"


def is_web_page(url: str) -> bool:
    try:
        return urlsplit(url).scheme == "https" and bool(urlsplit(url).hostname)
    except ValueError:
        return False


class UpdateLine(QObject):
    """Tells of a newer version once, over the table, and only between two batches; ``show`` opens what tells more."""

    def __init__(self, banner: Banner, state: DeskState, show: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._banner, self._state, self._show = banner, state, show
        self._version = self._told = ""
        state.changed.connect(self._settle)

    def take(self, update: Update) -> None:
        self._version = update.version if update.step is Step.OFFERED else ""
        self._settle()

    @Slot()
    def _settle(self) -> None:
        if not self._version or is_busy(self._state):
            if self._banner.take_back(Kind.UPDATE):
                self._told = ""  # nobody has closed it: it is told again after the batch
        elif self._told != self._version:
            self._told = self._version
            self._banner.tell(Notice(Kind.UPDATE, Tone.WAITING, say("about.line", version=self._version),
                                     action=say("about.line_action"), act=self._show))
