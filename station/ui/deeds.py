"""What can be done with a row, by name: before a claim, while it waits, and afterwards as its connection offers it."""

from station.core.item import Details, Item
from station.core.outcome import OutcomeKind
from station.core.progress import Progress
from station.words import has, say

from .terms import ChangeTerms, Terms


def possible(details: Details, terms: Terms) -> list[str]:
    """The names of all that can be done with a row as it stands; a change of the connection's own by its verb."""
    item = details.item
    tally = dict(item.tally)
    names: list[str] = []
    if item.progress is Progress.OPEN and not item.closed:
        names += ["move"] if item.fits else []
        names += ["check_again"] if not (item.repeat_of or item.inside or item.identifier.missing) else []
        names += ["remove"]
    if item.progress is Progress.REFUSED and item.again_in is None:
        names += ["try_again"]
    if item.progress is Progress.QUEUED or tally.get(Progress.QUEUED):
        names += ["take_back"]
    ours = is_ours(item)
    if ours:
        offered = (("move_on", terms.move), ("rename", terms.rename))
        names += [name for name, there in offered if there]
    names += [str(change.verb) for change in terms.changes if (_owned(details) if change.of_owned else ours)]
    names += ["release"] if ours and terms.release else []
    names += ["open_page"] if details.page.startswith("https://") else []
    names += ["ask_now"] if _is_asked_about(item) else []
    names += ["support"] if needs_support(item) else []
    return list(dict.fromkeys(names))


def is_ours(item: Item) -> bool:
    """Whether something of a row was claimed from here."""
    claimed = item.progress is Progress.CLAIMED or bool(dict(item.tally).get(Progress.CLAIMED))
    return claimed and not (item.outcome is not None and item.outcome.kind is OutcomeKind.REJECTED)


def _is_asked_about(item: Item) -> bool:
    """Whether the vendor is being asked what became of it: that need not wait."""
    return item.progress is Progress.UNKNOWN or bool(dict(item.tally).get(Progress.UNKNOWN))


def needs_support(item: Item) -> bool:
    """Whether the vendor's support is the next to be asked about a row."""
    if item.progress in (Progress.REFUSED, Progress.HELD, Progress.UNKNOWN):
        return True
    return item.progress is Progress.OPEN and str(item.claim_status) in ("not_found", "unregistered", "claimed")


def change_of(details: Details, terms: Terms, name: str) -> ChangeTerms | None:
    """The connection's own change of that name, for an owner's device the one that an owner has."""
    fitting = [change for change in terms.changes if str(change.verb) == name]
    owned = _owned(details)
    return next((change for change in fitting if change.of_owned is owned), fitting[0] if fitting else None)


def question(name: str, rows: int, costs: str = "") -> str:
    """The sentence that stands before something is done: what it does, to how many rows, and what it costs."""
    key = f"deed.ask.{name}"
    asked = say(key if has(key) else "deed.ask.other", n=rows, name=name.replace("_", " "))
    cost = f"deed.costs.{costs}"
    return f"{asked} {say(cost if has(cost) else 'deed.costs.other', code=costs)}" if costs else asked


def _owned(details: Details) -> bool:
    return any(device.found.owned for device in details.devices)
