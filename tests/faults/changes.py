"""Claims given back, or moved where nobody can give them back, through a network that spoils exchanges."""

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from station.core.call import CallState, Verb
from station.desk import afterwards, releases

from . import accounts, matrix
from .fault import Fault
from .plan import Spoiling
from .protocols import Protocol
from .scene import Size, opened

AT_ONCE = 16
"""Rows that are asked for at a time."""
SETTLES_WITHIN_S = 600.0
_UNDER_WAY = (CallState.SENDING, CallState.UNANSWERED, CallState.ANSWERED)


def work_a_shift(protocol: Protocol, folder: Path, spoiling: Spoiling, size: Size) -> matrix.Shift:
    """Claim devices in peace, ask for the change of each until it is said to be done, and compare with the ledger."""
    shift, begun = matrix.Shift(protocol.kind, devices=size.devices), time.monotonic()
    names = [f"v{number}" for number in range(size.ways)]
    spoiling.on = False
    with opened(protocol, folder, spoiling, size, names) as (bench, _):
        person = matrix.Person(bench, spoiling, names)
        person.scan(protocol, protocol.devices(size.devices), folder / "server.db")
        person.claim_to_the_end(time.monotonic())
        spoiling.counts.clear()
        spoiling.on = True
        _change_all(protocol, folder, person, time.monotonic() + size.faults_for_s)
    shift.wrong += person.wrong
    shift.spoiled = +Counter({key: n for key, n in spoiling.counts.items() if key[1] is not Fault.NONE})
    shift.wrong += wrong(protocol, folder, shift.progress)
    shift.seconds = time.monotonic() - begun
    return shift


def _change_all(protocol: Protocol, folder: Path, person: matrix.Person, faults_end: float) -> None:
    while rows := _left(protocol, folder):
        late_s = time.monotonic() - faults_end
        person.spoiling.on = late_s < 0 or (bool(person.spoiling.forced) and late_s < matrix.PATIENCE_S)
        if late_s > SETTLES_WITHIN_S:
            person.wrong.append("the changes never end")
            return
        _ask(protocol, person, rows[:AT_ONCE])
        settled_since = time.monotonic()
        while time.monotonic() - settled_since < 2 * matrix.CALM_S and late_s < SETTLES_WITHIN_S:
            person.see_to_pauses()
            late_s = time.monotonic() - faults_end
            if _is_under_way(person):
                settled_since = time.monotonic()
            time.sleep(0.1)


def _ask(protocol: Protocol, person: matrix.Person, rows: Sequence[int]) -> None:
    desk, target = person.bench.station.desk, protocol.moved_to
    if target:
        desk.do(afterwards.move, rows, target, "", "Anna").result(matrix.PATIENCE_S)
    else:
        desk.do(releases.release, rows, "Anna").result(matrix.PATIENCE_S)


def _is_under_way(person: matrix.Person) -> bool:
    calls = person.bench.station.desk.read(lambda reader: reader.calls(*_UNDER_WAY)).result(matrix.PATIENCE_S)
    return any(call.verb is not Verb.CLAIM for call in calls)


def _left(protocol: Protocol, folder: Path) -> list[int]:
    """Rows of which the desk does not say yet that the change is done."""
    query = "SELECT DISTINCT item FROM devices WHERE inside IS NULL AND progress = 'claimed' AND target IS NOT ?"
    with closing(sqlite3.connect(f"{(folder / 'data' / 'desk.db').as_uri()}?mode=ro", uri=True)) as desk:
        return [row[0] for row in desk.execute(query, (protocol.moved_to or "-",))]


def wrong(protocol: Protocol, folder: Path, progress: Counter[str]) -> list[str]:
    """Hold what the desk says of each device against the server's ledger; counts what it says."""
    claims, found = accounts.ledger(folder / "server.db", protocol), []
    places = accounts.places(folder / "server.db", protocol)
    for row, target in accounts.rows_with_target(folder / "data" / "desk.db"):
        name = protocol.ledger_name(row.name)
        live = bool(claims.get(name, (0, 0))[1])
        moved = bool(protocol.moved_to) and target == protocol.moved_to
        progress["moved" if moved else row.progress] += 1
        if (row.progress == "released") is live:
            found.append(f"{row.name}: said {row.progress}, and the server has {'our' if live else 'no'} claim")
        if protocol.moved_to and moved is not (places.get(name) == protocol.moved_to):
            found.append(f"{row.name}: said to be {'moved' if moved else 'where it was'}, it is in {places.get(name)}")
    return found
