"""A simulated day of a desk: ``python -m tests.soak --hours 24``; repeated from the seed that it prints."""

import argparse
import logging
import random
import sys
import tempfile
from pathlib import Path

from . import watch
from .day import SCAN_EVERY_S, Beside, Day, Wish, spend


def main(arguments: list[str]) -> int:
    """Live it and print a line for each ten simulated minutes; 1 where anything is wrong, else 0."""
    asked = _read(arguments)
    logging.disable(logging.CRITICAL)
    scans = round(asked.hours * 3600 / SCAN_EVERY_S)
    wish = Wish(scans=scans, pace=asked.pace, seed=asked.seed, longest_s=60 * asked.minutes)
    print(f"seed {asked.seed}", flush=True)
    print("".join(f"{name:>12}" for name in watch.HEADER), flush=True)
    beside: Beside | None = None
    if asked.window:
        from . import window  # Qt only where it is wanted

        beside = window.beside
    with tempfile.TemporaryDirectory(prefix="station-soak-", ignore_cleanup_errors=True) as folder:
        day = spend(Path(folder), wish, lambda sample: print(watch.line(sample), flush=True), beside)
    return sum_up(day, wish)


def sum_up(day: Day, wish: Wish) -> int:
    spoiled = sum(count for fault, count in day.exchanges.items() if fault != "none")
    print(
        f"{day.scans} scans in {day.seconds:.0f} s, {day.claims} claims, {day.receipts} receipts, "
        f"{sum(day.exchanges.values())} exchanges, {spoiled} of them spoiled or without a network"
    )
    print("devices: " + ", ".join(f"{count} {what}" for what, count in sorted(day.progress.items())))
    print(f"memory after the warm-up: {watch.growth_mb(day.samples, wish.warm_up):+.1f} MB")
    for each in day.wrong[:50]:
        print(f"WRONG {each}")
    print(f"{len(day.wrong)} wrong", flush=True)
    return 1 if day.wrong else 0


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--hours", type=float, default=24.0, help="simulated")
    parser.add_argument("--pace", type=float, default=60.0, help="simulated seconds in a real one, at most")
    parser.add_argument("--minutes", type=float, default=1e6, help="real ones, after which the day is cut short")
    parser.add_argument("--window", action="store_true", help="with the real window, without a screen")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
