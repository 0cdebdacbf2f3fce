"""``python -m tests.faults kill9``: the long runs, each of which can be repeated from the seed that it prints."""

import argparse
import logging
import random
import sys
import tempfile
from pathlib import Path

from . import kill9


def main(arguments: list[str]) -> int:
    asked = _read(arguments)
    logging.disable(logging.CRITICAL)
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="station-kill9-") as folder:
        work = Path(folder)
        takes_s = kill9.make_template(work / "template")
        tell = _tell if asked.verbose else lambda _ran: None
        done: list[kill9.Ran] = []
        if asked.points is not None:
            done += kill9.sweep(work / "template", work, tuple(asked.points or _ALL), tell)
        for point, visit in (cut.rsplit(":", 1) for cut in asked.at):
            done.append(kill9.run(work / "template", work / cut_name(point, visit), kill9.Cut(point, int(visit))))
            tell(done[-1])
        done += kill9.at_random(work / "template", work, asked.runs, asked.seed, takes_s, tell)
    return kill9.sum_up(done)


_ALL = (*kill9.DESK_POINTS, *kill9.PAIRS, *kill9.SERVER_POINTS)


def cut_name(point: str, visit: str) -> str:
    return f"{point}-{visit}"


def _tell(ran: kill9.Ran) -> None:
    print(f"{'FAIL' if ran.faults else 'ok':5}{'killed' if ran.killed else 'through':8}{ran.cut}", flush=True)


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("suite", choices=["kill9"])
    parser.add_argument("--runs", type=int, default=0, help="kills at random moments")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--points", nargs="*", default=None, metavar="POINT", help="every visit to these, or to all")
    parser.add_argument("--at", nargs="*", default=[], metavar="POINT:VISIT", help="single kills")
    parser.add_argument("--verbose", action="store_true", help="a line a run")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
