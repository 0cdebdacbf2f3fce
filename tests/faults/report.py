"""Runs of shifts over protocols, and what they came to as a table: fault x protocol x kind of call."""

import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import matrix, plan
from .fault import AT_THE_DOOR, Fault
from .protocols import PROTOCOLS


@dataclass(frozen=True)
class Wanted:
    """What to run. ``forced``: every fault of every kind of call so many times at least, over all shifts."""

    protocols: Sequence[str]
    shifts: int
    seed: int
    forced: int = 0
    ways: int = 4


@dataclass
class Sum:
    """What all shifts came to, by protocol."""

    shifts: list[matrix.Shift] = field(default_factory=list)
    met: Counter[tuple[str, str, Fault]] = field(default_factory=Counter)
    lacking: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        return [f"{shift.kind}: {text}" for shift in self.shifts for text in shift.wrong]

    @property
    def submissions(self) -> int:
        """Claims that met a fault."""
        return sum(count for (_, what, _), count in self.met.items() if what == "claim")


def run(wanted: Wanted) -> Sum:
    """Shift after shift, each with a seed of its own that follows from the run's."""
    found = Sum()
    for kind in wanted.protocols:
        protocol = PROTOCOLS[kind]
        every = plan.all_of(protocol) * wanted.forced
        random.Random(f"{wanted.seed} {kind}").shuffle(every)
        for number in range(wanted.shifts):
            seed = f"{wanted.seed} {kind} {number}"
            spoiling = plan.Spoiling(protocol, random.Random(seed), forced=every[number :: wanted.shifts])
            size = matrix.Size(protocol.devices_a_shift, wanted.ways, a_call=(1, 3)[number % 2])
            with tempfile.TemporaryDirectory(prefix="station-faults-") as folder:
                shift = matrix.work_a_shift(protocol, Path(folder), spoiling, size)
            found.shifts.append(shift)
            found.met.update({(kind, *met): count for met, count in shift.spoiled.items()})
            print(_line(shift, number), flush=True)
        found.lacking += _lacking(found, kind, wanted.forced)
    return found


def _lacking(found: Sum, kind: str, least: int) -> list[str]:
    """What was asked for and did not come about that often. What meets a connection cannot be aimed that well: once
    will do there, for each ten times that were asked for."""
    lacking = []
    for what, fault in plan.all_of(PROTOCOLS[kind]):
        enough = -(-least // 10) if fault in AT_THE_DOOR else least
        if found.met[kind, what, fault] < enough:
            lacking.append(f"{kind}: {fault} of a {what} came about {found.met[kind, what, fault]} times of {enough}")
    return lacking


def _line(shift: matrix.Shift, number: int) -> str:
    spoiled = sum(count for (what, _), count in shift.spoiled.items() if what == "claim")
    ends = ", ".join(f"{count} {text}" for text, count in shift.progress.most_common())
    bad = f"  WRONG {len(shift.wrong)}" if shift.wrong else ""
    return (
        f"{shift.kind:11}{number + 1:4}  {shift.devices} devices, {shift.claims} claims, {spoiled} claims spoiled, "
        f"{sum(shift.spoiled.values())} exchanges spoiled, {shift.seconds:.0f} s: {ends}{bad}"
    )


def print_all(found: Sum) -> int:
    """The table, what is held and why, and what is wrong; gives the exit status."""
    kinds = list(dict.fromkeys(shift.kind for shift in found.shifts))
    columns = [(kind, what) for kind in kinds for what in PROTOCOLS[kind].kinds_of_call()]
    print("\n" + " " * 26 + "".join(f"{kind:>10}" for kind, _ in columns))
    print(" " * 26 + "".join(f"{what:>10}" for _, what in columns))
    for fault in tuple(Fault)[1:]:
        cells = [
            str(found.met[kind, what, fault]) if plan.can_meet(PROTOCOLS[kind], what, fault) else "-"
            for kind, what in columns
        ]
        print(f"{fault:26}" + "".join(f"{cell:>10}" for cell in cells))
    held = Counter({(s.kind, why): 0 for s in found.shifts for why in s.held})
    for shift in found.shifts:
        held.update({(shift.kind, why): count for why, count in shift.held.items()})
    for (kind, why), count in sorted(held.items()):
        print(f"held {count:5}  {kind}: {why}")
    for text in [*found.wrong, *found.lacking]:
        print(f"WRONG  {text}")
    took = sum(shift.seconds for shift in found.shifts)
    print(
        f"{len(found.shifts)} shifts, {sum(s.devices for s in found.shifts)} devices, {found.submissions} faulted "
        f"submissions, {sum(found.met.values())} faulted exchanges, {sum(found.met.values()) and took:.0f} s; "
        f"{len(found.wrong)} wrong, {len(found.lacking)} lacking"
    )
    return 1 if found.wrong or found.lacking or not found.submissions else 0
