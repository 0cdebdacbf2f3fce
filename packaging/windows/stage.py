"""Lays the program out as it will lie on a desk: launchers on top, the station in app, Python in runtime."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import blas, launcher
from .byte_code import LIBRARIES, compile_tree
from .trim import SITE, trim
from .wheels import PYTHON, unpack, unpack_python

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "packaging" / "requirements-windows.lock"
PARTS = ROOT / "packaging" / "sbom" / "write.py"
LICENCES = Path("app", "resources", "licences")
PATHS = ("python313.zip", LIBRARIES, ".", r"Lib\site-packages", r"..\app")
"""Where the runtime looks for modules, and nowhere else."""
NOT_SHIPPED = frozenset({"__pycache__", "screenshots"})
PORTABLE = (
    "While this file lies beside station.exe, the station keeps its data, settings and logs in the folder \"data\"\r\n"
    "here, not in the account's own folder. Secrets are in this computer's credential store all the same.\r\n"
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a tree is made of: a zip of Python for embedding, the libraries' wheels, and a Python that compiles."""

    python: Path
    wheels: list[Path]
    compiler: Path | None


def stage(tree: Path, pieces: Pieces, version: str, video: bool, epoch: int) -> Path:
    """A fresh tree in ``tree``, every file's time set to ``epoch`` (seconds)."""
    shutil.rmtree(tree, ignore_errors=True)
    unpack_python(pieces.python, tree / "runtime")
    (tree / "runtime" / "python313._pth").write_text("\n".join(PATHS) + "\n", "utf-8")
    for wheel in pieces.wheels:
        unpack(wheel, tree / SITE)
    _copy_station(tree / "app")
    trim(tree, video)
    blas.replace(tree)
    launcher.build(tree, tree.parent / "launcher", version, ROOT / "resources" / "icons" / "app.png")
    (tree / "LICENSE.txt").write_bytes((ROOT / "LICENSE").read_bytes().replace(b"\r\n", b"\n"))
    _add_licences(tree, pieces.wheels, epoch)
    if pieces.compiler:
        compile_tree(tree, pieces.compiler)
    for path in tree.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (epoch, epoch))
    return tree


def _copy_station(app: Path) -> None:
    for name in ("station", "resources"):
        shutil.copytree(ROOT / name, app / name, ignore=lambda _folder, names: NOT_SHIPPED.intersection(names))
    shutil.copyfile(Path(__file__).with_name("launch.py"), app / "launch.py")


def _add_licences(tree: Path, wheels: list[Path], epoch: int) -> None:
    """Write what the program is made of, and under which licences, to where *About* reads it."""
    facts = tree.parent / "facts"
    shutil.rmtree(facts, ignore_errors=True)
    for wheel in wheels:
        unpack(wheel, facts, only=".dist-info")
    done = subprocess.run(
        [sys.executable, str(PARTS), "--platform", "windows", "--python", PYTHON, "--lock", str(LOCK),
         "--packages", str(facts), "--tree", str(tree), "--output", str(tree / LICENCES)],
        cwd=ROOT, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise launcher.BuildError(f"the list of parts could not be written: {done.stderr.strip()[-2000:]}")


def find_compiler(wanted: str) -> Path | None:
    """A Python that writes the shipped one's byte code, which only one of its own line can; None: there is none."""
    for candidate in (wanted, sys.executable, f"python{PYTHON}"):
        found = shutil.which(candidate) if candidate else None
        if found and _version_of(found) == PYTHON:
            return Path(found)
    return None


def _version_of(program: str) -> str:
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([program, "-c", ask], capture_output=True, text=True, check=False).stdout.strip()


def size(tree: Path) -> int:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in tree.rglob("*") if path.is_file())
