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
    always = {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(epoch())}
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "ERROR",
         "--distpath", str(program.parent), "--workpath", str(work / "pyinstaller"), str(SPEC)],
        check=True, cwd=ROOT, env={**os.environ, **always, "PYINSTALLER_CONFIG_DIR": str(work / "cache")},
    )
    add_licences(program, work)
    return program


def add_licences(program: Path, work: Path) -> None:
    """Write what the program is made of, and under which licences, to where *About* reads it."""
    if not PARTS.exists():
        return
    licences = work / "licences"
    shutil.rmtree(licences, ignore_errors=True)
    subprocess.run([sys.executable, str(PARTS), "--output", str(licences)], check=True, cwd=ROOT)
    shutil.copytree(licences, program / "_internal" / "resources" / "licences", dirs_exist_ok=True)
