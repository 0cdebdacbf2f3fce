"""The guest's own file system: this Python, the libraries that the desk needs, and the station; nothing is shared, so
that a guest can be put aside as it is and taken up again."""

import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from station.desk.witness import Witness
from tests.guest.kernel import Kernel, tool

PROJECT = Path(__file__).parents[2]
MEGABYTES = 400
_LEAVE_OUT = shutil.ignore_patterns("test", "idlelib", "lib2to3", "ensurepip", "turtledemo", "tkinter", "dist-packages")
_ASK = """
import sys, json, logging
from tests.power import inside
logging.disable(logging.CRITICAL)
inside.warm_up()
places = [place for place in sys.path if place.endswith("-packages")]
found = {}
for module in list(sys.modules.values()):
    path = getattr(module, "__file__", None) or ""
    for place in places:
        if path.startswith(place + "/"):
            found[place + "/" + path[len(place) + 1:].split("/")[0]] = True
print(json.dumps(list(found)))
"""
"""Which packages the guest's program has loaded once it is ready."""


def make_root(folder: Path, kernel: Kernel) -> Path:
    """An ext4 image with all of it. Raises ``MissingError`` where a tool is not here."""
    stage, image = folder / "root", folder / "root.img"
    for name in ("proc", "sys", "dev", "data", "tmp", "run", "etc", "bin"):
        (stage / name).mkdir(parents=True)
    (stage / "tmp").chmod(0o777)
    python = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
    standard = Path(sysconfig.get_path("stdlib"))
    _copy([python, standard], stage)
    for path in _packages():
        _put(path, stage / "site" / path.name)
    for name in ("station", "resources/translations", "tests/power", "tests/guest"):
        _put(PROJECT / name, stage / "project" / name)
    for name in ("tests/desk/bench.py", "pyproject.toml"):
        _put(PROJECT / name, stage / "project" / name)
    _put(kernel.busybox, stage / "bin" / "busybox")
    _copy(_libraries(stage), stage)
    (stage / "etc" / "hosts").write_text("10.0.2.2 localhost\n", "ascii")
    (stage / "etc" / "machine-id").write_text(f"{machine_id()}\n", "ascii")
    with image.open("wb") as file:
        file.truncate(MEGABYTES << 20)
    subprocess.run(
        [tool("mke2fs", "e2fsprogs"), "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-d", str(stage), str(image)],
        check=True, stdin=subprocess.DEVNULL, timeout=120,
    )
    shutil.rmtree(stage)
    return image


def machine_id() -> str:
    """This computer's, so that the disk is not taken for a copy when it is looked at here."""
    return Witness(None)._machine


def python_inside() -> str:
    return str(Path(sys._base_executable).resolve())  # type: ignore[attr-defined]


def _packages() -> list[Path]:
    done = subprocess.run(
        [sys.executable, "-c", _ASK], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120
    )
    return [Path(name) for name in json.loads(done.stdout)]


def _libraries(stage: Path) -> list[Path]:
    """The shared libraries that anything staged asks for, and the loader."""
    asking = [path for path in stage.rglob("*") if path.is_file() and _is_program(path)]
    done = subprocess.run(["ldd", *map(str, asking)], capture_output=True, text=True, check=False, timeout=60)
    words = (word for line in done.stdout.splitlines() if line.startswith("\t") for word in line.split())
    return sorted({Path(word) for word in words if word.startswith("/") and Path(word).exists()})


def _is_program(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _copy(paths: Iterable[Path], stage: Path) -> None:
    """Under the names that they have here."""
    for path in paths:
        _put(path, stage / path.relative_to("/"))


def _put(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, place, ignore=_LEAVE_OUT, dirs_exist_ok=True)
    elif not place.exists():
        shutil.copy2(path, place)  # its date too: what was compiled from it is then not compiled again
