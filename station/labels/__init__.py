"""Text to identifiers: what a scanned, typed, pasted or imported text names."""

import re

from station.core.scan import LONGEST_SCAN
from station.core.secret import MASK

from .base import Command, Label, Refusal, refuse
from .catalogue import Catalogue, FamilyListing
from .cleaning import clean, is_blank
from .masking import mask

__all__ = ["Command", "FamilyListing", "Label", "Refusal", "begins", "families", "knows", "prepare", "read"]

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_catalogue = Catalogue("station.labels.grammars")


def read(text: str, symbology: str = "") -> Label:
    """Say what a text names; any text gets an answer, in time that grows linearly with its length.

    ``symbology`` is the AIM identifier ("]Q1") where the scanner told it apart from the text. A text of more
    than 7089 bytes in UTF-8 is refused before anything else is done with it.
    """
    if len(text) > LONGEST_SCAN or len(text.encode("utf-8", "surrogatepass")) > LONGEST_SCAN:
        # Nobody looked for secrets in it, so nothing of it is shown.
        size = ("characters", str(len(text)))
        return Label("", refusal=Refusal.TOO_LONG, shown=MASK, has_secret=True, hints=(size,))
    if is_blank(text):
        return Label("", refusal=Refusal.EMPTY)
    body, aim = clean(text, symbology)
    if not body or _HALF_CHARACTER.search(body):
        refusal = Refusal.EMPTY if aim and not body else Refusal.UNREADABLE
        return Label("", refusal=refusal, shown=mask(text)[0])
    return _catalogue.read(body, aim) or refuse("", body, Refusal.UNKNOWN_TEXT)


def prepare() -> None:
    """Import the families before the first label waits for it, 0.03 s and more."""
    _catalogue.load()


def knows(text: str) -> bool:
    """Whether a family that is more than "any plain code" takes this text for a label, or for a visiting card.

    Of several lines it must need each: what it would leave unread may be a label of its own.
    """
    label = read(text)
    told = label.identifiers or label.command or label.refusal is Refusal.CONTACT
    if label.family in ("", "code") or not told:
        return False
    from .line_ends import holds_together  # families are imported with the first label, not before the window

    return holds_together(clean(text)[0], label.family)


def begins(text: str) -> bool:
    """Whether these lines may be the first ones of a label of several lines, which a scanner types one by one.

    No line that names a device by itself begins one, unless any plain code would do for it.
    """
    from .line_ends import goes_on  # not before the window, as above

    body, _ = clean(text)
    if not body or len(body) > LONGEST_SCAN:
        return False
    return goes_on(body, alone=read(text).family in ("", "code"))


def families() -> tuple[FamilyListing, ...]:
    """The families in the folder, without importing them; one that could not be imported says why."""
    return _catalogue.listing()
