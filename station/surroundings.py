"""What the window's panels need of the program round them: names, folders, and what a label or a connection says."""

from station.backends.listing import UnavailableError, load
from station.core.scan import split_aim
from station.labels import read
from station.parts import Station
from station.ui.own_panels import Surroundings
from station.ui.terms import Terms
from station.words import advise, identifier_text, say


def surroundings(station: Station) -> Surroundings:
    """What the panels of a running station need."""
    settings = station.settings
    kinds = {each.name: each.kind for each in settings.all_connections()}
    known = dict.fromkeys(name for name in (settings.operator, *settings.operators) if name)
    return Surroundings(
        operators=tuple(known),
        receipts=station.folders.databases(settings.is_practice) / "receipts",
        desk_name=settings.name,
        now=station.clock.now,
        read_label=read_label,
        terms=lambda connection: _terms(kinds.get(connection, "")),
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


def _terms(kind: str) -> Terms:
    try:
        traits = load(kind).traits
    except UnavailableError:
        return Terms()
    return Terms(traits.starts, traits.irreversible, traits.release, traits.release_costs)
