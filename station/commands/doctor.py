"""``station doctor``: what works on this machine, and how to mend what does not."""

from collections.abc import Iterator

from station.words import say

from .answers import Exit, note, put_answer
from .checkup import Found
from .checkup_machine import look_at_machine
from .checkup_parts import look_at_parts
from .checkup_scanners import look_at_scanners
from .checkup_station import look_at_station
from .running import find_settings


def doctor(backend: str, as_json: bool) -> Exit:
    """Look at everything; 1 where something that the station needs does not work."""
    settings, folders = find_settings()

    def all_of_it() -> Iterator[Found]:
        yield from look_at_machine(folders)
        yield from look_at_parts(settings, folders)
        yield from look_at_scanners()
        yield from look_at_station(settings, folders, backend)

    found = list(all_of_it())
    records = [
        {"check": each.name, "ok": each.ok, "needed": each.needed, "found": each.told, "mend": each.mend_text}
        for each in found
    ]
    rows = [(_sign(each), say(f"doctor.name.{each.name}"), each.told) for each in found]
    put_answer(as_json, records, ("", say("cli.column.check"), say("cli.column.found")), rows)
    for each in found:
        if not each.ok:
            note(f"{say(f'doctor.name.{each.name}')}: {each.mend_text}")
    bad = sum(not each.ok and each.needed for each in found)
    note(say("doctor.bad", n=bad) if bad else say("doctor.good"))
    return Exit.REFUSED if bad else Exit.DONE


def _sign(found: Found) -> str:
    if found.ok:
        return say("doctor.ok")
    return say("doctor.fails" if found.needed else "doctor.without")
