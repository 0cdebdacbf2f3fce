"""What this program is: its version and build, what it runs on, where its things lie, and the parts it is made of."""

import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from station import __version__
from station.folders import Folders, resources
from station.ui.about_doors import Fact, Part

PARTS = "licences"
"""The folder, among the resources of an installed program, of what ``packaging/sbom/write.py`` wrote."""
BILL = "sbom.cdx.json"
OWN = "claiming-station"
_LICENCE_FILE = re.compile(r"(?i)\.dist-info/(?:.*/)?(?:licen[sc]es?|copying|notice)[^/]*$|\.dist-info/licenses/")
_SHOWN_AS = 12


def facts(folders: Folders) -> list[Fact]:
    """What a person or support asks first. Imports the engines that read codes: not on the window's thread."""
    known = {part.name: part.version for part in parts()}
    told = {
        "version": __version__,
        "build": build(),
        "python": sys.version.split()[0],
        "qt": known.get("pyside6-essentials", ""),
        "opencv": known.get("opencv-python-headless", ""),
        "engines": ", ".join(_engines()),
        "sqlite": sqlite3.sqlite_version,
        "system": _system(),
        "data": _plain(folders.data),
        "settings": _plain(folders.settings),
        "fleet": str(folders.fleet) if folders.fleet is not None and folders.fleet.is_dir() else "",
        "logs": _plain(folders.logs),
    }
    return [Fact(name, value) for name, value in told.items() if value]


def build() -> str:
    """From which state of the source this program was built, and when; empty where nobody knows."""
    with suppress(OSError, ValueError):
        told = json.loads((_shipped() / "build.json").read_text("utf-8"))
        return " · ".join(str(told[name])[:40] for name in ("commit", "date") if told.get(name))
    with suppress(OSError):
        return _commit(resources().parent / ".git")
    return ""


@cache
def parts() -> tuple[Part, ...]:
    """Every part with its licence: as the installer's list says, else as the packages of this environment say."""
    try:
        told = json.loads((_shipped() / "licences.json").read_text("utf-8"))
        return tuple(_part(each) for each in told)
    except (OSError, ValueError, LookupError, TypeError):
        return tuple(_from_environment())


def text_of(part: Part) -> str:
    """The text of a part's licences; empty where the part brings none."""
    with suppress(OSError, ValueError):
        if part.text_file:
            return (_shipped() / part.text_file).read_text("utf-8")
        if part.name == OWN:
            return (resources().parent / "LICENSE").read_text("utf-8")
        return _text_in_environment(part.name)
    return ""


def bill() -> bytes | None:
    """The whole list of parts as CycloneDX; None where this program was not installed from a package."""
    try:
        return (_shipped() / BILL).read_bytes()
    except OSError:
        return None


def _shipped() -> Path:
    return resources() / PARTS


def _part(told: Any) -> Part:
    file = str(told["text_file"])
    if not re.fullmatch(r"licences/[\w.-]+", file):
        raise ValueError(file)
    return Part(str(told["name"]), str(told["version"]), str(told["licence"]), file, str(told.get("replace", "")))


def _from_environment() -> Iterator[Part]:
    yield Part(OWN, __version__, "Apache-2.0")
    found: dict[str, Part] = {}
    for each in metadata.distributions():
        told = each.metadata
        classifiers = [line.rpartition("::")[2].strip() for line in told.get_all("Classifier") or []
                       if line.startswith("License ::")]  # fmt: skip
        texts = (*(told.get_all("License-Expression") or ()), *(told.get_all("License") or ()), ", ".join(classifiers))
        licence = next((text.split("\n")[0] for text in texts if text), "")
        name = re.sub(r"[-_.]+", "-", told["Name"] or "").lower()
        found.setdefault(name, Part(name, each.version, licence[:200]))
    yield from (found[name] for name in sorted(found) if name != OWN)


def _text_in_environment(name: str) -> str:
    try:
        files = metadata.files(name) or []
    except metadata.PackageNotFoundError:
        return ""
    paths = [Path(str(file.locate())) for file in files if _LICENCE_FILE.search(file.as_posix())]
    return "\n\n".join(path.read_text("utf-8", "replace") for path in paths)


def _engines() -> Iterator[str]:
    try:
        # It loads large libraries, and may be what is broken here.
        from station.vision.engines import engines
    except Exception as error:
        yield f"zxing-cpp ({type(error).__name__})"
        return
    for each in engines():
        yield f"{each.name} {each.version}" if each.available else f"{each.name} ({each.reason[:80]})"


def _system() -> str:
    if sys.platform == "win32":
        told = sys.getwindowsversion()  # platform's own would ask a service, which takes its time
        return f"Windows {told.major}.{told.minor}.{told.build}"
    with suppress(OSError):
        found = re.search(r'^PRETTY_NAME="?([^"\n]+)', Path("/etc/os-release").read_text("utf-8"), re.M)
        if found:
            return found[1]
    return sys.platform


def _plain(path: Path) -> str:
    """A path without the name of the person in it."""
    with suppress(ValueError, RuntimeError):
        return str(Path("~") / path.relative_to(Path.home()))
    return str(path)


def _commit(git: Path) -> str:
    """The commit that a source tree stands at, read without git."""
    head = (git / "HEAD").read_text("ascii").strip()
    if not head.startswith("ref: "):
        return head[:_SHOWN_AS]
    name = head.removeprefix("ref: ")
    with suppress(OSError):
        return (git / name).read_text("ascii").strip()[:_SHOWN_AS]
    packed = (git / "packed-refs").read_text("ascii")
    found = re.search(rf"^([0-9a-f]+) {re.escape(name)}$", packed, re.M)
    return found[1][:_SHOWN_AS] if found else ""
