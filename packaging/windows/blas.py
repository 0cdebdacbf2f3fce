"""Puts a small BLAS of our own in the place of numpy's OpenBLAS, and takes numpy's linear algebra out with it."""

import subprocess
from pathlib import Path

from .imports import read_needs
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
    if len(old) != 1 or len(core) != 1 or old[0].name.lower() not in read_needs(core[0]).at_start:
        raise BuildError("numpy no longer asks for its OpenBLAS by one name: look at packaging/windows/blas.py")
    for pattern in ALGEBRA:
        for path in (tree / NUMPY).glob(pattern):
            path.unlink()
    stand_in = tree / NUMPY / "linalg" / "_umath_linalg.py"
    stand_in.write_bytes((SOURCES / "no_algebra.py").read_bytes().replace(b"\r\n", b"\n"))
    compile_into(old[0])


def compile_into(library: Path) -> None:
    """Compile the functions of ``blas.c`` into a library for Windows; the same bytes each time."""
    words = [
        find_tool(COMPILERS), "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-static", "-s", "blas.c",
        "-o", str(library.resolve()), "-Wl,--no-insert-timestamp,--dynamicbase,--nxcompat,--high-entropy-va",
    ]  # fmt: skip
    done = subprocess.run(words, cwd=SOURCES, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{library.name} could not be compiled: {done.stderr.strip()[-2000:]}")
