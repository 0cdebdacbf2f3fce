"""The scanners that are plugged in or set up, how each of them does, and what was read last."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.words import Tone, say

from .panel_list import Row, RowList
from .panel_parts import SaidLine, button, label, soft
from .scanner_doors import ScannersSeen
from .scanner_words import advice_of, last_of, state_of, test_line, title_of, tone_of
from .style import Style


class ScannerList(QWidget):
    """``wanted`` with the key of the scanner to open; ``add_wanted``, ``wizard_wanted``; ``record_wanted`` with on or
    off."""

    wanted = Signal(str)
    add_wanted = Signal()
    wizard_wanted = Signal()
    record_wanted = Signal(bool)

    def __init__(self, style: Style) -> None:
        super().__init__()
        self._seen = ScannersSeen()
        self._says, self._recorded = SaidLine(), label("", "caption")
        self._test, self._missing = label("", "strong"), label("", "caption")
        self._test.setAccessibleName(say("scanners.test_name"))
        self.first = RowList(say("scanners.list"), style)
        self.first.set_lines(3)
        self.wizard = button(say("scanners.wizard"), "", say("scanners.wizard_does"))
        self.add, self.record = button(say("scanners.add")), button(say("scanners.record"))
        box, row = QVBoxLayout(self), QHBoxLayout()
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for part in (label(say("scanners.test_caption"), "caption"), self._test, self._says):
            box.addWidget(part)
        box.addWidget(self.first, 1)
        for part in (self._missing, self._recorded):
            box.addWidget(part)
        for each in (self.wizard, self.add, self.record):
            row.addWidget(each, 1)
        box.addLayout(row)
        self.first.picked.connect(self.wanted)
        self.wizard.clicked.connect(self.wizard_wanted)
        self.add.clicked.connect(self.add_wanted)
        self.record.clicked.connect(lambda: self.record_wanted.emit(not self._seen.recording))
        self.tell(self._seen)

    def restyle(self, style: Style) -> None:
        self.first.restyle(style)

    @Slot(object)
    def tell(self, seen: ScannersSeen) -> None:
        """Show how things stand."""
        self._seen = seen
        rows = [
            Row(each.key, title_of(each), state_of(each), tone=tone_of(each), chosen=each.enabled,
                more=advice_of(each) if each.turned_away else last_of(each) or advice_of(each))
            for each in seen.scanners
        ]
        if not seen.searched:
            rows.append(Row("", say("scanners.searching"), enabled=False, tone=Tone.WAITING))
        if rows != list(self.first.rows.rows):
            self.first.show_rows(rows)
        self._test.setText(soft(test_line(seen)))
        missing = " ".join(say("scanners.missing", kind=kind, detail=reason) for kind, reason in seen.missing)
        self._show(self._missing, missing)
        recorded = say("scanners.recording", file=seen.recording, n=seen.recorded) if seen.recording else ""
        self._show(self._recorded, recorded)
        text = say("scanners.record_end" if seen.recording else "scanners.record")
        self.record.setText(text)
        self.record.setAccessibleName(text)

    def say(self, look: str, text: str) -> None:
        """What came of a wish."""
        self._says.tell(look, text)

    def _show(self, part: QWidget, text: str) -> None:
        part.setText(soft(text))  # type: ignore[attr-defined]
        part.setVisible(bool(text))
