"""What claiming and releasing mean at a connection, as sentences."""

from collections.abc import Callable
from dataclasses import dataclass

from station.core.item import Item
from station.core.progress import Progress
from station.words import has, say


@dataclass(frozen=True, slots=True)
class Terms:
    """What a claim at a connection starts and whether it can be undone, and what a release there costs: codes."""

    starts: str = ""
    irreversible: bool = True
    release: bool = False
    release_costs: str = ""


TermsOf = Callable[[str], Terms]
"""The terms of a connection, by its name."""


def what_claim_starts(terms: Terms, item: Item) -> str:
    """What Claim would do with a row, or an empty text where it would do nothing with it."""
    count = item.claimable
    if not count:
        return ""
    key = f"details.starts.{terms.starts}"
    target = item.target_title or say("details.no_target")
    sentence = say(key if terms.starts and has(key) else "details.starts.nothing", n=count, target=target)
    return f"{sentence} {say('details.irreversible')}" if terms.irreversible else sentence


def cost_of_release(terms: Terms, item: Item) -> str:
    """The sentence that stands before a release."""
    claimed = dict(item.tally).get(Progress.CLAIMED, 1)
    key = f"details.release_costs.{terms.release_costs}"
    cost = say(key) if terms.release_costs and has(key) else say("details.release_costs.nothing")
    return f"{say('details.release_ask', n=claimed)} {cost}"
