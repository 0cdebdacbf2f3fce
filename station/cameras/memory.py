"""Remembers which camera this desk used last, in a small file of its own."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from station.ui.camera_doors import FORMATS, Choice, Pick
from station.whole_file import OWNER_ONLY, read_file, replace_file


def remembered(memory: Path) -> tuple[Choice | None, bool]:
    """What was used last, and whether it was mirrored; nothing where the file says nothing that can be understood."""
    try:
        told: Any = json.loads(memory.read_text("utf-8"))
        pick = Pick(str(told["device"]), str(told["address"]), str(told["file"]))
        width, height = (int(each) for each in told.get("size", (0, 0)))
        formats = told.get("formats", "")
        choice = Choice(pick, str(told["title"]), (width, height), formats if formats in FORMATS else FORMATS[0])
        return choice, bool(told["mirror"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, False


def remember(memory: Path, choice: Choice, *, mirror: bool) -> None:
    """Write it down, an address without what may be a secret in it."""
    pick = choice.pick
    told = {
        "device": pick.device, "address": pick.address, "file": pick.file, "title": choice.title,
        "mirror": mirror, "size": choice.size, "formats": choice.formats,
    }
    data = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    with suppress(OSError):  # a camera that is not remembered is picked again
        found = read_file(memory)
        if found != data:
            replace_file(memory, found, data, OWNER_ONLY)
