"""The rows of claims and of the queue, as JSON lines, as a table and as an exit status."""

from collections.abc import Iterable, Sequence

from station.core.item import Reason
from station.core.progress import Progress
from station.desk.orders import Line
from station.words import say

from .answers import Exit, put_answer, worst
from .finding import REPEAT, Would

_EXITS = {
    Progress.CLAIMED: Exit.DONE,
    Progress.RELEASED: Exit.DONE,
    Progress.QUEUED: Exit.QUEUED,
    Progress.SENDING: Exit.UNKNOWN,
    Progress.UNKNOWN: Exit.UNKNOWN,
    Progress.HELD: Exit.UNKNOWN,
}
UNDER_WAY = frozenset({Progress.QUEUED, Progress.SENDING, Progress.UNKNOWN})


def status_of(lines: Iterable[Line]) -> Exit:
    """The exit status of claims as they stand; what came back to *open* was not claimed."""
    return worst(_EXITS.get(line.device.progress, Exit.REFUSED) for line in lines)


def put_lines(lines: Sequence[Line], as_json: bool, batch: str = "") -> None:
    """Claims as they stand, a line a device. ``batch`` is their order's; else each row's own is named."""
    put_answer(as_json, [_record(line, batch) for line in lines], _headers(), [_row(line) for line in lines])


def put_rehearsed(told: Sequence[Would], as_json: bool) -> None:
    """What a claim would do, in the same fields."""
    records = [_rehearsed_record(each) for each in told]
    put_answer(as_json, records, _headers(), [_rehearsed_row(each) for each in told])


def _headers() -> tuple[str, ...]:
    return tuple(say(f"cli.column.{name}") for name in ("identifier", "device", "result", "place", "handle"))


def _record(line: Line, batch: str) -> dict[str, object]:
    outcome = line.device.outcome
    return {
        "batch": batch or line.row.batch,
        "item": line.item.id,
        "identifier": line.item.identifier.text,
        "device": line.device.device_id,
        "status": str(line.device.found.status),
        "progress": str(line.device.progress),
        "outcome": str(outcome.kind) if outcome else "",
        "how_known": str(outcome.how_known) if outcome else "",
        "handle": (outcome.handle if outcome else "") or line.device.found.handle,
        "reason": _reason(line),
        "request_id": outcome.request_id if outcome else "",
    }


def _reason(line: Line) -> str:
    """Why it stands as it does: a code of ours, else the vendor's own code."""
    if line.repeat:
        return REPEAT
    if line.row.reason is not Reason.NOTHING:
        return str(line.row.reason)
    return line.device.outcome.code if line.device.outcome else ""


def _row(line: Line) -> tuple[str, ...]:
    outcome = line.device.outcome
    handle = (outcome.handle if outcome else "") or line.device.found.handle
    place = (outcome.place if outcome else "") or line.device.found.place
    return (line.item.identifier.text, line.device.device_id, _words(line), place, handle)


def _words(line: Line) -> str:
    """The result in an operator's words."""
    device = line.device
    if device.progress in (Progress.CLAIMED, Progress.REFUSED) and device.outcome is not None:
        words = say(f"outcome.{device.outcome.kind}")
    elif device.progress is Progress.OPEN and line.row.reason is not Reason.NOTHING:
        words = say(f"cli.reason.{line.row.reason}")
    else:
        words = say(f"cli.progress.{device.progress}")
    return say("cli.repeat", result=words, row=line.row.number) if line.repeat else words


def _rehearsed_record(each: Would) -> dict[str, object]:
    return {
        "batch": "",
        "item": 0,
        "identifier": each.entry.identifier.text,
        "device": each.found.device_id,
        "status": str(each.found.status),
        "progress": str(Progress.OPEN),
        "outcome": each.outcome,
        "how_known": "",
        "handle": each.found.handle,
        "reason": each.reason,
        "request_id": "",
        "dry_run": True,
    }


def _rehearsed_row(each: Would) -> tuple[str, ...]:
    if each.reason == REPEAT:
        words = say("cli.would.repeat")
    elif not each.outcome:
        words = say("cli.would.unknown")
    elif each.outcome == "claimed_now":
        words = say("status.would_be_claimed")
    elif each.outcome == "already_ours":
        words = say("outcome.already_ours")
    else:
        words = say("status.would_be_refused", why=say(f"outcome.{each.outcome}").lower())
    return (each.entry.identifier.text, each.found.device_id, words, each.found.place, each.found.handle)
