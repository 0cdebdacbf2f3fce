"""``station about``: the version, what it runs on, and the licences of all parts."""

from pathlib import Path

from station import about
from station.folders import find_folders
from station.whole_file import read_file, replace_file
from station.words import say

from .answers import Exit, Stop, note, put_answer


def tell_about(licences: bool, bill: Path | None, as_json: bool) -> Exit:
    """The facts, or the parts with their licences; the list of parts into a file where one is named."""
    if bill is not None:
        return _save(bill)
    if licences:
        records = [{"name": part.name, "version": part.version, "licence": part.licence} for part in about.parts()]
        headers = tuple(say(f"cli.column.{name}") for name in ("part", "version", "licence"))
        put_answer(as_json, records, headers, [tuple(record.values()) for record in records])
        return Exit.DONE
    facts = about.facts(find_folders())
    rows = [(say(f"about.fact.{fact.name}"), fact.value) for fact in facts]
    headers = (say("cli.column.part"), say("cli.column.found"))
    put_answer(as_json, [{fact.name: fact.value for fact in facts}], headers, rows)
    return Exit.DONE


def _save(path: Path) -> Exit:
    data = about.bill()
    if data is None:
        raise Stop(say("about.no_bill"), Exit.REFUSED)
    try:
        replace_file(path, read_file(path), data, 0o644)
    except OSError as error:
        raise Stop(say("cli.not_written", name=str(path), detail=error.strerror or type(error).__name__)) from error
    note(say("support.saved", path=str(path)))
    return Exit.DONE
