"""Makes the package for Debian and Ubuntu."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import tree
from project import DESCRIPTION, PACKAGE, SUMMARY, epoch, maintainer

LOADED_LATER = ("libzbar0",)
"""Needed, and named by no library: the second decoder is loaded by name."""
SUGGESTED = ("gnome-keyring | kwalletmanager", "libpq5")
"""A keyring for secrets; the driver of a server on PostgreSQL."""
SCRIPTS = ("postinst", "postrm")
COMPRESSIONS = {"xz": ("-Zxz", "-z6"), "zstd": ("-Zzstd", "-z3")}


def build(program: Path, work: Path, output: Path, version: str, compression: str) -> Path:
    """Make the package of a built program; gives its path. Raises CalledProcessError and ValueError."""
    root = work / "deb"
    shutil.rmtree(root, ignore_errors=True)
    tree.lay_out(root, program, version)
    notes = root / "DEBIAN"
    notes.mkdir()
    size = installed_size(root)
    (notes / "control").write_text(control(version, size, depends(root, work / "shlibs")), encoding="utf-8")
    (notes / "md5sums").write_text(sums(root), encoding="utf-8")
    for name in SCRIPTS:
        shutil.copyfile(tree.FILES / name, notes / name)
    tree.settle(root)
    for name in SCRIPTS:
        (notes / name).chmod(0o755)
    output.mkdir(parents=True, exist_ok=True)
    package = output / f"{PACKAGE}_{version}_amd64.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "--threads-max=1", *COMPRESSIONS[compression], "--build", root, package],
        check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch())},
    )
    return package


def control(version: str, size_kib: int, needs: list[str]) -> str:
    """The package's own description. Raises ValueError for a version that dpkg would not take."""
    if not version[:1].isdigit() or not all(sign.isalnum() or sign in ".+~-" for sign in version):
        raise ValueError(f"a package cannot have the version {version!r}")
    lines = [
        f"Package: {PACKAGE}", f"Version: {version}", "Section: utils", "Priority: optional", "Architecture: amd64",
        f"Maintainer: {maintainer()}", f"Installed-Size: {size_kib}",
        f"Depends: {', '.join(sorted({*needs, *LOADED_LATER}))}", f"Suggests: {', '.join(SUGGESTED)}",
        f"Description: {SUMMARY}", *(f" {line}" for line in DESCRIPTION),
    ]
    return "\n".join(lines) + "\n"


def installed_size(root: Path) -> int:
    """In KiB, each file rounded up, as Debian counts."""
    return sum(
        -(-path.stat().st_size // 1024) if path.is_file() and not path.is_symlink() else 1
        for path in root.rglob("*")
    )


def sums(root: Path) -> str:
    """A line a file, for ``dpkg --verify``."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return "".join(
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(root)}\n"
        for path in files if path.relative_to(root).parts[0] != "DEBIAN"
    )


def depends(root: Path, work: Path) -> list[str]:
    """The packages that hold what the program's libraries load, in the versions that this machine's have."""
    shutil.rmtree(work, ignore_errors=True)
    (work / "debian").mkdir(parents=True)
    (work / "debian/control").write_text(f"Source: {PACKAGE}\n\nPackage: {PACKAGE}\nArchitecture: amd64\n")
    home = root / tree.HOME
    files = [path for path in sorted(home.rglob("*")) if path.is_file() and not path.is_symlink()
             and (".so" in path.name or path.name == "station") and path.read_bytes()[:4] == b"\x7fELF"]
    own = {f"-l{path.parent}" for path in files if ".so" in path.name}
    told = subprocess.run(
        ["dpkg-shlibdeps", "-O", "--ignore-missing-info", "--warnings=0", *sorted(own), *map(str, files)],
        cwd=work, check=True, capture_output=True, text=True,
    ).stdout
    found = told.partition("shlibs:Depends=")[2].strip()
    return [each.strip() for each in found.split(",") if each.strip()]
