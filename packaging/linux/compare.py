"""Holds the self-test of an installed program against the source tree's: every part must be there, by name."""

import json
import sys
from pathlib import Path


def missing(source: Path, installed: Path) -> list[str]:
    """A line for each step or name that one of the two self-tests tells and the other does not."""
    here, there = _names(source), _names(installed)
    told = [f"no step {step}" for step in here.keys() - there.keys()]
    for step in sorted(here.keys() & there.keys()):
        told += [f"{step}: {name} is missing" for name in sorted(here[step] - there[step])]
        told += [f"{step}: {name} is not in the source tree" for name in sorted(there[step] - here[step])]
    return told


def _names(path: Path) -> dict[str, set[str]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    failed = [line["step"] for line in lines if not line["ok"]]
    if failed or not lines:
        raise SystemExit(f"{path.name}: the self-test fails: {', '.join(failed) or 'it says nothing'}")
    return {line["step"]: set(line["names"]) for line in lines}


def main() -> None:
    source, installed = Path(sys.argv[1]), Path(sys.argv[2])
    told = missing(source, installed)
    for line in told:
        print(f"  {line}")
    if told:
        raise SystemExit("the installed program is not what the source tree is")
    print(f"  {sum(map(len, _names(source).values()))} names in {len(_names(source))} steps, the same in both")


if __name__ == "__main__":
    main()
