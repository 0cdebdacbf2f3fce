"""The list of all parts and their licences: complete, true to the lock file, the same each time, nothing unknown."""

import json
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WRITE = ROOT / "packaging" / "sbom" / "write.py"
SITE = Path(sysconfig.get_path("purelib"))
SPDX = re.compile(r"[A-Za-z0-9.+()-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+()-]+)*")


@dataclass(frozen=True)
class Written:
    folder: Path
    bill: dict[str, Any]
    licences: list[dict[str, str]]

    def component(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(each for each in self.bill["components"] if each["name"] == name)
        return found


def write(folder: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(WRITE), "--output", str(folder), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def read(folder: Path) -> Written:
    bill = json.loads((folder / "sbom.cdx.json").read_text("utf-8"))
    return Written(folder, bill, json.loads((folder / "licences.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def linux(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Of this environment, as a Linux build lists it."""
    if not sys.platform.startswith("linux"):
        pytest.skip("this environment holds another platform's packages")
    folder = tmp_path_factory.mktemp("sbom")
    done = write(folder)
    assert (done.returncode, done.stderr) == (0, "")
    return read(folder)


def test_it_has_the_shape_of_cyclonedx_1_6(linux: Written) -> None:
    bill = linux.bill
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    root, parts = bill["metadata"]["component"], bill["components"]
    assert (root["type"], root["name"]) == ("application", "claiming-station")
    refs = [each["bom-ref"] for each in (root, *parts)]
    assert len(refs) == len(set(refs))
    for each in parts:
        assert (each["type"], bool(each["name"])) == ("library", True)
        assert re.match(r"pkg:[a-z]+/\S+$", each["purl"])
        (licence,) = each["licenses"]
        assert SPDX.fullmatch(licence["expression"]) if "expression" in licence else licence["license"]["name"]
        assert all(re.fullmatch(r"[0-9a-f]{64}", sum_["content"]) for sum_ in each.get("hashes", ()))
    needs = {each["ref"]: each["dependsOn"] for each in bill["dependencies"]}
    assert sorted(needs) == sorted(refs)
    assert {ref for all_ in needs.values() for ref in all_} <= set(refs)
    reached, waiting = set[str](), ["program"]
    while waiting:
        ref = waiting.pop()
        reached.add(ref)
        waiting += [each for each in needs[ref] if each not in reached]
    assert set(refs) - reached == set()  # nothing is shipped for no reason


def test_every_locked_package_is_listed_with_its_sums(linux: Written) -> None:
    lock = (ROOT / "packaging" / "requirements.lock").read_text("utf-8")
    for name in ("httpx", "pyside6-essentials", "secretstorage"):
        block = next(each for each in re.split(r"\n(?=\S)", lock) if each.startswith(f"{name}=="))
        part = linux.component(name)
        assert part["version"] == block.split("==")[1].split()[0]
        assert {each["content"] for each in part["hashes"]} == set(re.findall(r"sha256:([0-9a-f]{64})", block))
        assert part["purl"] == f"pkg:pypi/{name}@{part['version']}"
    assert not [each for each in linux.bill["components"] if each["name"] in ("pywin32-ctypes", "pyobjc-core")]


def test_the_libraries_inside_the_wheels_are_listed_with_their_versions(linux: Written) -> None:
    for name, wanted in (
        ("Qt", r"6\.\d+\.\d+"), ("ICU", r"\d\d\.\d"), ("FFmpeg libavcodec", r"\d+\.\d+\.\d+"),
        ("libvpx", r"1\.\d+\.\d+"),
        ("OpenBLAS of NumPy", r"0\.3\.\d+"), ("OpenSSL", r"\d\.\d+\.\d+"), ("libusb", r"1\.0\.\d+"),
        ("hidapi", r"0\.\d+\.\d+"), ("CPython", re.escape(sys.version.split()[0])),
    ):
        assert re.fullmatch(wanted, linux.component(name)["version"]), name


def test_every_part_of_the_list_has_its_text(linux: Written) -> None:
    files = {each["text_file"] for each in linux.licences}
    assert files == {f"licences/{each.name}" for each in (linux.folder / "licences").iterdir()}
    for each in linux.licences:
        assert each.keys() == {"name", "version", "licence", "text_file", "replace"}
        assert len((linux.folder / each["text_file"]).read_text("utf-8")) > 200, each["name"]
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (linux.folder / by_name(linux, "Qt")["text_file"]).read_text("utf-8")


def test_what_stands_under_the_lgpl_says_how_it_is_replaced(linux: Written) -> None:
    free = [each for each in linux.licences if "LGPL" in each["licence"]]
    assert len(free) > 8
    assert [each["name"] for each in free if not each["replace"]] == []


def by_name(written: Written, name: str) -> dict[str, str]:
    return next(each for each in written.licences if each["name"] == name)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A program as it is built, with few files."""
    folder = tmp_path / "tree"
    for name, text in (
        ("PySide6/Qt6Core.dll", b""), ("PySide6/avcodec-61.dll", b""), ("python3/sqlite3.dll", b"\x003.45.3\x00"),
        ("python3/python313.dll", b"3.13.2 (tags/v3.13.2:4f8bb39, Feb"), ("numpy/core/own.pyd", b""),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)
    return folder


def put_lock(path: Path, *more: tuple[str, str, str]) -> Path:
    """A lock file of a few packages, each for one platform only where it says so."""
    pins = [(name, version(name), "") for name in ("typing-extensions", "pyside6-essentials")]
    path.write_text("".join(
        f"{name}=={pinned}{f' ; sys_platform == {on!r}' if on else ''} \\\n    --hash=sha256:{'0' * 64}\n"
        for name, pinned, on in (*pins, *more)
    ))
    return path


def test_a_built_program_is_listed_by_what_lies_in_it(tree: Path, tmp_path: Path) -> None:
    lock = str(put_lock(tmp_path / "own.lock"))
    times = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        done = write(folder, "--lock", lock, "--tree", str(tree))
        assert (done.returncode, done.stderr) == (0, "")
        times.append({each.relative_to(folder): each.read_bytes() for each in folder.rglob("*") if each.is_file()})
    assert times[0] == times[1]
    own = {each["name"]: each.get("version") for each in read(tmp_path / "one").bill["components"]}
    assert own == {
        "typing-extensions": version("typing-extensions"), "pyside6-essentials": version("pyside6-essentials"),
        "SQLite": "3.45.3", "CPython": "3.13.2", "FFmpeg libavcodec": "61", "Qt": version("pyside6-essentials"),
    }


def test_a_library_that_nobody_has_looked_at_stops_it(tree: Path, tmp_path: Path) -> None:
    (tree / "strange-9.dll").write_bytes(b"")
    done = write(tmp_path / "out", "--lock", str(put_lock(tmp_path / "own.lock")), "--tree", str(tree))
    assert (done.returncode, "strange-9.dll" in done.stderr) == (1, True)
    assert not (tmp_path / "out" / "sbom.cdx.json").exists()


def test_windows_gets_its_own_packages(tree: Path, tmp_path: Path) -> None:
    """What only Windows gets lies in a folder of its own, as a wheel is unpacked; the rest is this environment's."""
    lock = put_lock(tmp_path / "own.lock", ("colorama", "0.4.6", "win32"), ("jeepney", "0.9.0", "linux"))
    asked = ("--platform", "windows", "--lock", str(lock), "--tree", str(tree), "--python", "3.13")
    refused = write(tmp_path / "out", *asked)
    assert (refused.returncode, "colorama 0.4.6" in refused.stderr) == (1, True)
    own = tmp_path / "packages"
    info = own / "colorama-0.4.6.dist-info"
    (info / "licenses").mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: colorama\nVersion: 0.4.6\n"
                                   "Classifier: License :: OSI Approved :: BSD License\n")
    (info / "licenses" / "LICENSE.txt").write_text("Copyright\n")
    (info / "RECORD").write_text("colorama-0.4.6.dist-info/licenses/LICENSE.txt,,\n")
    done = write(tmp_path / "out", *asked, "--packages", str(own), "--packages", str(SITE))
    assert (done.returncode, done.stderr) == (0, "")
    written = read(tmp_path / "out")
    assert by_name(written, "colorama")["licence"] == "BSD-3-Clause"
    assert "jeepney" not in {each["name"] for each in written.bill["components"]}
