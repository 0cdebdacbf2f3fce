"""The doctor's look at scanners: each device that is plugged in, each kind that cannot be used here."""

from collections.abc import Iterator

from station.scanners.base import SHELF
from station.scanning.forms import ELSEWHERE
from station.scanning.search import Search
from station.scanning.sight import survey
from station.ui.scanner_words import advice_of, state_of, title_of
from station.words import say

from .checkup import Found, try_it


def look_at_scanners() -> Iterator[Found]:
    """A line for each device with its state; what to do about it is how to mend it."""
    search = Search([each.name for each in SHELF.listings() if each.name not in ELSEWHERE], lambda: None)
    looked = try_it("scanners", lambda: _look(search))
    yield looked
    seen = survey((), search, SHELF, "", 0)
    for each in seen.scanners:
        advice = " ".join(filter(None, (advice_of(each), each.copy_text)))
        told = f"{title_of(each)}: {state_of(each)}"
        yield Found("scanner", not advice, told, blanks={"advice": advice})
    for kind, reason in seen.missing:
        yield Found("scanner_kind", False, f"{kind}: {reason}"[:200])


def _look(search: Search) -> Found:
    search.look()
    count = sum(map(len, search.found.values()))
    return Found("scanners", True, say("doctor.scanners", n=count))
