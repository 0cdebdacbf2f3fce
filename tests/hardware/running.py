"""Starts a guest for a part of the checks and reads what it prints."""

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.guest import Guest, GuestError

from .loopback import NODE, TITLE, build_module

ROOT = Path(__file__).parents[2]
RULES = ROOT / "packaging" / "udev" / "60-claiming-station.rules"
SECONDS = 2400.0
MODULES = "uinput uhid evdev hid hid_generic"

_CAMERAS = f"""
modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0x0 vid_cap_nr=0
modprobe videodev
insmod {{module}} video_nr={NODE.name.removeprefix("video")} exclusive_caps=1 card_label={TITLE}
"""


@dataclass(frozen=True, slots=True)
class Result:
    """A check: its name, whether it went well, its seconds, and what was wrong."""

    name: str
    passed: bool
    seconds: float
    reason: str = ""


def run_part(part: str, tell: Callable[[str], None] = lambda _line: None) -> list[Result]:
    """All checks of a part in one guest. Raises ``MissingError``, and ``GuestError`` where they break off."""
    prepare = _CAMERAS.format(module=shlex.quote(str(build_module()))) if part == "cameras" else ""
    script = f"""
cp {shlex.quote(str(RULES))} /etc/udev/rules.d/ && udevadm control --reload
modprobe -a {MODULES}
{prepare}
cd {shlex.quote(str(ROOT))} && exec {shlex.quote(sys.executable)} -u -X faulthandler -m tests.hardware.inside {part}
"""
    guest = Guest(script, seconds=SECONDS, udev=True, on_line=tell)
    ended = guest.run()
    results = [found for line in ended.lines if (found := _read(line)) is not None]
    began = [line.removeprefix("begin ") for line in ended.lines if line.startswith("begin ")]
    if len(began) > len(results) or not results or ended.status not in (0, 1):
        raise GuestError(f"the checks broke off with status {ended.status}\n" + "\n".join(ended.lines[-30:]))
    return results


def _read(line: str) -> Result | None:
    word, _, rest = line.partition(" ")
    seconds, _, told = rest.partition(" ")
    if word not in ("ok", "FAIL") or not seconds.replace(".", "", 1).isdigit():
        return None
    name, _, reason = told.partition(" | ")
    return Result(name, word == "ok", float(seconds), reason)
