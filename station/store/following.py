"""What of a row follows from its text: it is told by the tables, and written only where it is something else.

Most codes say nothing but themselves. Such a row has its code once, not as identifier, key, scan and shown text too.
"""

import json

from station.core.identifier import Identifier

KEY = "kind || ':' || text"
"""``core.identifier.Identifier.key`` in SQL."""

FIELDS = "coalesce(own_fields, '[[\"' || kind || '\",\"' || text || '\"]]')"
"""The identifier's fields: the one that is named like its kind, if nothing else is written."""

SCAN = "CASE WHEN own_scan IS NULL AND sealed = 0 THEN CAST(text AS BLOB) ELSE own_scan END"
"""The bytes that were scanned: the text's, if nothing else is written. NULL where they were sealed and erased."""

SHOWN = "coalesce(own_shown, CAST(coalesce(own_scan, text) AS TEXT))"
"""The scan as it may be shown: as it is, if nothing else is written."""

KEEP_SCAN = "own_scan = CASE WHEN sealed = 0 THEN coalesce(own_scan, CAST(text AS BLOB)) ELSE own_scan END"
"""For an UPDATE of the text: the scan stays what it was."""


def own_fields(identifier: Identifier) -> str | None:
    """For the column: None where the fields follow from the identifier's text."""
    fields = json.dumps(identifier.fields, ensure_ascii=False, separators=(",", ":"))
    return None if fields == f'[["{identifier.kind.value}","{identifier.text}"]]' else fields


def own_scan(kept: bytes | None, text: str, *, sealed: bool) -> bytes | None:
    """For the column: None where the bytes that are kept are those of the text, or where none are kept."""
    return None if not sealed and kept == text.encode("utf-8", "replace") else kept


def own_shown(shown: str, kept: bytes | None, *, sealed: bool) -> str | None:
    """For the column: None where the scan is shown as it is kept."""
    return None if not sealed and kept == shown.encode("utf-8", "replace") else shown
