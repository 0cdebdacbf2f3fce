"""The kinds of scanner that are set up by hand: over the network, from a folder, a port, a recording."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from station.words import has, say

from .connection_doors import KindForm
from .panel_list import Row, RowList
from .panel_parts import button, label
from .scanner_words import kind_of
from .style import Style


class ScannerKinds(QWidget):
    """``wanted`` with a kind."""

    wanted = Signal(str)
    back_wanted = Signal()

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.first = RowList(say("scanners.kinds"), style)
        back = button(say("scanners.do.back"), "quiet")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(label(say("scanners.kinds"), "caption"))
        box.addWidget(self.first, 1)
        box.addWidget(back)
        self.first.picked.connect(self.wanted)
        back.clicked.connect(self.back_wanted)

    def restyle(self, style: Style) -> None:
        self.first.restyle(style)

    def tell(self, kinds: Sequence[KindForm]) -> None:
        """Offer these; one that cannot be used here says why."""
        self.first.show_rows([Row(each.kind, kind_of(each.kind), _line(each), enabled=not each.reason)
                              for each in kinds])


def _line(form: KindForm) -> str:
    if form.reason:
        return say("scanners.remedy.unavailable", kind=kind_of(form.kind), detail=form.reason)
    key = f"scanners.hint.{form.kind}"
    return say(key) if has(key) else ""
