"""What scrolls in the details panel: the row's status, causes, facts, devices and history."""

from datetime import datetime

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from station.core.item import Details, Item
from station.core.progress import Progress
from station.core.target import Target
from station.words import advice, identifier_text, say, status, what_it_is

from .decision_panel import DecisionPart
from .destinations import title_of
from .details_doors import DetailsDoors
from .details_facts import copied_facts, copy_text, device_rows, facts_of, history_of, links_of
from .details_parts import FactList
from .evidence import doubtful, evidence_of
from .fill_part import FillPart
from .panel_list import Row, RowList
from .panel_parts import button, clear, label, soft
from .style import Style
from .terms import what_claim_starts

MOST_LINES = 6
"""Devices that are in view at once; the list scrolls."""


class DetailsBody(QWidget):
    def __init__(self, doors: DetailsDoors, style: Style) -> None:
        super().__init__()
        self._doors, self._style = doors, style
        self._item: Item | None = None
        self._device_rows: list[Row] = []
        self._identifier, self._what = label(), label("", "muted")
        self._status, self._starts = label("", "strong"), label("", "warn")
        self._cause, self._meaning, self._next = label("", "strong"), label(), label()
        self._half, self._decision = FillPart(), DecisionPart()
        self._evidence = FactList()
        self._name = QLineEdit()
        self._name_caption = label(say("details.name"), "caption")
        self._by_pattern = button(say("names.open"), "link")
        self._by_pattern.clicked.connect(doors.names)
        self._facts = FactList()
        self._devices_caption = label("", "caption")
        self._devices = RowList(say("details.devices"), style, to_choose=False)
        self._history_caption, self._history = label(say("details.history"), "caption"), label()
        self._links = QVBoxLayout()
        self._build()
        self._half.filled.connect(doors.own_wishes.fill)
        self._decision.decided.connect(self._decide)
        self._name.editingFinished.connect(self._rename)
        self.restyle(style)

    def copy_text(self, details: Details) -> str:
        """All that is known of a row as plain text."""
        item = details.item
        return copy_text(details, self._doors.now(), self._doors.terms(item.connection), self._target_of(item))

    def _build(self) -> None:
        self._name.setAccessibleName(say("details.name"))
        self._name.setPlaceholderText(say("details.name_hint"))
        self._name.setMaxLength(200)
        self._name_caption.setBuddy(self._name)
        self._links.setSpacing(0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 6, 0)
        whole.setSpacing(6)
        above: list[QWidget] = [
            self._identifier, self._what, self._status, self._half, self._starts, self._cause, self._meaning,
        ]
        below: list[QWidget] = [
            self._evidence, self._decision, self._name_caption, self._name, self._by_pattern, self._devices_caption,
            self._devices,
        ]
        for part in (*above, self._next):
            whole.addWidget(part)
        whole.addLayout(self._links)
        for part in (*below, self._facts, self._history_caption, self._history):
            whole.addWidget(part)
        whole.addStretch(1)

    def restyle(self, style: Style) -> None:
        self._style = style
        self._devices.restyle(style)
        font = style.mono(15)
        font.setBold(True)
        self._identifier.setFont(font)
        self._identifier.setStyleSheet(f"font-size: {style.px(15)}px; font-family: '{font.family()}';")

    def tell(self, details: Details, now: datetime, *, begin: bool) -> None:
        """Show a row; ``begin``: it is another one than before."""
        item = self._item = details.item
        held = item.progress is Progress.HELD or bool(dict(item.tally).get(Progress.HELD))
        sentence, counsel = status(item, now), None if held else advice(item)
        _put(self._identifier, soft(identifier_text(item.identifier)))
        self._identifier.setAccessibleName(identifier_text(item.identifier))
        _put(self._what, what_it_is(item))
        _put(self._status, sentence.text)
        ink = self._style.palette.tones[sentence.tone].ink
        self._status.setStyleSheet(f"color: {ink};")
        terms = self._doors.terms(item.connection)
        own = any(device.found.owned for device in details.devices)  # nobody claims what is his
        _put(self._starts, "" if own else what_claim_starts(terms, item))
        self._half.tell(item, terms, self._style)
        if not self._half.isHidden():
            counsel = None  # the form says it
        cause = counsel.cause if counsel is not None else ""
        _put(self._cause, "" if cause == sentence.text else cause)
        _put(self._meaning, counsel.meaning if counsel is not None else "")
        _put(self._next, say("details.next", text=counsel.next_step) if counsel is not None else "")
        self._show_links(item)
        title = title_of(self._doors.state, item.connection)
        self._evidence.tell(evidence_of(details, now, title) if doubtful(details) else [])
        self._evidence.setVisible(bool(doubtful(details)))
        if begin or (held and self._decision.isHidden()):
            self._decision.begin(self._doors.state.operator)
        self._decision.setVisible(held)
        self._show_name(item, begin=begin)
        self._show_devices(details)
        self._facts.tell(facts_of(details, now, terms, self._target_of(item)), copied_facts())
        _put(self._history, "\n".join(history_of(details, now)))

    def _target_of(self, item: Item) -> Target | None:
        """The target that a row's open batch goes to, as the vendor told it."""
        state = self._doors.state
        wanted = next((batch.target for batch in state.plan.batches if batch.id == item.batch), "")
        return next((target for target in state.targets.get(item.connection, ()) if target.id == wanted), None)

    def focus_missing(self) -> None:
        """Give the keyboard to what a half row still lacks, where it lacks something."""
        if not self._half.isHidden():
            self._half.form.focus()

    def _show_links(self, item: Item) -> None:
        clear(self._links)
        for words, link in links_of(item):
            if link.on_table:
                jump = button(words, "link", say("details.go_there"))
                jump.clicked.connect(lambda _on=False, item_id=link.item: self._doors.go_to(item_id))
                self._links.addWidget(jump)
            else:
                at = link.at.astimezone().strftime("%Y-%m-%d %H:%M")
                self._links.addWidget(label(say("details.link.elsewhere", at=at, batch=link.batch[:8]), "muted"))

    def _show_name(self, item: Item, *, begin: bool) -> None:
        can = item.progress is Progress.OPEN and not item.closed and item.repeat_of is None and item.inside is None
        for part in (self._name_caption, self._name):
            part.setVisible(can or bool(item.name))
        self._by_pattern.setVisible(can)
        self._name.setReadOnly(not can)
        if begin or not (self._name.hasFocus() and self._name.isModified()):
            self._name.setText(item.name)

    def _show_devices(self, details: Details) -> None:
        several = details.item.what == "kit" and bool(details.devices)
        rows = device_rows(details) if several else []
        for part in (self._devices_caption, self._devices):
            part.setVisible(several)
        if rows != self._device_rows:
            self._device_rows = rows
            self._devices.show_rows(rows)
        if several:
            claimed = details.item.claimed_count if details.item.progress is Progress.OPEN else 0
            also = say("details.devices_claimed", n=claimed) if claimed else ""
            self._devices_caption.setText(say("details.devices_count", n=len(rows)) + also)
            self._devices.setFixedHeight(self._devices.sizeHintForRow(0) * min(len(rows), MOST_LINES) + 4)

    @Slot()
    def _rename(self) -> None:
        if self._item is not None and self._name.isModified():
            self._name.setModified(False)
            self._doors.wishes.rows().rename(self._item.id, self._name.text())

    @Slot(object, str, str)
    def _decide(self, choice: object, by: str, reason: str) -> None:
        if self._item is not None:
            self._doors.own_wishes.decide([self._item.id], choice, by, reason)  # type: ignore[arg-type]


def _put(where: QLabel, text: str) -> None:
    where.setText(text)
    where.setAccessibleName(text)
    where.setVisible(bool(text))
