"""Builds the program as one folder, always the same from the same tree."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from project import ROOT, epoch

SPEC = ROOT / "packaging" / "pyinstaller" / "station.spec"
PARTS = ROOT / "packaging" / "sbom" / "write.py"


def freeze(work: Path) -> Path:
    """Build in the folder ``work``; gives the program's folder. Raises CalledProcessError where that fails."""
    program = work / "program" / "station"
    shutil.rmtree(program, ignore_errors=True)
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "ERROR",
         "--distpath", str(program.parent), "--workpath", str(work / "pyinstaller"), str(SPEC)],
        check=True, cwd=ROOT, env={**_always(), "PYINSTALLER_CONFIG_DIR": str(work / "cache")},
    )
    add_licences(program)
    return program


def add_licences(program: Path) -> None:
    """Write what the program is made of, and under which licences, to where *About* reads it."""
    subprocess.run(
        [sys.executable, str(PARTS), "--platform", "linux", "--tree", str(program), "--output", str(licences(program))],
        check=True, cwd=ROOT, stdout=subprocess.DEVNULL, env=_always(),
    )


def licences(program: Path) -> Path:
    """The list of the program's parts (sbom.cdx.json) and their licences, in its folder."""
    return program / "_internal" / "resources" / "licences"


def _always() -> dict[str, str]:
    """What makes two builds the same. The station is this tree's, whatever else the environment has of that name."""
    return {
        **os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(epoch()), "PYTHONPATH": str(ROOT),
    }
