"""Looks into shared libraries, and makes copies of them that carry less."""

import re
import subprocess
from pathlib import Path, PurePosixPath

from trim import Entry

BLAS = re.compile(rb"\0(libopenblasp-[^\0]+)\0")
HOST_LAPACK = b"liblapack.so.3"
"""The distribution's; it brings its BLAS. OpenCV asks nineteen functions of both and comes with 42 MB for them."""
OWN_LIBRARY = re.compile(r"-[0-9a-f]{8}\.")
"""In the names of libraries that a wheel brings. What loads such a library was rewritten for it, and stripping would
break it."""


def needed_by(path: str) -> list[str]:
    """The names of the libraries that a file wants loaded with it; none where it is no ELF file."""
    return re.findall(r"^\s+NEEDED\s+(\S+)$", _told("objdump", "-p", path), re.MULTILINE)


def with_host_blas(entries: list[Entry], folder: Path) -> list[Entry]:
    """Let OpenCV load the distribution's LAPACK: one name in a copy of its library is another, shorter one."""
    lighter = []
    for name, source, kind in entries:
        if PurePosixPath(name).match("cv2/*.so"):
            content = Path(source).read_bytes()
            names = BLAS.findall(content)
            if len(names) == 1:
                given = HOST_LAPACK.ljust(len(names[0]), b"\0")
                source = _kept(folder, name, content.replace(names[0] + b"\0", given + b"\0"))
        lighter.append((name, source, kind))
    return lighter


def without_symbols(entries: list[Entry], folder: Path) -> list[Entry]:
    """Leave out what only a debugger reads, where that is much and where leaving it out is safe."""
    lighter = []
    for name, source, kind in entries:
        has_symbols = kind == "EXTENSION" and " .symtab " in _told("readelf", "--sections", "--wide", source)
        if has_symbols and not any(OWN_LIBRARY.search(each) for each in needed_by(source)):
            source = _kept(folder, name, Path(source).read_bytes())
            subprocess.run(["strip", "--strip-unneeded", source], check=True)
        lighter.append((name, source, kind))
    return lighter


def _kept(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)
    return str(path)


def _told(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False).stdout
