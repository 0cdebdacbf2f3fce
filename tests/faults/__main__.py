"""``python -m tests.faults kill9`` and ``… faults``: the long runs, repeated from the seed that each prints."""

import argparse
import logging
import random
import sys
import tempfile
from pathlib import Path

from . import kill9, kills, report, roster
from .operator import PracticeJob
from .protocols import PROTOCOLS


def main(arguments: list[str]) -> int:
    asked = _read(arguments)
    logging.disable(logging.CRITICAL)
    print(f"seed {asked.seed}", flush=True)
    return _faults(asked) if asked.suite == "faults" else _kill9(asked)


def _faults(asked: argparse.Namespace) -> int:
    wanted = roster.Wanted(
        asked.protocols, asked.shifts, asked.seed, asked.forced, asked.ways, asked.jobs, asked.submissions,
        asked.minutes, asked.limit, asked.afterwards,
    )
    return report.print_all(roster.run(wanted))


def _kill9(asked: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="station-kill9-") as folder:
        work, template = Path(folder), Path(folder) / "template"
        tell = _tell if asked.verbose else lambda _ran: None
        done: list[kill9.Ran] = []
        if asked.points is not None or asked.at:
            kill9.make_template(template, PracticeJob())
        if asked.points is not None:
            done += kill9.sweep(template, work, tuple(asked.points or _ALL), PracticeJob, tell)
        for point, visit in (cut.rsplit(":", 1) for cut in asked.at):
            home = work / f"{point}-{visit}"
            done.append(kill9.run(template, home, kill9.Cut(point, int(visit)), PracticeJob()))
            tell(done[-1])
        if asked.runs:
            done += kills.at_random(work, asked.runs, asked.seed, asked.systems, asked.minutes, tell)
    return kills.sum_up(done)


_ALL = (*kill9.DESK_POINTS, *kill9.PAIRS, *kill9.SERVER_POINTS)


def _tell(ran: kill9.Ran) -> None:
    flying = "in flight" if ran.in_flight else ""
    how = "killed" if ran.killed else "through"
    line = f"{'FAIL' if ran.faults else 'ok':5}{how:8}{flying:10}{ran.kind:11}{ran.cut}"
    print(line, *ran.faults, sep="\n  ", flush=True)


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    suites = parser.add_subparsers(dest="suite", required=True)
    faults = suites.add_parser("faults", help="claims through a network that spoils exchanges")
    _add_faults(faults)
    kills = suites.add_parser("kill9", help="kills, and what is left of the claims after them")
    _add_kills(kills)
    for suite in (faults, kills):
        suite.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    return parser.parse_args(arguments)


def _add_faults(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--protocols", nargs="*", choices=list(PROTOCOLS), default=list(PROTOCOLS))
    parser.add_argument("--shifts", type=int, default=1, help="of each protocol")
    parser.add_argument("--ways", type=int, default=8, help="connections in one shift")
    parser.add_argument("--jobs", type=int, default=1, help="shifts at a time, each in a process of its own")
    often = "every fault of every kind of call so often at least"
    parser.add_argument("--forced", type=int, nargs="?", const=1, default=0, metavar="TIMES", help=often)
    parser.add_argument("--submissions", type=int, default=0, help="claims spoiled at least, over all protocols")
    parser.add_argument("--afterwards", action="store_true", help="spoil what is done with claimed devices instead")
    parser.add_argument("--limit", type=float, default=0.6, help="the desk's time limits in s")
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="begin no shift after these")


def _add_kills(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=0, help="kills at random moments")
    parser.add_argument("--systems", nargs="*", choices=kills.KINDS, default=list(kills.KINDS), help="for those")
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="no kill at random begins after these")
    parser.add_argument("--points", nargs="*", default=None, metavar="POINT", help="every visit to these, or to all")
    parser.add_argument("--at", nargs="*", default=[], metavar="POINT:VISIT", help="single kills")
    parser.add_argument("--verbose", action="store_true", help="a line a run")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
