"""Remembers which camera this desk used last, in a small file of its own."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from station.ui.camera_doors import Choice, Pick
from station.whole_file import OWNER_ONLY, read_file, replace_file


def remembered(memory: Path) -> tuple[Choice | None, bool]:
    """What was used last, and whether it was mirrored; nothing where the file says nothing that can be understood."""
    try:
        told: Any = json.loads(memory.read_text("utf-8"))
        pick = Pick(*(str(told[name]) for name in ("device", "address", "file")))
        return Choice(pick, str(told["title"])), bool(told["mirror"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, False


def remember(memory: Path, choice: Choice, *, mirror: bool) -> None:
    """Write it down, an address without the name and the password in it."""
    from station.scanners.camera_settings import without_secrets  # it needs the decoding engines, the window does not

    pick = choice.pick
    told = {
        "device": pick.device, "address": without_secrets(pick.address), "file": pick.file, "title": choice.title,
        "mirror": mirror,
    }
    data = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")
    with suppress(OSError):  # a camera that is not remembered is picked again
        found = read_file(memory)
        if found != data:
            replace_file(memory, found, data, OWNER_ONLY)
