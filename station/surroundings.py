"""What the window's panels need of the program round them: names, folders, and what a label or a connection says."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from station.backends.base import Field
from station.backends.listing import UnavailableError, load
from station.claiming import Claiming
from station.core.scan import split_aim
from station.fetching import Fetching
from station.labels import read
from station.parts import Station
from station.ui.own_panels import Surroundings
from station.ui.terms import ChangeTerms, FieldTerms, Terms
from station.words import advise, identifier_text, say


def surroundings(station: Station) -> Surroundings:
    """What the panels of a running station need."""
    settings = station.settings
    operators = dict.fromkeys(name for name in (settings.operator, *settings.operators) if name)

    def terms(connection: str, kind: str) -> Terms:
        known = station.known.get(connection)
        told = terms_of_kind(kind or (known.kind if known is not None else ""))
        return with_defaults(told, known.values) if known is not None else told

    return Surroundings(
        operators=tuple(operators),
        receipts=station.folders.databases(settings.is_practice) / "receipts",
        desk_name=settings.name,
        now=station.clock.now,
        claiming=Claiming(station),
        ahead=Fetching(station.desk),
        read_label=read_label,
        terms=terms,
    )


def read_label(text: str) -> tuple[str, str]:
    """What a typed text would become on the table: a heading and a line below it. Nothing is kept."""
    symbology, bare = split_aim(text)
    label = read(bare, symbology)
    if label.refusal is not None:
        told = advise("refusal", str(label.refusal))
        return told.cause, told.next_step
    if label.command is not None:
        return say("entry.command"), ""
    named = " · ".join(identifier_text(each) for each in label.identifiers[:3])
    if len(label.identifiers) > 1:
        return say("entry.several", n=len(label.identifiers)), named
    missing = label.identifiers[0].missing if label.identifiers else ()
    needs = say("entry.needs", field=say(f"field.{missing[0]}")) if missing else ""
    return say(f"entry.kind.{label.identifiers[0].kind}") if label.identifiers else "", needs or named


@cache
def terms_of_kind(kind: str) -> Terms:
    """What claiming means at connections of a kind; the plainest where there is no such kind on this machine."""
    try:
        backend = load(kind)
    except UnavailableError:
        return Terms()
    traits = backend.traits
    return Terms(
        traits.starts, traits.irreversible, traits.release, traits.release_costs, traits.look_up, traits.dry_run,
        traits.move, traits.rename, traits.new_targets, traits.target_tree, traits.noun, backend.kinds,
        tuple(map(_field, backend.fields)),
        tuple(
            ChangeTerms(each.verb, tuple(map(_field, each.fields)), each.of_owned, each.costs)
            for each in backend.changes
        ),
    )


def _field(field: Field) -> FieldTerms:
    return FieldTerms(field.name, field.needed, field.secret, field.default, field.pattern)


def with_defaults(terms: Terms, values: Mapping[str, object]) -> Terms:
    """The same terms, where a field that a connection's settings have too holds their text at first."""
    texts = {name: value for name, value in values.items() if isinstance(value, str) and value}
    if not texts.keys() & {each.name for each in terms.fields}:
        return terms
    fields = tuple(replace(each, default=texts.get(each.name, each.default)) for each in terms.fields)
    return replace(terms, fields=fields)
