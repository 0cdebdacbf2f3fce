"""Builds the Windows installer and the portable copy into dist/; runs on Linux and on Windows.

    PYTHONPATH=packaging python -m windows [--python-zip FILE --python-sha256 DIGEST] [--video]
                                           [--sign-certificate FILE.pfx]
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

from . import archive, gate, nsis, signing, wheels
from .launcher import PROGRAMS, BuildError
from .stage import LICENCES, LOCK, ROOT, Pieces, find_compiler, size, stage


def main() -> int:
    """Build all of it; 1 with a sentence where something is missing."""
    asked = _asked()
    try:
        build(asked)
    except BuildError as error:
        print(f"windows: {error}", file=sys.stderr)
        return 1
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Builds the Windows installer and the portable copy.")
    parser.add_argument("--python-zip", type=Path, help="CPython 3.13's embeddable package for 64-bit Windows")
    parser.add_argument("--python-sha256", default="", help="what that file's SHA-256 must be")
    parser.add_argument("--compiler", default="", help="a Python 3.13 that compiles the modules ahead")
    parser.add_argument("--video", action="store_true", help="take OpenCV's FFmpeg along: cameras by address (31 MB)")
    parser.add_argument("--sign-certificate", type=Path, help="a PFX file to sign with; its password is in PASSWORD")
    parser.add_argument("--sign-tool", default="osslsigncode", help="osslsigncode, or Windows' own signtool")
    parser.add_argument("--sign-time", default="", help="a time stamp server's address; without it signatures expire")
    parser.add_argument("--version", default="", help="another version's number, for trying an upgrade")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "cache")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "windows")
    parser.add_argument("--dist", type=Path, default=ROOT / "dist")
    parser.add_argument("--tree", type=Path, help="a tree that an earlier build laid out")
    parser.add_argument("--quick", action="store_true", help="a larger installer in less time, for a try")
    parser.add_argument("--only", choices=("tree", "setup", "zip"), help="stop after the tree, or make one of the two")
    return parser.parse_args()


def own_version() -> str:
    text = (ROOT / "station" / "__init__.py").read_text("utf-8")
    return re.search(r'__version__ = "([^"]+)"', text)[1]  # type: ignore[index]  # the house always has one


def source_date() -> int:
    """``SOURCE_DATE_EPOCH``, else when the last commit was made: the same source gives the same bytes."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    if told:
        return int(told)
    ask = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return int(subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip() or 1_700_000_000)


def build(asked: argparse.Namespace) -> None:
    """Fetch, lay out, look at what each library needs, compile the installer, pack the copy."""
    version, epoch = asked.version or own_version(), source_date()
    asked.work.mkdir(parents=True, exist_ok=True)
    asked.dist.mkdir(parents=True, exist_ok=True)
    tree = _tree(asked, version, epoch)
    check_libraries(tree)
    signature = signing.Signature(asked.sign_tool, asked.sign_certificate, asked.sign_time)
    for name in PROGRAMS:
        signing.sign(signature, tree / f"{name}.exe")
    files = sorted(PurePosixPath(path.relative_to(tree).as_posix()) for path in tree.rglob("*") if path.is_file())
    print(f"windows: {len(files)} files, {size(tree) / 1e6:.0f} MB")
    if asked.only in (None, "setup"):
        setup = asked.dist / f"claiming-station-{version}-windows-setup.exe"
        icon = (tree.parent / "launcher" / "station.ico").resolve()
        spoken = [path.stem for path in (ROOT / "resources" / "translations").glob("*.toml")]
        signs = signing.uninstaller_line(signature)
        script = nsis.render(tree, files, setup.resolve(), icon, version, size(tree), spoken, asked.quick, signs)
        nsis.compile_script(script, asked.work, epoch)
        signing.sign(signature, setup)
        print(f"windows: {setup} {setup.stat().st_size / 1e6:.1f} MB")
    if asked.only is None:
        parts = asked.dist / f"claiming-station-{version}-windows.cdx.json"
        parts.write_bytes((tree / LICENCES / "sbom.cdx.json").read_bytes())
    if asked.only in (None, "zip"):
        portable = asked.dist / f"claiming-station-{version}-windows-portable.zip"
        archive.pack(tree, files, portable, epoch)
        print(f"windows: {portable} {portable.stat().st_size / 1e6:.1f} MB")


def _tree(asked: argparse.Namespace, version: str, epoch: int) -> Path:
    if asked.tree is not None:
        laid_out: Path = asked.tree.resolve()
        return laid_out
    compiler = find_compiler(asked.compiler)
    if compiler is None:
        print("windows: no Python 3.13 here: modules are not compiled ahead, so the first start takes longer"
              " and more is installed")  # fmt: skip
    pieces = Pieces(_python(asked), wheels.fetch_wheels(LOCK, asked.cache), compiler)
    return stage(asked.work / "tree", pieces, version, asked.video, epoch).resolve()


def _python(asked: argparse.Namespace) -> Path:
    if asked.python_zip is None:
        return wheels.fetch_python(asked.cache)
    if not asked.python_sha256:
        raise BuildError("--python-zip needs --python-sha256, as its publisher tells it")
    wheels.check(asked.python_zip, asked.python_sha256)
    found: Path = asked.python_zip
    return found


def check_libraries(tree: Path) -> None:
    """BuildError where a program or library needs one that is neither shipped nor a part of Windows."""
    missing, seen = gate.check_tree(tree)
    if missing:
        told = "; ".join(f"{each.file} needs {each.library}" for each in missing[:20])
        raise BuildError(f"{len(missing)} libraries are missing on a clean Windows: {told}")
    print(f"windows: {seen} programs and libraries need nothing that is neither shipped nor a part of Windows")


if __name__ == "__main__":
    sys.exit(main())
