"""What the recipes know of the project: its version, its time, where it stands."""

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "claiming-station"
SUMMARY = "scan, check and claim connected devices"
DESCRIPTION = (
    "A point-and-scan desk for people who unbox connected devices. A scanner or a",
    "camera reads kit and device codes; a table says at once what each one is and",
    "whether it can be claimed; one button claims the batch at the vendor's cloud",
    "or at the bundled server, and a receipt says what became of each device.",
    "With no network nothing stops: work is queued on disk and carried out later,",
    "exactly once.",
)


def version() -> str:
    """The program's own version."""
    text = (ROOT / "station" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise SystemExit("station/__init__.py does not say a version")
    return found[1]


def maintainer() -> str:
    """Whom a package names: ``MAINTAINER`` in the environment, as "Name <address>"; nobody's address if not told."""
    return os.environ.get("MAINTAINER") or "Claiming Station <claiming-station@example.org>"


def epoch() -> int:
    """The time that all files of a package bear (seconds since 1970): SOURCE_DATE_EPOCH, else the last commit's."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    if not told:
        done = subprocess.run(
            ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        told = done.stdout.strip()
    return int(told) if told else int((ROOT / "CHANGELOG.md").stat().st_mtime)


def built() -> datetime:
    return datetime.fromtimestamp(epoch(), UTC)


def news() -> list[str]:
    """The entries at the top of the changelog, each as one line."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = text.split("\n## ")[1]
    return [" ".join(entry.split()) for entry in re.split(r"^- ", newest, flags=re.MULTILINE)[1:]]
