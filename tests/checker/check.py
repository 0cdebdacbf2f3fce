"""The independent checker: does the desk's account of each device agree with the bundled server's ledger?

``python -m tests.checker.check DESK.db SERVER.db`` prints one line a device and a step of the history that is wrong
(``ok``, ``fail`` or ``unknown``), and exits 1 where anything failed. It reads both files with plain SQL and shares no
code with the station, so that a mistake in the station's own rules is not made here a second time.
"""

import json
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

OK, FAIL, UNKNOWN = "ok", "fail", "unknown"

MAY_FOLLOW = {
    ("open", "queued"), ("open", "removed"), ("open", "claimed"), ("open", "refused"), ("queued", "sending"),
    ("queued", "open"), ("sending", "claimed"), ("sending", "refused"), ("sending", "queued"), ("sending", "unknown"),
    ("unknown", "claimed"), ("unknown", "refused"), ("unknown", "queued"), ("unknown", "held"), ("held", "unknown"),
    ("held", "claimed"), ("held", "refused"), ("held", "queued"), ("refused", "open"), ("claimed", "released"),
    ("removed", "open"),
}
"""Which progress may follow which, written out a second time."""


@dataclass(frozen=True)
class Found:
    """What the comparison says of one device (or of one step of its history)."""

    verdict: str
    device: str
    text: str

    def __str__(self) -> str:
        return f"{self.verdict:8}{self.device}: {self.text}"


@dataclass(frozen=True)
class Claim:
    """One device that the server says one of this desk's calls has claimed."""

    call: str
    key: str
    device_id: str
    handle: str
    claimed_at: str
    released_at: str | None


class Ledger:
    """What the server has of this desk's calls."""

    def __init__(self, server: sqlite3.Connection, calls: set[str]) -> None:
        self.claims = [claim for claim in _claims(server) if claim.call in calls]
        self.live_of_anybody = {row[0] for row in server.execute(
            "SELECT d.key FROM claims c JOIN devices d ON d.id = c.device_id WHERE c.slot IS NOT NULL")}
        self.keys = {row[0] for row in server.execute("SELECT key FROM devices")}
        self.key_of: dict[str, str] = dict(server.execute(
            "SELECT device_id, min(key) FROM devices GROUP BY device_id HAVING count(*) = 1").fetchall())
        self.live_twice = [row[0] for row in server.execute(
            "SELECT d.device_id FROM claims c JOIN devices d ON d.id = c.device_id WHERE c.slot IS NOT NULL "
            "GROUP BY c.device_id, c.slot HAVING count(*) > 1")]

    def name(self, ref: str, device_id: str) -> str:
        """The server's key of a device of the desk, or an empty text."""
        return ref if ref in self.keys else self.key_of.get(device_id, "")


def check(desk_file: Path, server_file: Path) -> list[Found]:
    """Compare the two; raises ``sqlite3.Error`` where one of them cannot be read."""
    desk, server = _open(desk_file), _open(server_file)
    try:
        calls = {row["key"] for row in desk.execute("SELECT key FROM calls WHERE verb = 'claim'")}
        ledger = Ledger(server, calls)
        return [
            *_check_devices(desk, ledger),
            *_check_ledger(desk, ledger),
            *_check_twice(ledger),
            *_check_history(desk),
        ]
    finally:
        desk.close()
        server.close()


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def _claims(server: sqlite3.Connection) -> Iterator[Claim]:
    times = {row["handle"]: row for row in server.execute("SELECT handle, claimed_at, released_at FROM claims")}
    for row in server.execute("SELECT key, answer FROM operations WHERE verb = 'claim' ORDER BY id"):
        for result in json.loads(row["answer"] or "{}").get("results", []):
            if result["outcome"] == "claimed_now":
                told = times.get(result["handle"])
                yield Claim(
                    row["key"], result["key"] or "", result["id"], result["handle"] or "",
                    told["claimed_at"] if told else "", told["released_at"] if told else None,
                )


def _check_devices(desk: sqlite3.Connection, ledger: Ledger) -> Iterator[Found]:
    """Each device of the desk, by what the desk says of it."""
    by_call = {(claim.call, claim.key): claim for claim in ledger.claims}
    for device in desk.execute(
        "SELECT d.*, c.kind AS call_kind FROM devices d LEFT JOIN calls c ON c.key = d.call ORDER BY d.id"
    ):
        name, says = device["device_id"], f"{device['progress']} {device['outcome'] or ''}".strip()
        key = ledger.name(device["ref"], name)
        claim = by_call.get((device["call"], key))
        if device["call"] and device["call_kind"] != "local":
            yield Found(UNKNOWN, name, f"{says}, sent to another system")
        elif device["outcome"] == "claimed_now" and device["progress"] in ("claimed", "released"):
            yield _check_claimed(name, device["progress"], claim)
        elif device["outcome"] == "already_ours" and device["progress"] == "claimed":
            there = key in ledger.live_of_anybody
            yield Found(OK if there else UNKNOWN, name, f"{says}{'' if there else ', and no live claim at the server'}")
        elif device["progress"] in ("unknown", "held", "sending"):
            yield Found(UNKNOWN, name, f"{says}; the server {'has' if claim else 'has not'} claimed it by that call")
        elif device["progress"] in ("claimed", "released") and device["outcome"] not in ("claimed_now", "already_ours"):
            yield Found(FAIL, name, f"{says}: no outcome that makes it ours")
        else:
            yield Found(OK, name, says)


def _check_claimed(name: str, progress: str, claim: Claim | None) -> Found:
    if claim is None:
        return Found(FAIL, name, "the desk says claimed now, the server has no such claim under that call's key")
    if not claim.claimed_at:
        return Found(FAIL, name, f"the server answered claimed now, and has no claim {claim.handle}")
    if progress == "released" and claim.released_at is None:
        return Found(FAIL, name, "the desk says released, the claim is live at the server")
    if progress == "claimed" and claim.released_at is not None:
        return Found(UNKNOWN, name, "the desk says claimed now, the claim was released since")
    return Found(OK, name, f"{progress} claimed_now, {claim.handle}")


def _check_ledger(desk: sqlite3.Connection, ledger: Ledger) -> Iterator[Found]:
    """Each claim that the server made for this desk: the desk must say so, or that it does not know."""
    for claim in ledger.claims:
        rows = desk.execute(
            "SELECT d.progress FROM call_devices n JOIN devices d ON d.id = n.device WHERE n.call = ? "
            "AND (n.ref = ? OR n.device_id = ?)", (claim.call, claim.key, claim.device_id),
        ).fetchall() or desk.execute(
            "SELECT progress FROM devices WHERE ref = ? OR device_id = ?", (claim.key, claim.device_id)
        ).fetchall()
        says = {row["progress"] for row in rows}
        if not says:
            yield Found(FAIL, claim.device_id, f"claimed at the server by call {claim.call}, unknown to the desk")
        elif not says & {"claimed", "released", "unknown", "held", "sending"}:
            yield Found(FAIL, claim.device_id, f"claimed at the server by this desk, which says {', '.join(says)}")


def _check_twice(ledger: Ledger) -> Iterator[Found]:
    """No device is claimed a second time by this desk unless it was released in between."""
    by_device: dict[str, list[Claim]] = defaultdict(list)
    for claim in ledger.claims:
        by_device[claim.key].append(claim)
    for claims in by_device.values():
        claims.sort(key=lambda claim: claim.claimed_at)
        for first, second in pairwise(claims):
            if first.released_at is None or first.released_at > second.claimed_at:
                yield Found(FAIL, first.device_id, f"claimed twice: {first.handle} and {second.handle}")
    for device in ledger.live_twice:
        yield Found(FAIL, device, "two live claims at the server")


def _check_history(desk: sqlite3.Connection) -> Iterator[Found]:
    """Each step is one that the table allows, follows the one before it, and the last is what the device is now."""
    last: dict[tuple[int, str], str] = {}
    for step in desk.execute("SELECT * FROM events WHERE what = 'step' ORDER BY id"):
        place, old, new = (step["item"], step["device_id"]), step["old"], step["new"]
        name = step["device_id"] or f"row {step['item']}"
        if (old, new) not in MAY_FOLLOW:
            yield Found(FAIL, name, f"{new} followed {old}")
        if old == "held" and not (step["who"] and step["why"]):
            yield Found(FAIL, name, f"nobody is named for {old} to {new}")
        if last.get(place, old) != old:
            yield Found(FAIL, name, f"{old} to {new}, but it was {last[place]}")
        last[place] = new
    for device in desk.execute("SELECT item, device_id, progress FROM devices"):
        told = last.get((device["item"], device["device_id"]))
        if told not in (None, device["progress"]):
            yield Found(FAIL, device["device_id"], f"is {device['progress']}, its history ends with {told}")


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: python -m tests.checker.check DESK.db SERVER.db", file=sys.stderr)
        return 2
    found = check(Path(arguments[0]), Path(arguments[1]))
    for one in found:
        print(one)
    return 1 if any(one.verdict == FAIL for one in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
