"""Compiles the tree's Python ahead, for a first start as quick as the second, and packs the libraries' into a zip."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

from .launcher import BuildError
from .trim import SITE

LIBRARIES = "libraries.zip"
"""Beside the standard library's own zip: one file instead of two thousand that a virus scanner would look at."""
READ_AS_FILES = frozenset({"cv2"})
"""Packages that open their own source files."""
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def compile_tree(tree: Path, compiler: Path) -> None:
    """Byte code beside the station's modules and in place of the libraries'; it never asks for the source's time."""
    _run(compiler, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", tree, tree / "app")
    _run(compiler, Path(__file__).with_name("bare_code.py"), tree, tree / SITE)
    for code in sorted((tree / SITE).rglob("*.pyc")):
        if code.relative_to(tree / SITE).parts[0] in READ_AS_FILES:
            code.unlink()
        else:
            code.with_suffix(".py").unlink()
    pack(tree / SITE, tree / "runtime" / LIBRARIES)


def _run(compiler: Path, *words: str | Path) -> None:
    done = subprocess.run(
        [str(compiler), "-W", "ignore", *map(str, words)], env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BuildError(f"the modules could not be compiled ahead: {(done.stdout + done.stderr).strip()[-2000:]}")


def is_pure(part: Path) -> bool:
    """Whether a library's module or package is byte code (and licence) alone, and so can be read out of a zip."""
    if part.is_file():
        return part.suffix == ".pyc"
    if not (part / "__init__.pyc").is_file():
        return False
    return all(path.suffix == ".pyc" or path.stem == "LICENSE" for path in part.rglob("*") if path.is_file())


def pack(libraries: Path, into: Path) -> None:
    """Move what is byte code alone from the folder of libraries into one zip, the same bytes for the same content."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for part in sorted(libraries.iterdir()):
            if not is_pure(part):
                continue
            for path in [part] if part.is_file() else sorted(each for each in part.rglob("*") if each.is_file()):
                info = zipfile.ZipInfo(path.relative_to(libraries).as_posix(), _EARLIEST)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                info.create_system = 3  # else the host's own would stand there
                packed.writestr(info, path.read_bytes(), compresslevel=9)
            part.unlink() if part.is_file() else shutil.rmtree(part)
