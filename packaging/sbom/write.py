"""Writes what is shipped: a CycloneDX list of all parts, and the texts of their licences.

    python packaging/sbom/write.py --output FOLDER [--platform linux|windows] [--lock FILE] [--python 3.13]
                                   [--packages FOLDER …] [--tree FOLDER]

FOLDER gets ``sbom.cdx.json`` (CycloneDX 1.6), ``licences.json`` (a list of {name, version, licence, text_file,
replace}), ``licences/*.txt`` and ``build.json`` (the commit and the day that the program is built from); what lay there
before is replaced. ``--packages`` are folders with the installed packages, this environment's own by default;
``--tree`` is the built program, whose libraries are then listed instead of all that the packages hold. The same input
gives the same bytes. Nothing is fetched.

Exit status 1: a package is not there in the locked version, or a part stands in no table (``parts.toml``).
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from locked import Locked, marker_values, read_lock
from metadata import find_packages, licence_of, licence_texts, listed_parts, needs_of
from native import Part, UnknownPartError, built_in_parts, libraries_in, libraries_of, name_parts
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAME = "claiming-station"


class NotListedError(Exception):
    """Something that is shipped cannot be listed; the text says what and why."""


@dataclass
class Entry:
    """One part as both lists name it; ``text`` is all that its licences say."""

    ref: str
    name: str
    version: str
    licence: str
    text: str
    purl: str = ""
    replace: str = ""
    hashes: tuple[str, ...] = ()
    properties: list[tuple[str, str]] = field(default_factory=list)
    needs: set[str] = field(default_factory=set)
    kind: str = "library"
    scope: str = "required"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--platform", choices=("linux", "windows"), default="linux")
    parser.add_argument("--lock", type=Path)
    parser.add_argument("--python", default=f"{sys.version_info[0]}.{sys.version_info[1]}")
    parser.add_argument("--packages", type=Path, action="append")
    parser.add_argument("--tree", type=Path)
    asked = parser.parse_args()
    folders = asked.packages or [Path(sysconfig.get_path("purelib"))]
    try:
        lock = asked.lock or default_lock(asked.platform)
        entries = list_parts(read_lock(lock, asked.platform, asked.python), asked.platform, asked.python, folders,
                             asked.tree)
    except (NotListedError, UnknownPartError, ValueError) as error:
        sys.stderr.write(f"sbom: {error}\n")
        return 1
    write(entries, asked.output)
    _write_json(asked.output / "build.json", {"commit": _commit(), "date": _epoch()[:10]})
    return 0


def _commit() -> str:
    """The commit that is built from; empty where there is no git."""
    try:
        done = subprocess.run(["git", "-c", "safe.directory=*", "rev-parse", "--short=12", "HEAD"], cwd=ROOT,
                              capture_output=True, text=True, check=False)  # fmt: skip
    except OSError:
        return ""
    return done.stdout.strip()


def _epoch() -> str:
    """SOURCE_DATE_EPOCH in words, or an empty text."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    return f"{datetime.fromtimestamp(int(told), UTC):%Y-%m-%dT%H:%M:%SZ}" if told else ""


def default_lock(platform: str) -> Path:
    own = ROOT / "packaging" / f"requirements-{platform}.lock"
    return own if own.exists() else ROOT / "packaging" / "requirements.lock"


def list_parts(
    lock: list[Locked], platform: str, python: str, folders: list[Path], tree: Path | None
) -> list[Entry]:
    """Every part that is shipped: the program first, then packages, then what they bring along."""
    table = tomllib.loads((HERE / "parts.toml").read_text("utf-8"))
    packages = _check_packages(lock, find_packages(folders))
    texts = Texts(packages)
    values = marker_values(platform, python)
    wanted = {each.name for each in lock}
    entries = [_package_entry(each, packages[each.name], table, texts) for each in lock]
    for entry in entries:
        entry.needs = {f"package:{name}" for name in needs_of(packages[entry.name], values) & wanted}
    inside = {name: _listed(name, package) for name, package in packages.items()}
    told = {(name, part["name"]): _plain(part.get("version", "")) for name, package in packages.items()
            for part in listed_parts(package)}
    versions = {each.name: each.version for each in lock} | {"python": _python_version(python, platform)}
    libraries = libraries_in(tree) if tree is not None else libraries_of(packages.values())
    own = name_parts(libraries, table["library"], versions, told)
    natives = [*own, *built_in_parts(table["built_in"], packages, platform, versions)]
    if not any(part.name == "CPython" for part in natives):
        row = next(row for row in table["library"] if row["name"] == "CPython")
        natives.append(Part("CPython", versions["python"], row["licence"], texts=row["texts"]))
    by_ref = {entry.ref: entry for entry in entries}
    for part in natives:
        entry = _native_entry(part, texts)
        entries.append(entry)
        by_ref.get(f"package:{part.inside}", entry).needs |= {entry.ref} if part.inside else set()
    for name, listed in inside.items():
        entries += listed
        by_ref[f"package:{name}"].needs |= {entry.ref for entry in listed}
    return [_program(entries, values), *entries]


class Texts:
    """Licence texts, of the table's files and of the packages."""

    def __init__(self, packages: dict[str, Distribution]) -> None:
        self._packages = packages

    def of(self, names: list[str]) -> str:
        """The texts one below the other, each under its name. Raises ``NotListedError`` for one that is not there."""
        return "\n".join(f"==== {name}\n\n{self._one(name).strip()}\n" for name in names)

    def of_package(self, package: Distribution) -> str:
        return "\n".join(f"==== {name}\n\n{text.strip()}\n" for name, text in licence_texts(package).items())

    def _one(self, name: str) -> str:
        owner, colon, file = name.partition(":")
        if not colon:
            return (HERE / "texts" / name).read_text("utf-8")
        package = self._packages.get(owner)
        found = licence_texts(package) if package is not None else {}
        if file not in found:
            raise NotListedError(f"{owner} brings no licence text {file}")
        return found[file]


def _check_packages(lock: list[Locked], found: dict[str, Distribution]) -> dict[str, Distribution]:
    wrong = [
        f"{each.name} {each.version} (there is {found[each.name].version if each.name in found else 'none'})"
        for each in lock if each.name not in found or found[each.name].version != each.version
    ]
    if wrong:
        raise NotListedError(f"not installed as locked: {', '.join(wrong)}")
    return {each.name: found[each.name] for each in lock}


def _package_entry(locked: Locked, package: Distribution, table: dict[str, Any], texts: Texts) -> Entry:
    row = table["package"].get(locked.name, {})
    licence = row.get("licence") or licence_of(package, table["licence_names"])
    text = texts.of(row["texts"]) if "texts" in row else texts.of_package(package)
    if not licence or not text:
        raise NotListedError(f"{locked.name} says no licence, or brings no text of it: add it to parts.toml")
    return Entry(
        f"package:{locked.name}", locked.name, locked.version, licence, text,
        f"pkg:pypi/{locked.name}@{locked.version}", row.get("replace", ""), locked.hashes,
    )


def _native_entry(part: Part, texts: Texts) -> Entry:
    text = part.copyright or texts.of(part.texts)
    ref = f"native:{part.inside or part.folder or 'shipped'}:{part.name}"
    properties = [("file", name) for name in part.files]
    if part.inside:
        properties.append(("inside", part.inside))
    purl = part.purl or f"pkg:generic/{_slug(part.name)}" + (f"@{part.version}" if part.version else "")
    return Entry(ref, part.name, part.version, part.licence, text, purl, part.replace, (), properties,
                 scope="excluded" if part.external else "required")


def _listed(name: str, package: Distribution) -> list[Entry]:
    """What the wheel itself lists as compiled in, with a licence; the others stand in the table."""
    found = []
    for part in listed_parts(package):
        told = part.get("licenses", ())
        licences = [each.get("expression") or each.get("license", {}).get("id", "") for each in told]
        if any(licences):
            hashes = tuple(each["content"] for each in part.get("hashes", ()) if each["alg"] == "SHA-256")
            version, purl = part.get("version", ""), re.sub(r"\?download_url=file:.*", "", part.get("purl", ""))
            found.append(Entry(f"listed:{name}:{part['name']}@{version}", part["name"], version,
                               " AND ".join(filter(None, licences)), "", purl, "", hashes, [("inside", name)]))
    return found


def _program(entries: list[Entry], values: dict[str, str]) -> Entry:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    direct = {f"package:{canonicalize_name(each.name)}" for each in wanted
              if each.marker is None or each.marker.evaluate(values)}
    of_others = {ref for entry in entries for ref in entry.needs}
    on_its_own = {entry.ref for entry in entries if entry.ref.startswith("native:")} - of_others
    needs = {entry.ref for entry in entries if entry.ref in direct or entry.ref in on_its_own}
    text = (ROOT / "LICENSE").read_text("utf-8")
    return Entry("program", NAME, project["version"], project["license"], text,
                 f"pkg:generic/{NAME}@{project['version']}", needs=needs, kind="application")


def _python_version(python: str, platform: str) -> str:
    own = ".".join(map(str, sys.version_info[:3]))
    return own if platform == "linux" and own.startswith(f"{python}.") else python


def _plain(version: str) -> str:
    """A distribution's version without what the distribution added to it."""
    return re.sub(r"-[^-]*$", "", version)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-")


def write(entries: list[Entry], output: Path) -> None:
    """Both lists and the texts; parts with the same text share one file."""
    licences = output / "licences"
    shutil.rmtree(licences, ignore_errors=True)
    licences.mkdir(parents=True)
    listing, written = [], dict[str, str]()
    for entry in entries:
        if not entry.text:
            continue  # compiled in: told in the list of parts, with the package that it is compiled into
        file = f"{_slug(entry.name)}{'-' + _slug(entry.version) if entry.version else ''}.txt"
        if (licences / file).exists() and entry.text not in written:
            file = f"{_slug(entry.ref)}.txt"
        file = written.setdefault(entry.text, file)
        (licences / file).write_bytes(entry.text.encode("utf-8"))
        listing.append({"name": entry.name, "version": entry.version, "licence": entry.licence,
                        "text_file": f"licences/{file}", "replace": entry.replace})
    _write_json(output / "licences.json", listing)
    _write_json(output / "sbom.cdx.json", bill_of(entries))


def bill_of(entries: list[Entry]) -> dict[str, Any]:
    """The list as CycloneDX 1.6. Its serial number comes from what it says; its time from SOURCE_DATE_EPOCH."""
    program, *rest = entries
    metadata: dict[str, Any] = {"component": _component(program)}
    if _epoch():
        metadata = {"timestamp": _epoch(), **metadata}
    body = {
        "version": 1,
        "metadata": metadata,
        "components": [_component(each) for each in rest],
        "dependencies": [{"ref": each.ref, "dependsOn": sorted(each.needs)} for each in entries],
    }
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"{NAME}:{digest}")
    return {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX",
            "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", **body}


def _component(entry: Entry) -> dict[str, Any]:
    made: dict[str, Any] = {"type": entry.kind, "bom-ref": entry.ref, "name": entry.name}
    if entry.version:
        made["version"] = entry.version
    if entry.kind == "library":
        made["scope"] = entry.scope
    if entry.hashes:
        made["hashes"] = [{"alg": "SHA-256", "content": each} for each in entry.hashes]
    known = re.fullmatch(r"[A-Za-z0-9.+()-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+()-]+)*", entry.licence)
    made["licenses"] = [{"expression": entry.licence}] if known else [{"license": {"name": entry.licence}}]
    if entry.purl:
        made["purl"] = entry.purl
    told = [*entry.properties, *([("replace", entry.replace)] if entry.replace else [])]
    if told:
        made["properties"] = [{"name": f"{NAME}:{name}", "value": value} for name, value in told]
    return made


def _write_json(path: Path, value: object) -> None:
    path.write_bytes(json.dumps(value, indent=1, ensure_ascii=False).encode("utf-8") + b"\n")


if __name__ == "__main__":
    sys.exit(main())
