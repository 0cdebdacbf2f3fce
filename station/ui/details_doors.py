"""Where the details panel gets what it shows and does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from station.core.item import Item

from .bridge import Bridge
from .desk_state import DeskState
from .panel_wishes import PanelWishes
from .terms import TermsOf
from .wishes import Wishes


@dataclass(frozen=True, slots=True)
class DetailsDoors:
    """Where the details get what they need: news, what is chosen, wishes, the row in the table, the clock.

    ``chosen`` are the selected rows; ``support`` opens the text to the vendor's support for a batch, ``names`` the
    choice of a pattern for names.
    """

    bridge: Bridge
    state: DeskState
    wishes: Wishes
    own_wishes: PanelWishes
    item: Callable[[int], Item | None]
    go_to: Callable[[int], object]
    terms: TermsOf
    now: Callable[[], datetime]
    chosen: Callable[[], list[int]]
    support: Callable[[str], object]
    names: Callable[[], object]
