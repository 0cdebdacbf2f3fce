"""All that is known of the selected row, and what can be done with it."""


from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication

from station.core.item import Details, Item
from station.core.news import DetailsRead
from station.words import say

from .details_body import DetailsBody
from .details_doors import DetailsDoors
from .panel_parts import Panel, button, label, scrolled
from .row_deeds import RowDeeds
from .style import Style

SETTLE_MS = 60
"""How long the selection must stand still before the desk is asked: scans may arrive many a second."""
AGE_MS = 5_000
LEAST_BODY = 140
"""Pixels, at 100 %, of what is known of a row beside a question about it."""


class DetailsPanel(Panel):
    """Follows the selected row; shows what the table knows at once, and the rest when the desk has read it."""

    def __init__(self, doors: DetailsDoors, style: Style) -> None:
        super().__init__("", style)
        self.setAccessibleName(say("details.title"))
        self._doors = doors
        self._item_id = 0
        self._details: Details | None = None
        self._empty = label(say("details.empty"), "muted")
        self._body = DetailsBody(doors, style)
        self._area = scrolled(self._body)
        self._deeds = RowDeeds(doors, style)
        self._copy_all = button(say("details.do.copy"), "quiet", say("details.does.copy"))
        self._copy_all.clicked.connect(self._copy)
        self.head.insertWidget(1, self._copy_all)
        self.content.addWidget(self._empty, 1, Qt.AlignmentFlag.AlignTop)
        self.content.addWidget(self._area, 1)
        self.content.addWidget(self._deeds)
        self.content.addStretch(0)
        self._asking = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._asking.timeout.connect(self._ask)
        self._ageing = QTimer(self, interval=AGE_MS)
        self._ageing.timeout.connect(self._age)
        self._ageing.start()
        self._deeds.asking.connect(self._make_room)
        self._deeds.lost_focus.connect(lambda: self._copy_all.setFocus(Qt.FocusReason.OtherFocusReason))
        doors.bridge.details_read.connect(self._take)
        doors.bridge.items_changed.connect(self._follow)
        doors.bridge.items_gone.connect(self._forget)
        self._show(None)

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_body"):
            self._body.restyle(style)
            self._deeds.restyle(style)
            self._age()

    def opened(self) -> None:
        self._ask()
        self._body.focus_missing()

    @Slot(int)
    def show_row(self, item_id: int) -> None:
        """Show another row; 0 for none."""
        if item_id == self._item_id:
            return
        self._item_id = item_id
        self._deeds.begin()
        item = self._doors.item(item_id) if item_id else None
        self._show(Details(item) if item is not None else None, begin=True)
        self._asking.start()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._ask()

    @Slot()
    def _ask(self) -> None:
        if self._item_id and self.isVisible():
            self._doors.wishes.details(self._item_id)

    @Slot(object)
    def _take(self, read: DetailsRead) -> None:
        if read.details.item.id == self._item_id:
            self._show(read.details)

    @Slot(object)
    def _follow(self, items: tuple[Item, ...]) -> None:
        if any(item.id == self._item_id for item in items) and not self._asking.isActive():
            self._asking.start()

    @Slot(object)
    def _forget(self, gone: object) -> None:
        if self._item_id in getattr(gone, "ids", ()):
            self.show_row(0)

    @Slot()
    def _age(self) -> None:
        if self.isVisible() and self._details is not None:
            self._show(self._details)

    def _show(self, details: Details | None, *, begin: bool = False) -> None:
        self._details = details
        self._empty.setVisible(details is None)
        self._copy_all.setVisible(details is not None)
        self.title.setText(say("details.title") if details is None else say("details.row", row=details.item.number))
        self._deeds.tell(details)
        if details is not None:
            self._body.tell(details, self._doors.now(), begin=begin)

    @Slot(bool)
    def _make_room(self, asking: bool) -> None:
        """A question stands alone where there is no room for it and for what is known of the row."""
        edges = self.content.contentsMargins()
        room = self.height() - self.head.sizeHint().height() - edges.top() - edges.bottom() - 3 * self.content.spacing()
        needed = self._deeds.fit(self.width() - edges.left() - edges.right(), room) if asking else 0
        self._area.setVisible(self._details is not None and needed + self.look.px(LEAST_BODY) * asking <= room)

    @Slot()
    def _copy(self) -> None:
        if self._details is not None:
            QGuiApplication.clipboard().setText(self._body.copy_text(self._details))
