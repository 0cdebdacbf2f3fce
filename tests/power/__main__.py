"""``python -m tests.power``: many power cuts, repeated from the seed that is printed."""

import argparse
import logging
import random
import sys
import tempfile
from pathlib import Path

from tests.guest import MissingError

from .runs import Ran, prepare, run

PROVES = 0.5
"""In this share of the control's runs scans must be lost."""


def main(arguments: list[str]) -> int:
    asked = _read(arguments)
    logging.disable(logging.CRITICAL)
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="station-power-") as name:
        folder = Path(name)
        try:
            ready = prepare(folder)
        except MissingError as error:
            print(f"no power cuts here: {error}")
            return 1
        print(f"the guest was ready after {ready.aside.seconds:.0f} s", flush=True)
        full = [_tell(run(ready, folder / f"full-{each}", asked.seed + each)) for each in range(asked.runs)]
        off = [
            _tell(run(ready, folder / f"off-{each}", asked.seed + each, "OFF"))
            for each in range(asked.control)
        ]
    return sum_up(full, off)


def _tell(ran: Ran) -> Ran:
    print(f"{ran} ({ran.flushes} flushes, {ran.seconds:.0f} s)", *ran.wrong[:6], sep="\n     ", flush=True)
    return ran


def sum_up(full: list[Ran], off: list[Ran]) -> int:
    """Print what came of it; gives the exit status: 1 as well where the control lost too little to prove anything."""
    for name, runs in (("FULL", full), ("OFF", off)):
        if runs:
            flying, beeped = sum(ran.in_flight for ran in runs), sum(ran.kept for ran in runs)
            lost, losing = sum(len(ran.lost) for ran in runs), sum(bool(ran.lost) for ran in runs)
            print(
                f"synchronous={name}: {len(runs)} power cuts, {flying} with a call in flight, {beeped} scans had "
                f"beeped, {lost} lost in {losing} runs, {sum(bool(ran.wrong) for ran in runs)} runs with a fault"
            )
    proven = not off or sum(bool(ran.lost) for ran in off) >= PROVES * len(off)
    if not proven:
        print("the control lost too little: this proves nothing")
    return 1 if any(ran.lost or ran.wrong for ran in full) or not proven else 0


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.power")
    parser.add_argument("--runs", type=int, default=30, help="with synchronous=FULL, as the station writes")
    parser.add_argument("--control", type=int, default=10, help="with synchronous=OFF, which must lose scans")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
