"""Lays the package's files out as they will lie on the machine."""

import gzip
import os
import shutil
import textwrap
from datetime import datetime
from pathlib import Path

import completion
import manual
from commands import read
from project import PACKAGE, ROOT, built, epoch, maintainer, news

FILES = Path(__file__).parent / "files"
HOME = Path("usr/lib") / PACKAGE
DOC = Path("usr/share/doc") / PACKAGE


def lay_out(root: Path, program: Path, version: str) -> None:
    """Fill the empty folder ``root`` with everything but the package's own notes."""
    shutil.copytree(program, root / HOME, symlinks=True)
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/station").symlink_to(Path("..") / "lib" / PACKAGE / "station")
    _on_the_desktop(root, version)
    _on_the_command_line(root, version)
    _put(root / "usr/lib/udev/rules.d/60-claiming-station.rules",
         (ROOT / "packaging/udev/60-claiming-station.rules").read_text(encoding="utf-8"))
    _documents(root, version)
    settle(root)


def _on_the_desktop(root: Path, version: str) -> None:
    share, icons = root / "usr/share", ROOT / "resources" / "icons"
    _put(share / f"applications/{PACKAGE}.desktop", (FILES / f"{PACKAGE}.desktop").read_text(encoding="utf-8"))
    _put(share / f"metainfo/{PACKAGE}.metainfo.xml", metainfo(version, built()))
    for size, icon in (("scalable", icons / "app.svg"), ("256x256", icons / "app.png")):
        place = share / "icons/hicolor" / size / "apps" / f"{PACKAGE}{icon.suffix}"
        place.parent.mkdir(parents=True)
        shutil.copyfile(icon, place)


def metainfo(version: str, when: datetime) -> str:
    """What software centres show of the program."""
    text = (FILES / f"{PACKAGE}.metainfo.xml").read_text(encoding="utf-8")
    return text.replace("@VERSION@", version).replace("@DATE@", f"{when:%Y-%m-%d}")


def _on_the_command_line(root: Path, version: str) -> None:
    share, top = root / "usr/share", read()
    _put(share / "man/man1/station.1.gz", manual.page(version, built()))
    _put(share / "bash-completion/completions/station", completion.bash(top))
    _put(share / "zsh/vendor-completions/_station", completion.zsh(top))
    _put(share / "fish/vendor_completions.d/station.fish", completion.fish(top))


def _documents(root: Path, version: str) -> None:
    doc = root / DOC
    _put(doc / "copyright", copyright_of(built().year))
    _put(doc / "changelog.gz", changelog(version, built()))
    licences = root / HOME / "_internal/resources/licences"
    if licences.is_dir():
        (doc / "licences").symlink_to(Path("../../..") / licences.relative_to(root / "usr"))
    overrides = root / "usr/share/lintian/overrides" / PACKAGE
    _put(overrides, (FILES / "lintian-overrides").read_text(encoding="utf-8"))


def copyright_of(year: int) -> str:
    """Our licence; those of the parts are named, and their texts stand beside."""
    return f"""Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: {PACKAGE}
Comment:
 /usr/lib/claiming-station/_internal holds the libraries that the program is built
 of, each under its own licence; resources/licences in that folder lists them with
 their texts. Qt, PySide, FFmpeg and psycopg are under the LGPL: they are separate
 shared libraries and may be replaced by others that fit.

Files: *
Copyright: {year} The claiming station's authors
License: Apache-2.0
 On Debian systems the text of the Apache License, version 2.0, is found in
 /usr/share/common-licenses/Apache-2.0.
"""


def changelog(version: str, when: datetime) -> str:
    """The newest entries in Debian's form."""
    entries = "\n".join(textwrap.fill(f"* {entry}", 78, initial_indent="  ", subsequent_indent="    ")
                        for entry in news()) or "  * See the project's changelog."
    stamp = when.strftime("%a, %d %b %Y %H:%M:%S +0000")
    return f"{PACKAGE} ({version}) stable; urgency=medium\n\n{entries}\n\n -- {maintainer()}  {stamp}\n"


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    path.write_bytes(gzip.compress(content, 9, mtime=0) if path.suffix == ".gz" else content)


def settle(root: Path) -> None:
    """Give all files the same time, and the rights that a package's files have."""
    when = (epoch(), epoch())
    for path in sorted(root.rglob("*"), reverse=True):
        if not path.is_symlink():
            runs = path.is_dir() or (path.is_file() and bool(path.stat().st_mode & 0o100) and _is_program(path))
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, when, follow_symlinks=False)
    os.utime(root, when)


def _is_program(path: Path) -> bool:
    """Libraries need no right to be run."""
    return ".so" not in path.name
