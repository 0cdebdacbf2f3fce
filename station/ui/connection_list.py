"""The connections that are set up, how each of them stands, and how their secrets are kept."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from station.core.news import LineState
from station.words import Tone, advise, error_code, say

from .connection_doors import KnownConnection, Overview
from .connection_parts import PassphraseRow, WrongValueError
from .desk_state import DeskState
from .panel_list import Row, RowList
from .panel_parts import button, label, soft
from .style import Style

_TONES = {LineState.ONLINE: Tone.DONE, LineState.OFFLINE: Tone.WAITING, LineState.PAUSED: Tone.UNKNOWN}


class ConnectionList(QWidget):
    """``wanted`` with the name of the connection to open, "" for a new one; ``passphrase_wanted`` with old and new."""

    wanted = Signal(str)
    passphrase_wanted = Signal(object, object)

    def __init__(self, state: DeskState, style: Style) -> None:
        super().__init__()
        self._state, self._overview = state, Overview()
        self._says, self._why = label("", "good"), label("", "muted")
        self.first = button(say("connections.add"), "main")
        self._list = RowList(say("connections.list"), style)
        self._kept = label("", "caption")
        self._change = button(say("connections.change_passphrase"), "link")
        self._change.setCheckable(True)
        self._changing = ChangePart()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for part in (self._says, self._why, self.first):
            box.addWidget(part)
        box.addWidget(self._list, 1)
        for part in (self._kept, self._change, self._changing):
            box.addWidget(part)
        self.first.clicked.connect(lambda: self.wanted.emit(""))
        self._list.picked.connect(self.wanted)
        self._change.toggled.connect(self._changing.open)
        self._changing.wanted.connect(self.passphrase_wanted)
        state.changed.connect(self._follow)
        self._says.hide()
        self._changing.hide()
        self._change.hide()

    def restyle(self, style: Style) -> None:
        self._list.restyle(style)

    def tell(self, overview: Overview) -> None:
        """Show how things stand."""
        self._overview = overview
        self._why.setText(say("connections.practice") if overview.practice else "")
        self._why.setVisible(overview.practice)
        if overview.problem:
            self.tell_problem(say("cli.bad_settings", detail=overview.problem))
        works = not overview.keyring
        keyring = say("connections.by_keyring") if works else say("connections.no_keyring", detail=overview.keyring)
        file = "" if overview.file == "missing" else say(f"connections.file.{overview.file}")
        self._kept.setText(soft(f"{keyring} {file}".strip()))
        self._change.setVisible(overview.file in ("open", "locked"))
        self._tell()

    def tell_done(self, text: str) -> None:
        self._say("good", text)
        self._changing.done()
        self._change.setChecked(False)

    def tell_problem(self, text: str) -> None:
        self._say("bad", text)

    def _say(self, look: str, text: str) -> None:
        self._says.setText(soft(text))
        self._says.setProperty("look", look)
        self._says.style().unpolish(self._says)
        self._says.style().polish(self._says)
        self._says.setVisible(bool(text))

    @Slot()
    def _follow(self) -> None:
        if self.isVisible():
            self._tell()

    def _tell(self) -> None:
        rows = [self._row(each) for each in self._overview.connections]
        if rows != list(self._list.rows.rows):
            self._list.show_rows(rows)

    def _row(self, known: KnownConnection) -> Row:
        title = self._overview.kind(known.kind).title
        name = f"{known.name} · {title}"
        line = self._state.lines.get(known.name)
        if known.locked:
            return Row(known.name, name, say("connections.locked"), tone=Tone.UNKNOWN)
        if line is None:
            return Row(known.name, name, say("connections.not_running"), tone=Tone.WAITING)
        code = error_code(line.cause or "", line.detail)
        told = advise("error", code, title=title).cause if code else say(f"connections.state.{line.state}")
        return Row(known.name, name, told, tone=_TONES.get(line.state))


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
