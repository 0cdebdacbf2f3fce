"""How secrets are kept here, and what can be done with the sealed file: another passphrase, or a new file."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from station.words import say

from .connection_answers import Answers
from .connection_doors import ConnectionDoors, Done, Overview, Problem
from .connection_parts import PassphraseRow, WrongValueError
from .panel_parts import button, label, soft


class SealedPart(QWidget):
    """``done`` with a sentence once something was changed, ``failed`` with why it was not."""

    done = Signal(str)
    failed = Signal(str)

    def __init__(self, doors: ConnectionDoors) -> None:
        super().__init__()
        self._doors, self._answers = doors, Answers(self)
        self._asked = False
        self._kept = label("", "caption")
        self._change, self._anew = button(say("connections.change_passphrase"), "link"), button("", "link")
        self._change.setCheckable(True)
        self._changing = ChangePart()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        for part in (self._kept, self._change, self._changing, self._anew):
            box.addWidget(part)
        self._change.toggled.connect(self._changing.open)
        self._changing.wanted.connect(self._seal_anew)
        self._anew.clicked.connect(self._put_aside)
        for hidden in (self._change, self._changing, self._anew):
            hidden.hide()

    def tell(self, overview: Overview) -> None:
        """Say where secrets go on this computer, and how the sealed file stands."""
        works = not overview.keyring
        keyring = say("connections.by_keyring") if works else say("connections.no_keyring", detail=overview.keyring)
        file = "" if overview.file == "missing" else say(f"connections.file.{overview.file}")
        self._kept.setText(soft(f"{keyring} {file}".strip()))
        self._change.setVisible(overview.file in ("open", "locked"))
        self._ask(False)
        self._anew.setVisible(overview.file in ("damaged", "locked"))

    @Slot(object, object)
    def _seal_anew(self, before: object, passphrase: object) -> None:
        future = self._doors.change_passphrase(before, passphrase)  # type: ignore[arg-type]
        self._answers.wait(future, lambda result: self._answered(result, say("connections.passphrase_changed")))

    @Slot()
    def _put_aside(self) -> None:
        """Asked twice: what the file holds has to be typed again."""
        if not self._asked:
            self._ask(True)
            return
        future = self._doors.put_file_aside()
        self._answers.wait(future, lambda result: self._answered(result, say("connections.aside")))

    def _ask(self, asked: bool) -> None:
        self._asked = asked
        text = say("connections.anew_sure" if asked else "connections.anew")
        self._anew.setText(text)
        self._anew.setAccessibleName(text)

    def _answered(self, result: Done | Problem, text: str) -> None:
        if isinstance(result, Problem):
            self.failed.emit(result.sentence)
            return
        self._changing.done()
        self._change.setChecked(False)
        self.done.emit(text)


class ChangePart(QWidget):
    """The old passphrase and the new one, twice."""

    wanted = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._before, self._new, self._says = PassphraseRow(), PassphraseRow(), label("", "bad")
        self._before.ask(say("connections.passphrase"), twice=False)
        self._new.ask(say("connections.passphrase_new"), twice=True)
        change = button(say("connections.change_passphrase"))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        for part in (self._before, self._new, self._says, change):
            box.addWidget(part)
        change.clicked.connect(self._enter)
        self._new.entered.connect(self._enter)
        self._says.hide()

    @Slot(bool)
    def open(self, on: bool) -> None:
        self.setVisible(on)
        self.done()
        if on:
            self._before.first.setFocus()

    def done(self) -> None:
        """Nothing that was typed stays there."""
        self._before.clear()
        self._new.clear()
        self._says.hide()

    @Slot()
    def _enter(self) -> None:
        try:
            before, new = self._before.passphrase(), self._new.passphrase()
        except WrongValueError as error:
            self._says.setText(str(error))
            self._says.show()
            return
        if before is not None and new is not None:
            self.wanted.emit(before, new)
