"""What a problem means for this box and what to do next, in an operator's words."""

from dataclasses import dataclass

from station.core.finding import ClaimStatus, Holder
from station.core.item import Check, Item, Reason
from station.core.outcome import OutcomeKind
from station.core.progress import Progress

from .catalogue import has, say
from .status import missing_words


@dataclass(frozen=True, slots=True)
class Advice:
    """``cause``: what happened; ``meaning``: what that means for this box; ``next_step``: what to do now."""

    cause: str
    meaning: str
    next_step: str

    @property
    def short(self) -> str:
        """The cause alone, for one line."""
        return self.cause


def advise(family: str, code: str, **values: object) -> Advice:
    """The advice on a code of a family: "item", "error", "refusal", "picture", "list", "store", "wish", "trouble".

    An unknown code gets the family's own general advice with the code in it, so that support can name it.
    """
    key = f"advice.{family}.{code}"
    if not has(f"{key}.cause"):
        key, values = f"advice.{family}.other", {**values, "code": code}
    return Advice(*(say(f"{key}.{part}", **values) for part in ("cause", "meaning", "next")))


def error_code(cause: str, detail: str) -> str:
    """The code of family "error" for a failure: a sign-in that was not tried says in its detail what locks it."""
    return detail if detail in ("locked_file", "locked_keyring") else cause


def advice(item: Item) -> Advice | None:
    """The advice on a row, or None where nothing is wrong with it."""
    code = _code(item)
    if not code:
        return None
    outcome = item.outcome
    return advise(
        "item",
        code,
        row=(item.repeat_of or item.inside or item).number,
        field=missing_words(item.identifier),
        connection=item.fits or item.connection,
        target=item.target_title,
        text=outcome.text if outcome is not None else "",
    )


def _code(item: Item) -> str:
    if item.progress is Progress.OPEN:
        return _open_code(item)
    if item.progress is Progress.REFUSED:
        kind = item.outcome.kind if item.outcome is not None else OutcomeKind.REJECTED
        return str(kind)
    if item.progress is Progress.QUEUED and item.reason is Reason.NEEDS_SECRET:
        return "needs_secret"
    if item.progress in (Progress.UNKNOWN, Progress.HELD):
        return str(item.progress)
    return ""


def _open_code(item: Item) -> str:
    if item.repeat_of is not None:
        return "repeat" if item.repeat_of.on_table else "repeat_elsewhere"
    if item.inside is not None:
        return "inside"
    if item.fits:
        return "fits"
    if item.identifier.missing:
        return "needs"
    if item.reason in (Reason.KIT_CHANGED, Reason.KIT_UNSEEN, Reason.NEEDS_SECRET):
        return str(item.reason)
    if item.would_be and item.would_be not in (OutcomeKind.CLAIMED_NOW, OutcomeKind.ALREADY_OURS):
        return item.would_be
    if item.claim_status is ClaimStatus.CLAIMED:
        return "" if item.holder is Holder.OURS else "already_claimed"
    if item.claim_status is ClaimStatus.NOT_FOUND:
        return "not_found_typed" if item.source in ("typed", "pasted") else "not_found"
    if item.claim_status is ClaimStatus.UNREGISTERED:
        return "not_registered"
    if item.claim_status is ClaimStatus.UNCHECKED and item.check in (Check.OFFLINE, Check.FAILED):
        return f"unchecked_{item.check}"
    return ""
