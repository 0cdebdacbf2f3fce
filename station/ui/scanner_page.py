"""One scanner: how it does, what to do about it, its settings, and what it read last."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from station.words import has, say

from .connection_parts import WrongValueError
from .panel_parts import SaidLine, button, label, scrolled, soft
from .scanner_doors import ScannerSeen, ScannerSetUp
from .scanner_form import ScannerForm
from .scanner_words import advice_of, kind_of, last_of, state_of, title_of

_LOOKS = {"use": "main", "leave": "", "save": "", "away": "", "back": "quiet"}


class ScannerPage(QWidget):
    """``use_wanted`` and ``leave_wanted`` with a key, ``save_wanted`` with a draft, ``away_wanted`` with a name once it
    was pressed twice."""

    use_wanted = Signal(str)
    leave_wanted = Signal(str)
    save_wanted = Signal(object)
    away_wanted = Signal(str)
    back_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.seen: ScannerSeen | None = None
        self.form = ScannerForm()
        self._asked_away = self._is_new = False
        self._title, self._state, self._about = label("", "big"), label("", "muted"), label("", "caption")
        self._advice, self._last, self._says = label("", "warn"), label("", "strong"), SaidLine()
        self._copied = CopyLine()
        box, row = QVBoxLayout(self), QHBoxLayout()
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        does = {
            "use": lambda: self.use_wanted.emit(self._key), "leave": lambda: self.leave_wanted.emit(self._key),
            "save": self._save, "away": self._take_away, "back": self.back_wanted.emit,
        }
        self._buttons: dict[str, QPushButton] = {}
        for name, look in _LOOKS.items():
            made = self._buttons[name] = button(say(f"scanners.do.{name}"), look)
            made.clicked.connect(lambda _checked=False, do=does[name]: do())
            row.addWidget(made, 1 if name in ("use", "leave", "save") else 0)
        for part in (self._title, self._state, self._advice, self._copied, self._about, self._last):
            box.addWidget(part)
        box.addWidget(scrolled(self.form), 1)
        box.addWidget(self._says)
        box.addLayout(row)
        self.form.changed.connect(lambda: self.say(""))

    @property
    def _key(self) -> str:
        return self.seen.key if self.seen is not None else ""

    def begin(self, seen: ScannerSeen | None, set_up: ScannerSetUp) -> None:
        """Show a scanner, or a kind of which one is to be set up by hand."""
        self._is_new = seen is None
        self.form.begin(set_up)
        self.say("")
        kind = set_up.form.kind
        about = f"scanners.about.{kind}"
        self._about.setText(say(about) if has(about) else "")
        self._about.setVisible(has(about))
        self._title.setText(kind_of(kind))
        self.tell(seen)
        use = self._buttons["use"]
        first = use if not use.isHidden() else self.form.title if not self.form.isHidden() else self._buttons["back"]
        first.setFocus()

    def tell(self, seen: ScannerSeen | None) -> None:
        """How it does now; its form stays as it is."""
        self.seen = seen
        if seen is not None:
            self._title.setText(soft(title_of(seen)))
        texts = ((self._state, state_of), (self._advice, advice_of), (self._last, last_of))
        for part, words in texts:
            text = words(seen) if seen is not None else ""
            part.setText(soft(text))
            part.setVisible(bool(text))
        self._copied.show_text(seen.copy_text if seen is not None else "")
        known, heard = seen is not None and bool(seen.name), seen is not None and seen.kind == "keyboard"
        listed = heard and not known  # a device that only types: nothing can be set about it alone
        self._buttons["use"].setVisible(seen is not None and not listed and not seen.enabled)
        self._buttons["leave"].setVisible(seen is not None and not listed and seen.enabled and not heard)
        self._buttons["save"].setVisible(known or self._is_new)
        self._buttons["away"].setVisible(known and not heard)
        self.form.setVisible(known or self._is_new)

    def say(self, look: str, text: str = "") -> None:
        """What came of a wish."""
        self._ask_away(False)
        self._says.tell(look, text)

    def set_busy(self, busy: bool) -> None:
        for name in ("use", "leave", "save", "away"):
            self._buttons[name].setEnabled(not busy)

    @Slot()
    def _save(self) -> None:
        try:
            draft = self.form.draft()
        except WrongValueError as error:
            self.say("bad", str(error))
        else:
            self.save_wanted.emit(draft)

    def _take_away(self) -> None:
        name = self.seen.name if self.seen is not None else ""
        if self._asked_away:
            self.away_wanted.emit(name)
            return
        self.say("warn", say("scanners.away_means"))
        self._ask_away(True)

    def _ask_away(self, asked: bool) -> None:
        self._asked_away = asked
        text = say("scanners.do.away_sure" if asked else "scanners.do.away")
        self._buttons["away"].setText(text)
        self._buttons["away"].setAccessibleName(text)


class CopyLine(QWidget):
    """A text to be put in somewhere else: a command, a rule."""

    def __init__(self) -> None:
        super().__init__()
        self.line, copy = QLineEdit(), button(say("scanners.copy"))
        self.line.setReadOnly(True)
        self.line.setAccessibleName(say("scanners.copy_text"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(copy)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.line.text()))

    def show_text(self, text: str) -> None:
        if text != self.line.text():
            self.line.setText(text)
            self.line.setCursorPosition(0)
        self.setVisible(bool(text))
