"""``station targets``: where devices can be claimed into."""

from station.core.errors import CallError
from station.core.target import Target
from station.desk import places
from station.words import say

from .answers import Exit, note, put_answer
from .running import running, why


def targets(backend: str, as_json: bool) -> Exit:
    """All targets that the connection's account sees."""
    with running() as session:
        standing = session.stand(backend)
        try:
            _, found = session.ask(standing.connection, places.read)
        except CallError as error:
            note(why(error, standing.title))
            return Exit.QUEUED
    names = ("id", "title", "path", "may_claim", "seats", "expires", "licence")
    headers = tuple(say(f"cli.column.{name}") for name in names)
    put_answer(as_json, [_record(each) for each in found], headers, [_row(each) for each in found])
    return Exit.DONE


def _record(target: Target) -> dict[str, object]:
    return {
        "id": target.id,
        "title": target.title,
        "path": target.path,
        "organization": target.organization,
        "may_claim": target.may_claim,
        "seats_left": target.seats_left,
        "expires_at": target.expires_at.isoformat() if target.expires_at else None,
        "licence": target.licence,
    }


def _row(target: Target) -> tuple[str, ...]:
    may = say("cli.not_told") if target.may_claim is None else say("cli.yes" if target.may_claim else "cli.no")
    seats = "" if target.seats_left is None else str(target.seats_left)
    expires = f"{target.expires_at.astimezone():%Y-%m-%d}" if target.expires_at else ""
    return (target.id, target.title, target.path, may, seats, expires, target.licence)
