"""The connections that are set up, how each of them stands, and how their secrets are kept."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from station.core.news import LineState
from station.words import Tone, advise, error_code, say

from .connection_doors import ConnectionDoors, KnownConnection, Overview
from .connection_sealed import SealedPart
from .desk_state import DeskState
from .panel_list import Row, RowList
from .panel_parts import SaidLine, button, label
from .style import Style

_TONES = {LineState.ONLINE: Tone.DONE, LineState.OFFLINE: Tone.WAITING, LineState.PAUSED: Tone.UNKNOWN}


class ConnectionList(QWidget):
    """``wanted`` with the name of the connection to open, "" for a new one."""

    wanted = Signal(str)

    def __init__(self, doors: ConnectionDoors, state: DeskState, style: Style) -> None:
        super().__init__()
        self._state, self._overview = state, Overview()
        self._says, self._why = SaidLine(), label("", "muted")
        self.first = button(say("connections.add"), "main")
        self._list = RowList(say("connections.list"), style)
        self.sealed = SealedPart(doors)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for part in (self._says, self._why, self.first):
            box.addWidget(part)
        box.addWidget(self._list, 1)
        box.addWidget(self.sealed)
        self.first.clicked.connect(lambda: self.wanted.emit(""))
        self._list.picked.connect(self.wanted)
        self.sealed.failed.connect(self.tell_problem)
        state.changed.connect(self._follow)

    def restyle(self, style: Style) -> None:
        self._list.restyle(style)

    def tell(self, overview: Overview) -> None:
        """Show how things stand."""
        self._overview = overview
        self._why.setText(say("connections.practice") if overview.practice else "")
        self._why.setVisible(overview.practice)
        if overview.problem:
            self.tell_problem(say("cli.bad_settings", detail=overview.problem))
        self.sealed.tell(overview)
        self._tell()

    def tell_done(self, text: str) -> None:
        self._says.tell("good", text)

    def tell_problem(self, text: str) -> None:
        self._says.tell("bad", text)

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
