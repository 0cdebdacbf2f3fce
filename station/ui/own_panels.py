"""Makes the panels of the window and gives it them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .bridge import DeskDoor
from .operator_panel import OperatorPanel
from .panel_parts import Panel
from .target_picker import TargetPicker
from .window import Window


@dataclass(frozen=True, slots=True)
class Terms:
    """What a claim at a connection starts and whether it can be undone, and what a release there costs: codes."""

    starts: str = ""
    irreversible: bool = True
    release: bool = False
    release_costs: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the panels need of the program round them.

    ``receipts`` is the folder that receipts are saved in; ``read_label`` says of a text what it would become on the
    table: a heading and a line, both sentences; ``terms`` what claiming at a connection (by name) means.
    """

    operators: tuple[str, ...]
    receipts: Path
    desk_name: str
    now: Callable[[], datetime]
    read_label: Callable[[str], tuple[str, str]] = lambda _text: ("", "")
    terms: Callable[[str], Terms] = lambda _connection: Terms()


def add_panels(window: Window, desk: DeskDoor, surroundings: Surroundings) -> None:
    """Give the window all its panels."""
    style, state, wishes = window.style_now, window.state, window.wishes
    panels: dict[str, Panel] = {
        "operator": OperatorPanel(desk, state, style, surroundings.operators, wishes.choose_operator),
        "targets": TargetPicker(state, wishes, style, surroundings.now),
    }
    for name, panel in panels.items():
        panel.close_wanted.connect(window.panels.close_open)
        window.restyled.connect(panel.restyle)
        window.panels.add(name, panel)
    window.panels.opened.connect(lambda name: panels[name].opened() if name in panels else None)
