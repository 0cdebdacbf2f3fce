"""Reads what installed packages say of themselves: licence, licence texts, what they need, which parts they list."""

import json
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

_LICENCE_FILE = re.compile(
    r"(?i)\.dist-info/(?:.*/)?(?:licen[sc]es?|copying|notice|authors)[^/]*$|\.dist-info/licenses/"
)
_LISTS = re.compile(r"\.dist-info/sboms/[^/]+\.json$")


def find_packages(folders: Iterable[Path]) -> dict[str, Distribution]:
    """The packages in these folders by their normal names; of several of one name the first counts."""
    found: dict[str, Distribution] = {}
    for folder in folders:
        for each in distributions(path=[str(folder)]):
            found.setdefault(canonicalize_name(each.metadata["Name"]), each)
    return found


def licence_of(package: Distribution, names: Mapping[str, str]) -> str:
    """The licence as an SPDX expression; an empty text where the metadata says none that is known."""
    told = package.metadata.get("License-Expression")
    if told:
        return str(told)
    short = (package.metadata.get("License") or "").strip()
    from_classifiers = [
        line.rpartition("::")[2].strip() for line in package.metadata.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    for text in (short, *from_classifiers):
        if text in names or re.fullmatch(r"[A-Za-z0-9.+-]+-[A-Za-z0-9.+-]+|MIT|ISC", text):
            return names.get(text, text)
    return ""


def licence_texts(package: Distribution) -> dict[str, str]:
    """The texts of its licences, by the names of their files."""
    texts = {}
    for file in sorted(package.files or (), key=str):
        if _LICENCE_FILE.search(file.as_posix()):
            path = Path(str(package.locate_file(file)))
            if path.is_file():
                name = file.as_posix().partition(".dist-info/")[2].removeprefix("licenses/")
                texts[name] = path.read_text("utf-8", "replace").replace("\r\n", "\n")
    return texts


def needs_of(package: Distribution, values: Mapping[str, str]) -> set[str]:
    """The names of the packages that it needs on a platform."""
    found = set()
    for line in package.requires or []:
        try:
            wanted = Requirement(line)
        except InvalidRequirement:
            continue
        if wanted.marker is None or wanted.marker.evaluate(dict(values)):
            found.add(canonicalize_name(wanted.name))
    return found


def listed_parts(package: Distribution) -> list[dict[str, Any]]:
    """The components that the wheel's own lists of parts (CycloneDX) name, without the package itself."""
    own = canonicalize_name(package.metadata["Name"])
    parts: dict[tuple[str, str], dict[str, Any]] = {}
    for file in sorted(package.files or (), key=str):
        if _LISTS.search(file.as_posix()):
            told = json.loads(Path(str(package.locate_file(file))).read_text("utf-8"))
            for each in told.get("components", ()):
                if canonicalize_name(each["name"]) != own:
                    parts.setdefault((each["name"], each.get("version", "")), each)
    return [parts[key] for key in sorted(parts)]
