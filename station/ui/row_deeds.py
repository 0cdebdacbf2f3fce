"""The foot of the details panel: what can be done with the selected rows, asked about in place where it costs."""

from collections.abc import Callable

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from station.core.item import Details, Item
from station.words import say

from .deed_form import Ask, DeedForm
from .deeds import change_of, possible, question
from .details_doors import DetailsDoors
from .details_parts import RowButtons, do_words
from .panel_parts import label
from .style import Style
from .target_rows import TargetIndex
from .terms import FieldTerms, Terms, cost_of_release


class RowDeeds(QWidget):
    """Buttons for the row that is shown; where several are selected they are for all of those."""

    lost_focus = Signal()
    asking = Signal(bool)

    def __init__(self, doors: DetailsDoors, style: Style) -> None:
        super().__init__()
        self._doors, self._rows, self._own = doors, doors.wishes.rows(), doors.own_wishes
        self._details: Details | None = None
        self._many = label("", "caption")
        self._form = DeedForm(style)
        self._buttons = RowButtons()
        low = QVBoxLayout(self)
        low.setContentsMargins(0, 0, 0, 0)
        for part in (self._form, self._many, self._buttons):
            low.addWidget(part)
        self._buttons.pressed.connect(self._do)
        self._buttons.lost_focus.connect(self.lost_focus)
        self._form.agreed.connect(self._agree)
        self._form.declined.connect(self._tell)
        self._form.declined.connect(self.lost_focus)

    def restyle(self, style: Style) -> None:
        self._form.restyle(style)

    def fit(self, width: int, room: int) -> int:
        """Give a question its room; gives how much it would take."""
        return self._form.fit(width, room)

    def begin(self) -> None:
        """Another row is shown: what was asked about the one before is not asked any more."""
        self._form.decline()

    def tell(self, details: Details | None) -> None:
        self._details = details
        self._tell()

    @Slot()
    def _tell(self) -> None:
        details, asking = self._details, not self._form.isHidden()
        self.asking.emit(asking)
        self._buttons.setVisible(details is not None and not asking)
        count = len(self._ids())
        self._many.setText(say("details.for_rows", n=count))
        self._many.setVisible(details is not None and count > 1)
        if details is not None:
            self._buttons.tell(possible(details, self._terms))

    @property
    def _terms(self) -> Terms:
        return self._doors.terms(self._details.item.connection) if self._details is not None else Terms()

    def _ids(self) -> list[int]:
        """The rows that are meant: all that are selected, where the shown one is among them."""
        shown = self._details.item.id if self._details is not None else 0
        chosen = self._doors.chosen()
        return chosen if shown in chosen and len(chosen) > 1 else [shown]

    @Slot(str)
    def _do(self, name: str) -> None:
        details = self._details
        if details is None:
            return
        ids = self._ids()
        at_once: dict[str, Callable[[], object]] = {
            "move": lambda: self._rows.move_to_fitting(ids),
            "check_again": lambda: self._rows.check_again(ids),
            "try_again": lambda: self._rows.try_again(ids),
            "ask_now": lambda: self._doors.wishes.try_now(details.item.connection),
            "take_back": lambda: self._own.take_back(ids),
            "remove": lambda: self._rows.remove(ids),
            "open_page": lambda: open_page(details.page),
            "support": lambda: self._doors.support(details.item.batch),
        }
        if name in at_once:
            at_once[name]()
            return
        self._form.ask(self._question(name, details, ids))
        self._tell()

    def _question(self, name: str, details: Details, ids: list[int]) -> Ask:
        item, terms, rows = details.item, self._terms, tuple(ids)
        if name == "release":
            items = [known for known in map(self._doors.item, ids) if known is not None] or [item]
            cost = cost_of_release(terms, items)
            return Ask(name, rows, cost, say("details.release_yes"), say("details.release_no"))
        yes, no = do_words(name).rstrip("…"), say("deed.no")
        if name == "move_on":
            index = TargetIndex(self._doors.state.targets.get(item.connection, ()), self._doors.now())
            if not index.targets:
                self._doors.wishes.read_targets(item.connection)
            return Ask(name, rows, question(name, len(ids)), yes, no, targets=index, chosen=_target_of(item, index))
        if name == "rename":
            field = FieldTerms("name", default=item.name)
            return Ask(name, (item.id,), question(name, 1), yes, no, (field,))
        change = change_of(details, terms, name)
        fields, costs = (change.fields, change.costs) if change is not None else ((), "")
        return Ask(name, rows, question(name, len(ids), costs), yes, no, fields)

    @Slot(object)
    def _agree(self, ask: Ask) -> None:
        """The second press: now it is wished for."""
        details, ids, form = self._details, list(ask.ids), self._form.form
        if details is None:
            return
        if ask.name == "release":
            self._own.release(ids)
        elif ask.name == "move_on":
            known = self._doors.state.targets.get(details.item.connection, ())
            found = next((target for target in known if target.id == self._form.target), None)
            if found is not None:
                self._own.move(ids, found.id, found.title)
        elif ask.name == "rename":
            self._own.rename(ids[0], form.texts().get("name", ""))
        else:
            change = change_of(details, self._terms, ask.name)
            if change is not None:
                self._own.change(ids, change.verb, form.values(), form.secrets())
        self._tell()
        self.lost_focus.emit()


def _target_of(item: Item, index: TargetIndex) -> str:
    """The target that a row is in already, where its title tells."""
    title = item.place or item.target_title
    return next((target.id for target in index.targets if target.title == title), "")


def open_page(address: str) -> None:
    """Show a page of the vendor's in the browser; nothing else than https is ever opened."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    if url.isValid() and url.scheme() == "https" and url.host():
        QDesktopServices.openUrl(url)
