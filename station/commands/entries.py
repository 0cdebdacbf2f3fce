"""What a person names on the command line: texts of labels, a list in a file or on standard input, extra fields."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from station.core.identifier import NEEDED, SECRET_FIELDS, Identifier, Kind
from station.core.scan import Scan
from station.desk.orders import Entry
from station.labels import Label
from station.labels import read as read_label
from station.labels.lists import BadRow, read_list
from station.words import advise, say

from .answers import Stop, in_full, note

SOURCE = "command line"
MOST_AT_ONCE = 1000
"""Rows of one order: it is written in one transaction, and the window's scans wait for that."""
MOST_BAD_SHOWN, LONGEST_SHOWN = 20, 80
_NOTICES = frozenset({"guessed_encoding"})
Accept = Callable[[Identifier], Identifier | None]


def read_fields(pairs: Sequence[str]) -> dict[str, str]:
    """``--field k=v`` as values. Raises ``Stop`` for what is unknown, empty or secret."""
    known = {name for names in NEEDED.values() for name in names} | {"name"}
    fields: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip().lower()
        if name in SECRET_FIELDS:
            raise Stop(say("cli.secret_field", field=name))
        if not equals or not value.strip() or name not in known:
            raise Stop(say("cli.bad_field", field=name, known=", ".join(sorted(known - SECRET_FIELDS))))
        fields[name] = value.strip()
    return fields


def entries_of(ids: Sequence[str], file: str, fields: Mapping[str, str], accept: Accept) -> list[Entry]:
    """What the arguments and the file name, in the backend's form. Raises ``Stop`` unless all of it can be used."""
    if not ids and not file:
        raise Stop(say("cli.nothing_named"))
    problems: list[str] = []
    entries = [entry for text in ids for entry in _read_id(text, fields, accept, problems)]
    if file:
        entries += _read_file(file, fields, accept, problems)
    if problems:
        for problem in problems[:MOST_BAD_SHOWN]:
            note(problem)
        raise Stop(say("cli.bad_input", n=len(problems)))
    if not entries:
        raise Stop(say("cli.nothing_named"))
    if len(entries) > MOST_AT_ONCE:
        raise Stop(say("cli.too_many", count=len(entries), most=MOST_AT_ONCE))
    return entries


def _read_id(text: str, fields: Mapping[str, str], accept: Accept, problems: list[str]) -> Iterator[Entry]:
    label = read_label(text)
    scan = Scan(text.encode("utf-8", "surrogateescape"), SOURCE, datetime.now(UTC))
    yield from _entries(scan, label, "", fields, accept, problems, where="")


def _read_file(file: str, fields: Mapping[str, str], accept: Accept, problems: list[str]) -> Iterable[Entry]:
    entries: list[Entry] = []
    name = say("cli.standard_input") if file == "-" else Path(file).name
    with _opened(file) as stream:
        for row in read_list(stream, name):
            where = say("cli.at_row", name=name, row=row.row) if row.row else name
            if isinstance(row, BadRow):
                sentence = f"{where}: {in_full(advise('list', str(row.problem)))}"
                note(sentence) if str(row.problem) in _NOTICES else problems.append(sentence)
                continue
            scan = Scan(row.raw.encode("utf-8", "surrogatepass"), f"list: {name}", datetime.now(UTC))
            entries += _entries(scan, row.label, row.name, fields, accept, problems, where)
            if len(entries) > MOST_AT_ONCE:
                raise Stop(say("cli.too_many", count=len(entries), most=MOST_AT_ONCE))
    return entries


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise Stop(say("cli.no_file", name=file, detail=error.strerror or type(error).__name__)) from error
    with stream:
        yield stream


def _entries(
    scan: Scan, label: Label, name: str, fields: Mapping[str, str], accept: Accept, problems: list[str], where: str
) -> Iterator[Entry]:
    """An entry for each thing that a label names; what cannot be used is added to the problems."""
    begin = f"{where or label.shown[:LONGEST_SHOWN]}: "
    if label.refusal is not None or not label.identifiers:
        problems.append(begin + in_full(advise("refusal", str(label.refusal or "no_identifier"))))
        return
    for identifier in label.identifiers:
        whole = accept(with_fields(identifier, fields))
        if whole is None:
            problems.append(begin + say("cli.fits_nowhere"))
        elif whole.missing:
            name_of = whole.missing[0]
            key = "cli.needs_secret" if name_of in SECRET_FIELDS else "cli.needs"
            problems.append(begin + say(key, field=say(f"field.{name_of}"), name=name_of))
        else:
            named = fields.get("name") or name or dict(label.hints).get("name", "")
            yield Entry(scan, whole, label.shown, label.has_secret, " ".join(named.split())[:200])


def with_fields(identifier: Identifier, fields: Mapping[str, str]) -> Identifier:
    """The identifier with the fields that no label holds; a bare code becomes the kind that these fields make of it."""
    extra = {name: value for name, value in fields.items() if name != "name"}
    if not extra:
        return identifier
    if set(extra) <= set(NEEDED[identifier.kind]):
        return identifier.join(Identifier.of(identifier.kind, **extra))
    if identifier.kind is Kind.CODE:
        for kind, (first, *rest) in NEEDED.items():
            if rest and set(extra) == set(rest):
                return Identifier.of(kind, **{first: identifier.get("code"), **extra})
    raise Stop(say("cli.field_does_not_fit", field=", ".join(sorted(extra)), identifier=identifier.text))
