"""The recipe for Windows: its lock, what each library needs, the launcher's resources, the installer's script."""

import marshal
import re
import struct
import zipfile
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.packaging.recipes import ROOT, recipes

LOCK = ROOT / "packaging" / "requirements-windows.lock"
NAMES = ("LICENSE.txt", "app/launch.py", "app/station/cli.py", "runtime/python313.dll")
FILES = [PurePosixPath(name) for name in NAMES]


def pins() -> dict[str, Requirement]:
    lines = re.findall(r"^[a-z][^ ]*==[^ ;\\]+(?: ;[^\\]*)?", LOCK.read_text("utf-8"), re.MULTILINE)
    return {found.name: found for found in map(Requirement, lines)}


def test_the_lock_holds_what_windows_needs_and_nothing_of_other_systems() -> None:
    found = pins()
    assert {"pywin32-ctypes", "colorama", "keyring", "hidapi", "pyside6-essentials", "zxing-cpp"} <= set(found)
    others = {"jeepney", "secretstorage", "pyzbar", "backports-tarfile", "zipp", "psycopg"}
    assert not [name for name in found if name in others or name.startswith("pyobjc")]
    assert not [name for name, each in found.items() if each.marker], "markers are settled when it is written"


def test_the_lock_pins_each_file_by_its_hash_and_names_no_address() -> None:
    text = LOCK.read_text("utf-8")
    assert not re.search(r"https?://|--index-url|--find-links", text)
    for block in re.split(r"\n(?=[a-z])", text):
        assert not re.match(r"[a-z]", block) or "--hash=sha256:" in block, block.splitlines()[0]


def test_the_lock_agrees_with_the_one_that_is_tested() -> None:
    tested = (ROOT / "packaging" / "requirements.lock").read_text("utf-8")
    for name, requirement in pins().items():
        assert re.search(rf"^{re.escape(name)}{re.escape(str(requirement.specifier))}( |$)", tested, re.MULTILINE), name


def test_wheels_are_fetched_by_hash_for_windows_alone(tmp_path: Path) -> None:
    with recipes(".", "windows.wheels") as (wheels,):
        words = wheels.download_command(LOCK, tmp_path)
        for word in ("--require-hashes", "--no-deps", "--only-binary=:all:", "win_amd64", "3.13"):
            assert word in words
        assert re.fullmatch("[0-9a-f]{64}", wheels.EMBED[2])
        (tmp_path / "file").write_bytes(b"another")
        with pytest.raises(wheels.BuildError, match="SHA-256"):
            wheels.check(tmp_path / "file", "0" * 64)


@pytest.mark.parametrize(
    ("needed", "missing"),
    [
        (["kernel32.dll", "api-ms-win-crt-runtime-l1-1-0.dll"], []),
        (["libssl-3.dll"], []),  # shipped
        (["msvcr120.dll", "user32.dll"], ["msvcr120.dll"]),
        (["vcruntime140.dll"], ["vcruntime140.dll"]),  # part of no clean Windows
    ],
)
def test_the_gate_knows_what_is_shipped_and_what_windows_has(needed: list[str], missing: list[str]) -> None:
    with recipes(".", "windows.gate") as (gate,):
        found = gate.find_missing([("a.pyd", needed)], frozenset({"libssl-3.dll"}), gate.allowed_libraries())
        assert [each.library for each in found] == missing


def test_no_run_time_of_microsofts_is_taken_for_a_part_of_windows() -> None:
    with recipes(".", "windows.gate") as (gate,):
        allowed = gate.allowed_libraries()
        assert "kernel32.dll" in allowed
        assert not [name for name in allowed if name.startswith(("msvcp", "vcruntime", "msvcr1", "concrt", "ucrtbase"))]


@pytest.mark.parametrize(("path", "goes"), [
    ("runtime/python.exe", True),
    ("runtime/python313.dll", False),
    ("runtime/Lib/site-packages/numpy/tests/test_a.py", True),
    ("runtime/Lib/site-packages/numpy/typing/__init__.py", False),
    ("runtime/Lib/site-packages/cv2/opencv_videoio_ffmpeg500_64.dll", True),
    ("runtime/Lib/site-packages/keyring-25.7.0.dist-info/entry_points.txt", False),  # keyrings are found there
    ("runtime/Lib/site-packages/zxing_cpp-3.1.1.dist-info/METADATA", False),  # engines tell their version from it
    ("runtime/Lib/site-packages/alembic-1.20.1.dist-info/licenses/LICENSE", True),  # all of them lie in one place
    ("app/resources/licences/licences/alembic.txt", False),
    ("app/station/selftest/window.py", False),
    ("app/tests/x.py", False),
])  # fmt: skip
def test_what_is_left_out(path: str, goes: bool) -> None:
    with recipes(".", "windows.trim") as (trim,):
        assert trim.goes(path) is goes


def test_python_keeps_what_programs_need_of_its_own_modules(tmp_path: Path) -> None:
    library = tmp_path / "python313.zip"
    left_out = ("pydoc_data/topics.pyc", "unittest/mock.pyc", "pdb.pyc")
    with zipfile.ZipFile(library, "w") as packed:
        for name in (*left_out, "json/__init__.pyc", "ssl.pyc", "pdbs.pyc"):
            packed.writestr(name, name.encode())
    with recipes(".", "windows.trim") as (trim,):
        trim.thin(library)
        once = library.read_bytes()
        trim.thin(library)
    assert library.read_bytes() == once
    with zipfile.ZipFile(library) as packed:
        assert packed.namelist() == ["json/__init__.pyc", "pdbs.pyc", "ssl.pyc"]
        assert packed.read("ssl.pyc") == b"ssl.pyc"


def test_films_and_network_cameras_can_be_taken_along() -> None:
    with recipes(".", "windows.trim") as (trim,):
        assert not trim.goes("runtime/Lib/site-packages/cv2/opencv_videoio_ffmpeg500_64.dll", video=True)


@pytest.mark.parametrize(
    ("version", "numbers"), [("1.2.3", (1, 2, 3, 0)), ("0.1.0rc2", (0, 1, 0, 0)), ("2026.11", (2026, 11, 0, 0))]
)
def test_windows_gets_four_numbers(version: str, numbers: tuple[int, ...]) -> None:
    with recipes(".", "windows.launcher") as (launcher,):
        assert launcher.numbers(version) == numbers


def test_both_programs_say_what_they_are() -> None:
    with recipes(".", "windows.launcher") as (launcher,):
        for name, (title, _) in launcher.PROGRAMS.items():
            text = launcher.resource_text(name, "1.2.3rc4")
            assert f'"FileDescription", "{title}"' in text
            assert "FILEVERSION 1,2,3,0" in text
            assert '"ProductVersion", "1.2.3rc4"' in text
            assert f'"OriginalFilename", "{name}.exe"' in text
            assert "@" not in text
        manifest = launcher.manifest_text("1.2.3")
        assert 'version="1.2.3.0"' in manifest
        assert "longPathAware" in manifest
        assert "PerMonitorV2" in manifest
        with pytest.raises(launcher.BuildError):
            launcher.numbers("1.70000")


def test_the_icon_holds_every_size_that_windows_asks_for() -> None:
    with recipes(".", "windows.launcher") as (launcher,):
        data = launcher.icon(ROOT / "resources" / "icons" / "app.png")
        kind, count = struct.unpack_from("<HH", data, 2)
        assert (kind, count) == (1, len(launcher.SIZES))
        for number, size in enumerate(launcher.SIZES):
            width, length, offset = struct.unpack_from("<B7xII", data, 6 + 16 * number)
            assert width == size % 256
            begin = data[offset : offset + 8]
            assert begin == b"\x89PNG\r\n\x1a\n" if size == 256 else begin[:4] == struct.pack("<I", 40)
            assert offset + length <= len(data)


def render(nsis: ModuleType, files: list[PurePosixPath]) -> str:
    text = nsis.render(
        Path("/tree"), files, Path("/out/setup.exe"), Path("/icon.ico"), "1.2.3", 2048 * 1000, ["en", "xx"]
    )
    assert isinstance(text, str)
    return text


def test_the_script_removes_just_what_it_installs() -> None:
    with recipes(".", "windows.nsis") as (nsis,):
        text = render(nsis, FILES)
        assert re.findall(r'^  File "/tree/(.+)"$', text, re.MULTILINE) == [str(file) for file in FILES]
        removed = re.findall(r'^  Delete "\$INSTDIR\\(.+)"$', text, re.MULTILINE)
        assert removed == [str(file).replace("/", "\\") for file in FILES] + ["uninstall.exe"]
        folders = re.findall(r'^  RMDir "\$INSTDIR(.*)"$', text, re.MULTILINE)
        assert folders == ["\\app\\station", "\\app", "\\runtime", ""], "the deepest first, and only where empty"
        swept = re.findall(r'RMDir /r "(.+)"', text)
        assert set(swept) == {
            "$INSTDIR\\app\\__pycache__", "$INSTDIR\\app\\station\\__pycache__", "${DATA}",
        }  # fmt: skip


def test_the_script_is_whole_and_for_one_account() -> None:
    with recipes(".", "windows.nsis") as (nsis,):
        text = render(nsis, FILES)
        assert not re.search(r"@[A-Z]+@", text)
        assert "RequestExecutionLevel user" in text
        assert "HKLM" not in text
        assert '"EstimatedSize" 2000' in text
        assert "Target amd64-unicode" in text
        assert text.count("MUI_LANGUAGE") == 1, "no sentences for xx"
        for key in nsis.SENTENCES["en"]:
            assert f"LangString {key} ${{LANG_ENGLISH}}" in text
            assert f"$({key})" in text


def test_nothing_that_opens_a_file_by_itself_is_taken_from_another_program() -> None:
    with recipes(".", "windows.nsis") as (nsis,):
        text = render(nsis, FILES)
        assert '!insertmacro OFFER ".csv" "List"' in text
        assert '!insertmacro OFFER ".png" "Picture"' in text
        assert not re.search(r'WriteRegStr HKCU "\$\{CLASSES\}\\(\.|\$\{ENDING\}")', text)


@pytest.mark.parametrize("name", ['app/a"b.py', "app/$INSTDIR.py", "app/a\nb.py"])
def test_a_name_that_would_change_the_script_stops_the_build(name: str) -> None:
    with recipes(".", "windows.nsis") as (nsis,), pytest.raises(nsis.BuildError):
        render(nsis, [PurePosixPath(name)])


def test_the_copy_for_a_stick_is_the_same_each_time(tmp_path: Path) -> None:
    with recipes(".", "windows.archive") as (archive,):
        for file in FILES:
            (tmp_path / "tree" / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "tree" / file).write_text(str(file), "utf-8")
        for name in ("one.zip", "two.zip"):
            archive.pack(tmp_path / "tree", FILES, tmp_path / name, 1_700_000_000)
        one = (tmp_path / "one.zip").read_bytes()
        assert one == (tmp_path / "two.zip").read_bytes()
        assert b"Claiming Station/portable.txt" in one


def test_a_self_test_is_failed_by_a_step_and_by_none() -> None:
    with recipes("windows", "read_self_test") as (reader,):
        good = [f'{{"step": "{name}", "ok": true}}' for name in reader.NEEDED]
        assert reader.failures(["wine says something", *good]) == []
        bad = '{"step": "window", "ok": false, "detail": "no screen"}'
        assert reader.failures([*good, bad]) == ["window: no screen"]
        assert len(reader.failures([])) == len(reader.NEEDED)


def test_only_byte_code_goes_into_the_zip(tmp_path: Path) -> None:
    made = {"plain/__init__.pyc": True, "plain/sub/a.pyc": True, "mixed/__init__.pyc": False, "mixed/data.toml": False,
            "single.pyc": True, "spoken/no_package.pyc": False, "library.pyd": False}  # fmt: skip
    for name in made:
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_bytes(name.encode())
    with recipes(".", "windows.byte_code") as (byte_code,):
        byte_code.pack(tmp_path / "site", tmp_path / "libraries.zip")
    with zipfile.ZipFile(tmp_path / "libraries.zip") as packed:
        assert packed.namelist() == ["plain/__init__.pyc", "plain/sub/a.pyc", "single.pyc"]
    left = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*") if path.is_file()}
    assert left == {name for name, packed_away in made.items() if not packed_away}


def test_nothing_of_the_station_asks_for_the_algebra_that_windows_lacks() -> None:
    asks = re.compile(r"\blinalg\b|\bnp\.(?:poly\w+|roots|matrix)\b|numpy\.(?:matlib|matrixlib)")
    found = [path.name for path in (ROOT / "station").rglob("*.py") if asks.search(path.read_text("utf-8"))]
    assert not found


def test_modules_lose_their_documentation_and_nothing_else(tmp_path: Path) -> None:
    source = (
        '"""Module."""\nfrom __future__ import annotations\n\n\nclass One:\n    """Class."""\n\n    def two(self):\n'
        '        """Only this."""\n\n\nasync def three():\n    "Async."\n    assert False, "kept"\n\n\n'
        'FOUR = "no documentation"\n"""After a value."""\n\n\ndef five():\n    return f"{FOUR}"\n'
    )
    (tmp_path / "one.py").write_text(source, "utf-8")
    with recipes("windows", "bare_code") as (bare_code,):
        made = bare_code.compile_module(tmp_path / "one.py", "one.py")
        assert made == bare_code.compile_module(tmp_path / "one.py", "one.py")
        kept = bare_code.compile_module(tmp_path / "one.py", "runtime/Lib/site-packages/sqlalchemy/orm/events.py")
    space: dict[str, Any] = {}
    exec(marshal.loads(made[16:]), space)  # noqa: S102, S302 - what was compiled above
    one, three = space["One"], space["three"]
    assert [space.get("__doc__"), one.__doc__, one.two.__doc__, three.__doc__] == [None] * 4
    assert one().two() is None
    assert space["five"]() == "no documentation"
    with pytest.raises(AssertionError, match="kept"):
        three().send(None)
    documented: dict[str, Any] = {}
    exec(marshal.loads(kept[16:]), documented)  # noqa: S102, S302
    assert documented["__doc__"] == "Module."
