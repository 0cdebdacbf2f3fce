"""Makes the panels of the window and gives it them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt

from station.core.item import Item

from .ahead_doors import AheadDoors
from .ahead_panel import add_ahead
from .bridge import DeskDoor
from .claiming_doors import ClaimingDoors
from .claiming_panel import add_claiming
from .cool_off import add_cool_off
from .desk_state import DeskState
from .desktop_notice import add_desktop_notice
from .details_doors import DetailsDoors
from .details_panel import DetailsPanel
from .entry_panel import EntryDoors, EntryPanel
from .help_panel import HelpPanel
from .names_panel import NamesPanel
from .operator_panel import OperatorPanel
from .panel_parts import Panel
from .panel_wishes import PanelWishes
from .panels import DETAILS
from .queue_panel import add_queue
from .summary_panel import SummaryPanel
from .support_panel import SupportPanel
from .target_picker import TargetPicker
from .terms import Terms, TermsOf, all_that_starts, cannot_be_undone
from .window import WIDE, Window


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the panels need of the program round them.

    ``receipts`` is the folder that receipts are saved in; ``read_label`` says of a text what it would become on the
    table: a heading and a line, both sentences; ``terms`` what claiming at a connection means, by its name and kind;
    ``claiming`` are the rules of claiming and the way to change them; ``ahead`` fetches what is known of a delivery.
    """

    operators: tuple[str, ...]
    receipts: Path
    desk_name: str
    now: Callable[[], datetime]
    read_label: Callable[[str], tuple[str, str]] = lambda _text: ("", "")
    terms: Callable[[str, str], Terms] = lambda _connection, _kind: Terms()
    claiming: ClaimingDoors | None = None
    ahead: AheadDoors | None = None


def add_panels(window: Window, desk: DeskDoor, surroundings: Surroundings) -> None:
    """Give the window all its panels."""
    style, state, wishes = window.style_now, window.state, window.wishes
    own, terms = PanelWishes(desk, state), _terms_of(state, surroundings)
    letters = surroundings.receipts.parent / "support"
    support = SupportPanel(desk, state, style, letters, surroundings.desk_name, surroundings.now)
    details = DetailsPanel(_details_doors(window, own, terms, support, surroundings), style)
    window.table.current_changed.connect(details.show_row)
    panels: dict[str, Panel] = {
        DETAILS: details,
        "operator": OperatorPanel(desk, state, style, surroundings.operators, wishes.choose_operator),
        "targets": TargetPicker(window.bridge, state, wishes, own, style, terms, surroundings.now),
        "entry": EntryPanel(style, _entry_doors(window, own, terms, surroundings)),
        "names": NamesPanel(window.bridge, state, own, style, lambda: _item(window, window.table.current_id())),
        "support": support,
        "help": HelpPanel(style),
        "summary": SummaryPanel(
            desk, window.bridge, state, style, surroundings.receipts, surroundings.desk_name, surroundings.now,
            lambda batch: _write_to_support(window, support, batch),
        ),
    }
    for name, panel in panels.items():
        window.add_panel(name, panel)
    window.panels.opened.connect(lambda _name: _offer_close(window, details))
    window.panels.closed.connect(lambda: _offer_close(window, details))
    window.conduct.press.for_good = lambda: cannot_be_undone(state, terms)
    if surroundings.claiming is not None:
        window.conduct.press.rules = surroundings.claiming.rules
        add_claiming(window, surroundings.claiming)
    if surroundings.ahead is not None:
        add_ahead(window, desk, surroundings.ahead, surroundings.now)
    add_cool_off(window, desk, surroundings.now)
    add_desktop_notice(window, surroundings.now)
    add_queue(window, desk, surroundings.receipts.parent / "exports", surroundings.now)
    state.changed.connect(lambda: window.parts.starts.tell(all_that_starts(state, terms)))
    _offer_close(window, details)
    details.show_row(window.table.current_id())


def _offer_close(window: Window, details: DetailsPanel) -> None:
    """The details beside the table stay; only those that lie over it can be closed."""
    over = window.width() < window.style_now.px(WIDE)
    details.close_button.setVisible(over and window.panels.open_name == DETAILS)


def _terms_of(state: DeskState, surroundings: Surroundings) -> TermsOf:
    def terms(connection: str) -> Terms:
        line = state.lines.get(connection)
        return surroundings.terms(connection, line.kind if line is not None else "")

    return terms


def _entry_doors(window: Window, own: PanelWishes, terms: TermsOf, surroundings: Surroundings) -> EntryDoors:
    def keep(text: str, name: str) -> None:
        window.wishes.keep(text, name=name)

    return EntryDoors(
        window.state, terms, surroundings.read_label, keep, window.actions_here.take_text, own.keep_typed, own.fill,
        lambda: _item(window, window.table.current_id()),
    )


def _item(window: Window, item_id: int) -> Item | None:
    row = window.items.rows.row_of(item_id)
    return window.items.item_at(row) if row >= 0 else None


def _write_to_support(window: Window, support: SupportPanel, batch: str) -> None:
    support.about(batch)
    window.panels.open("support")


def _details_doors(
    window: Window, own: PanelWishes, terms: TermsOf, support: SupportPanel, surroundings: Surroundings
) -> DetailsDoors:
    def go_to(item_id: int) -> None:
        if window.items.rows.row_of(item_id) >= 0:
            window.table.go_to(item_id)
        else:  # a filter hides it
            once = Qt.ConnectionType.SingleShotConnection
            window.listing.laid_out.connect(lambda: window.table.go_to(item_id), once)
            window.parts.filters.clear()

    return DetailsDoors(
        window.bridge, window.state, window.wishes, own, lambda item_id: _item(window, item_id), go_to, terms,
        surroundings.now, window.table.selected_ids, lambda batch: _write_to_support(window, support, batch),
        lambda: window.panels.open("names"),
    )
