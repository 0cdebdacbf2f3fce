"""Texts from outside, made harmless for spreadsheets, and times with their zone."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula (and their wide forms)."""


def plain(text: str) -> str:
    """A text on one line, without characters that steer: controls and bidi marks become dots."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ("·" if char not in "\r\n\t" else " ") for char in text).strip()


def cell(value: object) -> str:
    """A value for a spreadsheet's cell: never taken for a formula, on one line, without characters that steer."""
    if isinstance(value, int):
        return str(value)
    text = str(value)
    shown = plain(text)
    return f"'{shown}" if text[:1] in _STARTS or shown[:1] in _STARTS else shown


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV (RFC 4180, CRLF) with a first row of column names."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return stream.getvalue()


def utc(at: datetime | None) -> str:
    """A time in UTC, "2026-11-21T14:02:03Z"; empty for none."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at is not None else ""


def local(at: datetime | None) -> str:
    """A time as this computer's clock shows it, with its distance from UTC, "2026-11-21 15:02:03 UTC+01:00"."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S ") + zone(at) if at is not None else ""


def zone(at: datetime) -> str:
    """This computer's distance from UTC at a time, "UTC+01:00"."""
    offset = at.astimezone().strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"
