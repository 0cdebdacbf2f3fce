"""Finds the native libraries of what is shipped and says which part each one is, by the table that is kept by hand."""

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

_LIBRARY = re.compile(r"\.(?:dll|pyd)$|\.so(?:\.[\w.]+)?$")
_VENDORED = re.compile(r"(?:^|/)([\w.]+)\.libs/")
_EXTENSION = re.compile(r"\.pyd$|\.(?:cpython-\d+\w*[\w-]*|abi3)\.so$|(?:^|/)lib-dynload/")


class UnknownPartError(Exception):
    """Libraries that are shipped and stand in no table; the text names them."""


@dataclass
class Part:
    """A native part: ``files`` are paths below where it was found, ``inside`` the package that it is compiled into, and
    ``folder`` where its files lie: two packages may bring two versions of one library."""

    name: str
    version: str
    licence: str
    inside: str = ""
    folder: str = ""
    replace: str = ""
    purl: str = ""
    texts: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    copyright: str = ""
    external: bool = False


def libraries_in(tree: Path) -> dict[str, Path]:
    """The native libraries of a built program, by their paths in it; of links only what they point to."""
    return {
        each.relative_to(tree).as_posix(): each for each in sorted(tree.rglob("*"))
        if _LIBRARY.search(each.name) and each.is_file() and not each.is_symlink()
    }


def libraries_of(packages: Iterable[Distribution]) -> dict[str, Path]:
    """The native libraries of installed packages."""
    found = {}
    for package in packages:
        for file in package.files or ():
            if _LIBRARY.search(file.name):
                path = Path(str(package.locate_file(file)))
                if path.is_file() and not path.is_symlink():
                    found[file.as_posix()] = path
    return dict(sorted(found.items()))


def name_parts(
    libraries: Mapping[str, Path], table: list[dict[str, Any]], versions: Mapping[str, str],
    told: Mapping[tuple[str, str], str],
) -> list[Part]:
    """The parts with files of their own. ``versions`` are those of the packages, ``told`` what the wheels' own lists
    tell: by package and part. Raises ``UnknownPartError``."""
    parts: dict[tuple[str, str], Part] = {}
    unknown = []
    for name, path in libraries.items():
        if _EXTENSION.search(name):
            continue  # a package's own
        row = next((each for each in table if _fits(each, name)), None)
        part = _of_distribution(path) if row is None else _of_table(row, name, path, versions, told)
        if part is None:
            unknown.append(name)
            continue
        known = parts.setdefault((part.name, part.folder), part)
        known.version = max(known.version, part.version, key=len)  # not every file of a part says it, or all of it
        known.files.append(name)
    if unknown:
        raise UnknownPartError(f"no table says what these are: {', '.join(unknown)}")
    return [parts[key] for key in sorted(parts)]


def built_in_parts(
    table: list[dict[str, Any]], packages: Mapping[str, Distribution], platform: str, versions: Mapping[str, str]
) -> Iterator[Part]:
    """The parts that stand inside packages' own files."""
    for row in table:
        package = packages.get(row["inside"])
        if package is None or row.get("on", platform) != platform:
            continue
        file = next((each for each in package.files or () if re.fullmatch(row.get("file", "$^"), each.name)), None)
        path = Path(str(package.locate_file(file))) if file is not None else None
        version = _version(row.get("version", {}), path if path is not None and path.is_file() else None, versions, "")
        yield Part(
            row["name"], version, row["licence"], row["inside"], replace=row.get("replace", ""), texts=row["texts"],
            external=row.get("external", False),
        )


def _fits(row: Mapping[str, Any], name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return re.fullmatch(row["files"], file) is not None and re.search(row.get("under", ""), f"{folder}/") is not None


def _of_table(
    row: Mapping[str, Any], name: str, path: Path, versions: Mapping[str, str], told: Mapping[tuple[str, str], str]
) -> Part:
    owner = _VENDORED.search(name)
    folder = canonicalize_name(owner[1]) if owner else "pyside6" if "PySide6/" in name else ""
    version = _version(row["version"], path, versions, told.get((folder, row["version"].get("told", "")), ""))
    return Part(row["name"], version, row["licence"], folder=folder, replace=row.get("replace", ""), texts=row["texts"])


def _version(ways: Mapping[str, str], path: Path | None, versions: Mapping[str, str], told: str) -> str:
    """The version by the first way that gives one, else an empty text."""
    if path is not None and "in_text" in ways and (found := re.search(ways["in_text"].encode(), path.read_bytes())):
        return found[1].decode("ascii")
    if told:
        return told
    if path is not None and "in_name" in ways and (named := re.search(ways["in_name"], path.name)):
        return next(group for group in named.groups() if group)
    return versions.get(ways.get("of", ""), "")


def _of_distribution(path: Path) -> Part | None:
    """A library of the build machine's Debian, as its package manager knows it; None where it knows nothing."""
    owner = _ask("dpkg-query", "-S", f"*/{path.name}")
    names = sorted({line.partition(": ")[0] for line in owner.splitlines() if line.endswith(f"/{path.name}")})
    if not names:
        return None
    told = _ask("dpkg-query", "-W", "-f", "${Package}\t${Version}\t${Architecture}", names[0]).split("\t")
    if len(told) != 3:
        return None
    package, version, architecture = told
    copyright_ = Path("/usr/share/doc") / package / "copyright"
    text = copyright_.read_text("utf-8", "replace") if copyright_.is_file() else ""
    licences = sorted(set(re.findall(r"^License: ?(\S.*?)\s*$", text, re.M)))
    purl = f"pkg:deb/{_system()}/{package}@{version}?arch={architecture}".replace("+", "%2B").replace(":", "%3A")
    purl = purl.replace("pkg%3A", "pkg:", 1)
    return Part(package, version, ", ".join(licences) or "see its text", purl=purl, copyright=text)


def _system() -> str:
    release = Path("/etc/os-release")
    found = re.search(r'^ID="?([\w.-]+)', release.read_text("utf-8"), re.M) if release.is_file() else None
    return found[1] if found else "debian"


def _ask(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except FileNotFoundError:
        return ""
    return done.stdout
