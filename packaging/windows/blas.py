"""Puts a small BLAS of our own in the place of numpy's OpenBLAS, and takes numpy's linear algebra out with it."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from .imports import find_functions
from .launcher import COMPILERS, BuildError, find_tool
from .trim import SITE

SOURCES = Path(__file__).parent / "blas"
NUMPY = Path(SITE, "numpy")
CORE = "_core/_multiarray_umath.*.pyd"
ALGEBRA = ("linalg/_umath_linalg.*.pyd", "linalg/lapack_lite.*.pyd")
"""What asks for LAPACK, which is the larger part of OpenBLAS. Nothing of the station's does: a test looks."""


def replace(tree: Path) -> None:
    """Take OpenBLAS out of a staged tree and compile ours under its name. BuildError where numpy wants another."""
    folder = tree / SITE / "numpy.libs"
    old = sorted(folder.glob("libscipy_openblas64_-*.dll"))
    core = sorted((tree / NUMPY).glob(CORE))
    asked = find_functions(core[0].read_bytes(), old[0].name) if len(old) == len(core) == 1 else frozenset[str]()
    if not asked:
        raise BuildError("numpy no longer asks for its OpenBLAS by one name: look at packaging/windows/blas.py")
    for pattern in ALGEBRA:
        for path in (tree / NUMPY).glob(pattern):
            path.unlink()
    stand_in = tree / NUMPY / "linalg" / "_umath_linalg.py"
    stand_in.write_bytes((SOURCES / "no_algebra.py").read_bytes().replace(b"\r\n", b"\n"))
    compile_into(old[0], asked, tree.parent / "blas")


def compile_into(library: Path, functions: Iterable[str], work: Path) -> None:
    """Compile ``blas.c`` into a library for Windows that has these functions; the same bytes each time. BuildError
    where one of them is none of its own. ``work`` takes what lies between."""
    work.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SOURCES / "blas.c", work / "blas.c")
    (work / "blas.def").write_text("\n".join(["EXPORTS", *sorted(functions)]) + "\n", "utf-8")
    words = [
        find_tool(COMPILERS), "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-static", "-s", "blas.c", "blas.def",
        "-o", str(library.resolve()), "-Wl,--no-insert-timestamp,--dynamicbase,--nxcompat,--high-entropy-va",
        "-Wl,--disable-auto-image-base",  # else it follows from the folder's name
    ]  # fmt: skip
    done = subprocess.run(words, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{library.name} could not be compiled: {done.stderr.strip()[-2000:]}")
