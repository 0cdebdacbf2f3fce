"""What claiming at a connection needs, starts and offers afterwards, as data; and the sentences on what it costs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from station.core.call import Verb
from station.core.identifier import NEEDED, SECRET_FIELDS, Kind
from station.core.item import Item
from station.core.progress import Progress
from station.words import has, say

from .desk_state import DeskState
from .destinations import destinations


@dataclass(frozen=True, slots=True)
class FieldTerms:
    """One thing that is asked for: a form's field. ``pattern`` is a regular expression of what it looks like."""

    name: str
    needed: bool = True
    secret: bool = False
    default: str = ""
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class ChangeTerms:
    """One thing that can be done after the claim: its form, what is lost by it, and whether only an owner can."""

    verb: Verb
    fields: tuple[FieldTerms, ...] = ()
    of_owned: bool = False
    costs: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a claim at a connection starts, needs and allows; ``starts`` and what things cost are codes.

    ``kinds`` are the identifiers that its system takes, ``fields`` what is known of their parts; ``look_up`` false: it
    cannot be asked before a claim. ``new_targets``: a target's path is made where it is missing.
    """

    starts: str = ""
    irreversible: bool = True
    release: bool = False
    release_costs: str = ""
    look_up: bool = True
    dry_run: bool = False
    move: bool = False
    rename: bool = False
    new_targets: bool = False
    target_tree: bool = False
    noun: str = "project"
    kinds: tuple[Kind, ...] = (Kind.CODE,)
    fields: tuple[FieldTerms, ...] = ()
    changes: tuple[ChangeTerms, ...] = ()

    def field(self, name: str) -> FieldTerms:
        """What is known of a field that an identifier cannot do without."""
        found = next((each for each in self.fields if each.name == name), FieldTerms(name))
        return replace(found, needed=True, secret=found.secret or name in SECRET_FIELDS)

    def form(self, kind: Kind) -> tuple[FieldTerms, ...]:
        """The fields that make an identifier of a kind whole, in order."""
        return tuple(self.field(name) for name in NEEDED[kind])


TermsOf = Callable[[str], Terms]
"""The terms of a connection, by its name."""


def field_words(name: str) -> str:
    """A field's name for people; one that nobody translated as it stands."""
    return say(f"form.{name}") if has(f"form.{name}") else name.replace("_", " ")


def what_claim_starts(terms: Terms, item: Item) -> str:
    """What Claim would do with a row, or an empty text where it would do nothing with it."""
    count = item.claimable
    if not count:
        return ""
    key = f"details.starts.{terms.starts}"
    target = item.target_title or say("details.no_target")
    sentence = say(key if terms.starts and has(key) else "details.starts.nothing", n=count, target=target)
    return f"{sentence} {say('details.irreversible')}" if terms.irreversible else sentence


def all_that_starts(state: DeskState, terms_of: TermsOf) -> str:
    """What a press of Claim starts, target by target; empty where it starts nothing and can be undone."""
    places = [each for each in destinations(state) if each.words]
    starts, for_good = [], []
    for place in places:
        terms = terms_of(place.connections[0] if place.connections else state.connection)
        key = f"starts.{terms.starts}"
        if terms.starts and has(key):
            words = say(key, n=place.count)
            starts.append(say("starts.at", what=words, target=place.words) if len(places) > 1 else words)
        for_good += [place.words] if terms.irreversible else []
    said = [say("starts.line", what=", ".join(starts))] if starts else []
    if for_good and len(for_good) == len(places):
        said.append(say("starts.for_good"))
    elif for_good:
        said.append(say("starts.for_good_at", target=", ".join(for_good)))
    return " ".join(said)


def cost_of_release(terms: Terms, items: Sequence[Item]) -> str:
    """The sentence that stands before a release."""
    claimed = sum(dict(item.tally).get(Progress.CLAIMED, 1) for item in items)
    return f"{say('details.release_ask', n=claimed)} {cost(terms.release_costs)}"


def cost(code: str) -> str:
    """What is lost by giving a device back."""
    key = f"details.release_costs.{code}"
    return say(key) if code and has(key) else say("details.release_costs.nothing")


def cannot_be_undone(state: DeskState, terms: TermsOf) -> bool:
    """Whether a press of Claim now would do something that cannot be undone."""
    return any(terms(batch.connection).irreversible for batch in state.plan.batches)
