"""What runs of shifts came to, as a table: fault x protocol x kind of call, what is held and why, and what is wrong."""

from collections import Counter
from dataclasses import dataclass, field

from . import matrix, plan
from .fault import Fault
from .protocols import CHANGES, PROTOCOLS


@dataclass
class Sum:
    """What all shifts came to. ``least``: how often each fault of each kind of call was asked for."""

    shifts: list[matrix.Shift] = field(default_factory=list)
    met: Counter[tuple[str, str, Fault]] = field(default_factory=Counter)
    least: int = 0
    afterwards: bool = False
    took_s: float = 0.0

    def add(self, shift: matrix.Shift) -> None:
        self.shifts.append(shift)
        self.met.update({(shift.kind, *met): count for met, count in shift.spoiled.items()})

    @property
    def kinds(self) -> list[str]:
        return [kind for kind in PROTOCOLS if any(shift.kind == kind for shift in self.shifts)]

    @property
    def wrong(self) -> list[str]:
        return [f"{shift.kind} {shift.seed}: {text}" for shift in self.shifts for text in shift.wrong]

    @property
    def submissions(self) -> int:
        """Claims (or changes) that met a fault: each time that one left, or tried to leave, counts once."""
        struck = CHANGES if self.afterwards else ("claim",)
        return sum(count for (_, what, _), count in self.met.items() if what in struck)

    def kinds_of_call(self, kind: str) -> tuple[str, ...]:
        all_kinds = PROTOCOLS[kind].kinds_of_call()
        return (*PROTOCOLS[kind].changes, *all_kinds[1:]) if self.afterwards else all_kinds

    def wanted(self, kind: str) -> list[plan.Met]:
        return (plan.all_of_changes if self.afterwards else plan.all_of)(PROTOCOLS[kind])

    def lacking(self, kind: str) -> Counter[plan.Met]:
        """What has not come about as often as it was asked for, and how often it is wanted still."""
        return +Counter({met: self.least - self.met[(kind, *met)] for met in self.wanted(kind)})


def line(shift: matrix.Shift, number: int) -> str:
    spoiled = sum(count for (what, _), count in shift.spoiled.items() if what in ("claim", *CHANGES))
    ends = ", ".join(f"{count} {text}" for text, count in shift.progress.most_common())
    bad = f"  WRONG {len(shift.wrong)}" if shift.wrong else ""
    return (
        f"{shift.kind:11}{number + 1:4}  {shift.devices} devices, {shift.claims} claims, {spoiled} calls spoiled, "
        f"{sum(shift.spoiled.values())} exchanges spoiled, {shift.seconds:.0f} s: {ends}{bad}"
    )


def print_all(found: Sum) -> int:
    """Print it all; gives the exit status."""
    _print_table(found)
    held: Counter[tuple[str, str]] = Counter()
    for shift in found.shifts:
        held.update({(shift.kind, why): count for why, count in shift.held.items()})
    for (kind, why), count in sorted(held.items()):
        print(f"held {count:5}  {kind}: {why}")
    lacking = [
        f"{kind}: {fault} of a {what} came about {found.least - count} times of {found.least}"
        for kind in found.kinds for (what, fault), count in found.lacking(kind).items()
    ]
    for text in [*found.wrong, *lacking]:
        print(f"WRONG  {text}")
    print(
        f"{len(found.shifts)} shifts, {sum(s.devices for s in found.shifts)} devices, {found.submissions} faulted "
        f"submissions, {sum(found.met.values())} faulted exchanges, {found.took_s:.0f} s; "
        f"{len(found.wrong)} wrong, {len(lacking)} lacking"
    )
    return 1 if found.wrong or lacking or not found.submissions else 0


def _print_table(found: Sum) -> None:
    columns = [(kind, what) for kind in found.kinds for what in found.kinds_of_call(kind)]
    print("\n" + " " * 26 + "".join(f"{kind:>11}" for kind, _ in columns))
    print(" " * 26 + "".join(f"{what:>11}" for _, what in columns))
    for fault in tuple(Fault)[1:]:
        cells = [
            str(found.met[kind, what, fault]) if plan.can_meet(PROTOCOLS[kind], what, fault) else "-"
            for kind, what in columns
        ]
        print(f"{fault:26}" + "".join(f"{cell:>11}" for cell in cells))
