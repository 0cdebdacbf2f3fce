"""Builds the packages for Linux: ``build.py deb``, ``build.py rpm`` or ``build.py same`` (two builds, byte by byte)."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import deb  # noqa: E402 - the folders above first
import freeze  # noqa: E402
import rpm  # noqa: E402
from project import PACKAGE, ROOT, epoch, version  # noqa: E402

PARTS = ("station", "resources", "packaging", "CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml")
"""What a build reads of the tree."""


def main() -> None:
    given = _given()
    if given.what == "same":
        _prove_same(given.work, given.compression)
        return
    began = time.monotonic()
    program = given.program or freeze.freeze(given.work)
    make = deb.build if given.what == "deb" else rpm.build
    package = make(program, given.work, given.output, given.version, given.compression)
    parts = given.output / f"{PACKAGE}_{given.version}_linux.cdx.json"
    shutil.copyfile(freeze.licences(program) / "sbom.cdx.json", parts)
    print(f"{package}: {package.stat().st_size / 1e6:.1f} MB in {time.monotonic() - began:.0f} s")


def _given() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("what", choices=("deb", "rpm", "same"))
    asked.add_argument("--version", default=version(), help="the package's version, the program's own if not told")
    asked.add_argument("--output", type=Path, default=ROOT / "dist")
    asked.add_argument("--work", type=Path, default=ROOT / "build" / "linux")
    asked.add_argument("--program", type=Path, help="a program that is built already")
    asked.add_argument("--compression", choices=sorted(deb.COMPRESSIONS),
                       default=os.environ.get("DEB_COMPRESSION") or "xz")
    return asked.parse_args()


def _prove_same(work: Path, compression: str) -> None:
    """Build a copy of this tree twice in folders of other names, and compare what came of it."""
    shutil.rmtree(work / "same", ignore_errors=True)
    copy = work / "same" / "tree"
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / part, copy / part)
    always = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch())}
    found = []
    for name in ("first", "and-a-second"):
        place = work / "same" / name
        subprocess.run(
            [sys.executable, str(copy / "packaging/linux/build.py"), "deb", "--work", str(place),
             "--output", str(place), "--compression", compression],
            check=True, env=always,
        )
        package = next(place.glob("*.deb"))
        found.append(hashlib.sha256(package.read_bytes()).hexdigest())
        print(f"{found[-1]}  {package}")
    if len(set(found)) != 1:
        raise SystemExit("two builds of one tree differ")
    print("two builds of one tree are the same, byte by byte")


if __name__ == "__main__":
    main()
