"""Runs one part's checks inside the guest and prints a line for each: "ok", or "FAIL" with the reason."""

import faulthandler
import importlib
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from station.scanners.base import Condition, Scanner
from tests.scanners import heard
from tests.scanners.heard import Heard

from .plugged import PATIENCE_S

PARTS = {
    "scanners": ("evdev_checks", "hid_pos_checks", "usb_checks", "desk_checks", "rule_checks"),
    "cameras": ("camera_checks",),
}
HANGS_S = 900.0

Check = Callable[[], None]


@contextmanager
def reading(scanner: Scanner) -> Iterator[Heard]:
    """Start a scanner and stop it; gives what it tells."""
    told = Heard()
    scanner.start(told.scan, told.state)
    try:
        yield told
    finally:
        if not scanner.stop(60):
            faulthandler.dump_traceback()
            raise AssertionError("the scanner did not stop")


def reaches(told: Heard, condition: Condition) -> None:
    told.until(lambda: told.condition is condition)


def main(part: str, pattern: str = "") -> int:
    """Run the checks of a part, or those whose names have the pattern."""
    heard.PATIENCE_S = PATIENCE_S
    logging.disable(logging.CRITICAL)
    failed = 0
    for module in PARTS[part]:
        checks: tuple[Check, ...] = importlib.import_module(f"tests.hardware.{module}").CHECKS
        for check in checks:
            if re.search(pattern, check.__name__):
                failed += not _passes(module.removesuffix("_checks"), check)
    return 1 if failed else 0


def _passes(room: str, check: Check) -> bool:
    name = f"{room}: {check.__name__.replace('_', ' ')}"
    print(f"begin {name}", flush=True)
    faulthandler.dump_traceback_later(HANGS_S, exit=True)
    began = time.monotonic()
    try:
        check()
    except Exception as error:  # one check's trouble is not the next one's
        where = traceback.extract_tb(error.__traceback__)[-1]
        why = " ".join(f"{type(error).__name__} {error}".split())[:600]
        print(f"FAIL {time.monotonic() - began:.1f} {name} | {why} ({where.name}, line {where.lineno})", flush=True)
        return False
    finally:
        faulthandler.cancel_dump_traceback_later()
    print(f"ok {time.monotonic() - began:.1f} {name}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
