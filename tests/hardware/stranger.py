"""Runs in the guest as a user without rights: prints what the station's own classes make of the devices then."""

import json
import subprocess
import sys
from typing import Any

from station.scanners.base import SHELF
from tests.scanners import heard
from tests.scanners.heard import Heard

from .plugged import PATIENCE_S

NOBODY = 65534


def ask(kind: str, **settings: str) -> dict[str, Any]:
    """What ``main`` prints, asked for by root."""
    command = [sys.executable, "-m", "tests.hardware.stranger", kind, json.dumps(settings)]
    done = subprocess.run(
        command, user=NOBODY, group=NOBODY, extra_groups=[], stdout=subprocess.PIPE, check=True, timeout=300
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def main(kind: str, settings: dict[str, str]) -> None:
    """The devices found, each with its remedy, and the first state that a scanner bound to one of them tells."""
    heard.PATIENCE_S = PATIENCE_S
    cls = SHELF.load(kind)
    found = cls.find()
    told = Heard()
    scanner = cls(cls.settings_type(**settings))  # type: ignore[call-arg]
    scanner.start(told.scan, told.state)
    try:
        told.until(lambda: bool(told.states))
    finally:
        scanner.stop(60)
    rows = [[each.key, str(each.state.condition), getattr(cls.remedy(each), "text", None)] for each in found]
    print(json.dumps({"found": rows, "state": str(told.states[0].condition)}))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
