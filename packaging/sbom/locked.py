"""Reads a lock file: which packages a platform gets, in which version, and the hashes that their files may have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?")
_PLATFORMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
}


@dataclass(frozen=True, slots=True)
class Locked:
    """A package as the lock file names it; ``hashes`` are SHA-256 sums, one of which its file has."""

    name: str
    version: str
    hashes: tuple[str, ...]


def marker_values(platform: str, python: str) -> dict[str, str]:
    """What markers ask for, on that platform with that Python ("3.13")."""
    return {**_PLATFORMS[platform], "python_version": python, "python_full_version": f"{python}.0",
            "implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": ""}


def read_lock(path: Path, platform: str, python: str) -> list[Locked]:
    """The packages of that platform, by name. Raises ValueError for a line that pins nothing."""
    values = marker_values(platform, python)
    return sorted(_read(path, values), key=lambda each: each.name)


def _read(path: Path, values: dict[str, str]) -> Iterator[Locked]:
    for block in re.split(r"\n(?=[^\s#])", path.read_text("utf-8").strip()):
        if block.startswith("#"):
            continue
        pin = _PIN.match(block)
        if pin is None:
            raise ValueError(f"{path.name}: nothing is pinned in: {block.splitlines()[0]}")
        if pin["marker"] and not Marker(pin["marker"].strip()).evaluate(values):
            continue
        hashes = tuple(sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", block)))
        yield Locked(canonicalize_name(pin["name"]), pin["version"], hashes)
