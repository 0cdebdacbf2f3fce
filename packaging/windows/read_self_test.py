"""Reads a self-test's JSON lines and says what failed; 1 where a step did or too few were taken."""

import json
import sys
from pathlib import Path

NEEDED = ("window", "pictures", "database", "backends", "scanners", "migrations", "translations", "sounds", "keyring")


def failures(lines: list[str]) -> list[str]:
    """One sentence for each step that failed or is missing; lines that are no JSON are somebody else's words."""
    steps = {}
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and "step" in told:
            steps[str(told["step"])] = told
    found = [f"{name}: {told.get('detail')}" for name, told in steps.items() if told.get("ok") is not True]
    return found + [f"{name}: not taken" for name in NEEDED if name not in steps]


def main() -> int:
    path = Path(sys.argv[1])
    found = failures(path.read_text("utf-8", "replace").splitlines())
    for sentence in found:
        print(f"check-windows: {sentence}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
