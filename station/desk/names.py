"""Choosing how the devices of a connection are named."""

from station.core.news import Refused

from . import batches, naming
from .work import Work


def set_pattern(work: Work, connection: str, pattern: str) -> bool:
    """Name what nobody has named by this pattern from now on ("" for no names); a mistake in it is told, with where.

    The rows that wait to be claimed are named anew at once; a name that a person gave stays.
    """
    pattern = pattern.strip()
    wrong, where = naming.mistake(pattern)
    if wrong:
        work.tell(Refused("pattern", wrong, where))
        return False
    if work.backend(connection) is None:
        work.tell(Refused("pattern", "no_connection", connection))
        return False
    work.store.put(f"pattern.{connection}", pattern)
    for batch in work.store.open_batches():
        if batch.connection == connection:
            naming.give(work, [row.id for row in work.store.items_of(batch.id)])
    batches.plan(work)
    return True
