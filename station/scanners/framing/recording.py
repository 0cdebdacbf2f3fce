"""Recordings of what scanners read: a line of JSON a scan, with its time since the beginning."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from station.core.scan import LONGEST_SCAN, Scan

VERSION = 1
LARGEST = 100_000_000
"""Bytes of a recording; a shift's is a thousandth of that."""
LONGEST_GAP_S = 24 * 3600.0
_LONGEST_LINE = 8 * LONGEST_SCAN


class RecordingError(ValueError):
    """A file that is no recording; the text says where it stops being one."""


@dataclass(frozen=True, slots=True)
class Played:
    """One scan of a recording: ``at_s`` is seconds since its beginning."""

    at_s: float
    data: bytes
    symbology: str
    source: str


def begin_line(at: datetime) -> str:
    """The first line of a recording."""
    return json.dumps({"v": VERSION, "recorded": at.isoformat(timespec="seconds")}) + "\n"


def scan_line(scan: Scan, at_s: float) -> str:
    """The line of one scan. Whoever calls it has taken the secrets out."""
    told: dict[str, Any] = {"at_ms": round(at_s * 1000)}
    try:
        told["text"] = scan.data.decode("utf-8")
    except UnicodeDecodeError:
        told["base64"] = base64.b64encode(scan.data).decode("ascii")
    if scan.symbology:
        told["symbology"] = scan.symbology
    told["source"] = scan.source
    return json.dumps(told, ensure_ascii=False) + "\n"


def read_recording(path: Path) -> Iterator[Played]:
    """The scans of a recording, in order. Raises OSError, and ``RecordingError`` once a line is none of one."""
    if path.stat().st_size > LARGEST:
        raise RecordingError(f"{path.name} is larger than {LARGEST // 1_000_000} MB")
    with path.open("rb") as stream:
        _check_beginning(_object(stream.readline(_LONGEST_LINE), path, 1), path)
        number, before = 1, 0.0
        while line := stream.readline(_LONGEST_LINE):
            number += 1
            if line.strip():
                played = _played(_object(line, path, number), path, number, before)
                before = played.at_s
                yield played


def _check_beginning(told: dict[str, Any], path: Path) -> None:
    if told.get("v") != VERSION or "recorded" not in told:
        raise RecordingError(f"{path.name} is no recording of scans")


def _object(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise RecordingError(f"{path.name}, line {number}: no scan stands there")
    return told


def _played(told: dict[str, Any], path: Path, number: int, before: float) -> Played:
    at, text, coded = told.get("at_ms"), told.get("text"), told.get("base64")
    symbology, source = told.get("symbology", ""), told.get("source", "")
    try:
        if type(at) not in (int, float) or not isinstance(symbology, str) or not isinstance(source, str):
            raise ValueError
        data = text.encode("utf-8") if isinstance(text, str) else base64.b64decode(coded or b"", validate=True)
        at_s = float(at or 0) / 1000
        if not data or len(data) > LONGEST_SCAN + 1 or not before <= at_s <= before + LONGEST_GAP_S:
            raise ValueError
    except (ValueError, TypeError, binascii.Error):
        raise RecordingError(f"{path.name}, line {number}: no scan stands there") from None
    return Played(at_s, data, symbology[:3], source[:200])
