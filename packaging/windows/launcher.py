"""Builds station.exe and station-cli.exe: the small C program that starts the station with the Python beside it."""

import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "launcher"
PROGRAMS = {"station": ("Claiming Station", False), "station-cli": ("Claiming Station, command line", True)}
"""A program's name -> what Windows shows for it, and whether it has a console."""
SIZES = (16, 24, 32, 48, 64, 256)
COMPILERS = ("x86_64-w64-mingw32-gcc", "gcc")
RESOURCE_COMPILERS = ("x86_64-w64-mingw32-windres", "windres")


class BuildError(Exception):
    """Why the build cannot go on, in one sentence."""


def numbers(version: str) -> tuple[int, int, int, int]:
    """The four numbers that Windows wants of ``version``: what comes after the third, as in 1.2.0rc1, is left out."""
    found = [int(part) for part in re.match(r"\d+(?:\.\d+)*", version or "0")[0].split(".")]  # type: ignore[index]
    if not all(number <= 0xFFFF for number in found):
        raise BuildError(f"{version} has a number that Windows does not take (65535 at most)")
    one, two, three, four, *_ = [*found, 0, 0, 0, 0]
    return one, two, three, four


def resource_text(name: str, version: str) -> str:
    """The resource script of one program: icon, manifest and the version that Explorer shows."""
    text = (SOURCES / "launcher.rc").read_text("utf-8")
    told = {
        "COMMAS": ",".join(map(str, numbers(version))), "TITLE": PROGRAMS[name][0], "VERSION": version, "NAME": name,
    }
    for key, value in told.items():
        text = text.replace(f"@{key}@", value)
    return text


def manifest_text(version: str) -> str:
    text = (SOURCES / "station.manifest").read_text("utf-8")
    return text.replace("@NUMBERS@", ".".join(map(str, numbers(version))))


def icon(png: Path) -> bytes:
    """A Windows icon of all sizes from a square picture; each is a PNG inside, as Windows takes it since Vista."""
    import cv2  # only the build of an icon needs it
    import numpy as np

    picture = cv2.imdecode(np.fromfile(png, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise BuildError(f"{png} is no picture")
    bodies = []
    for size in SIZES:
        drawn = picture if size == picture.shape[0] else cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
        bodies.append(_png(drawn) if size == 256 else _bitmap(drawn))
    offset = 6 + 16 * len(bodies)
    head = struct.pack("<HHH", 0, 1, len(bodies))
    for size, body in zip(SIZES, bodies, strict=True):
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(body), offset)
        offset += len(body)
    return head + b"".join(bodies)


def _png(drawn: Any) -> bytes:
    import cv2

    return bytes(cv2.imencode(".png", drawn)[1])


def _bitmap(drawn: Any) -> bytes:
    """A 32-bit bitmap as icons hold them: rows from the bottom up, then a mask of one bit a pixel."""
    height, width = drawn.shape[:2]
    mask = bytes((width + 31) // 32 * 4 * height)
    head = struct.pack("<IiiHHIIiiII", 40, width, height * 2, 1, 32, 0, width * height * 4, 0, 0, 0, 0)
    return head + bytes(drawn[::-1].tobytes()) + mask


def build(folder: Path, work: Path, version: str, png: Path) -> list[Path]:
    """Compile both programs into ``folder``; gives their paths. ``work`` takes what lies between."""
    compiler, resources = find_tool(COMPILERS), find_tool(RESOURCE_COMPILERS)
    work.mkdir(parents=True, exist_ok=True)
    (work / "station.ico").write_bytes(icon(png))
    (work / "station.manifest").write_text(manifest_text(version), "utf-8")
    shutil.copyfile(SOURCES / "launcher.c", work / "launcher.c")
    built = []
    for name, (_, console) in PROGRAMS.items():
        (work / f"{name}.rc").write_text(resource_text(name, version), "utf-8")
        _run([resources, "-c", "65001", f"{name}.rc", "-O", "coff", "-o", f"{name}.res"], work)
        how = ["-DCONSOLE=1", "-mconsole"] if console else ["-mwindows"]
        program = folder / f"{name}.exe"
        _run([
            compiler, "-municode", "-O2", "-Wall", "-Wextra", "-Werror", "-DUNICODE", "-D_UNICODE",
            "-D_WIN32_WINNT=0x0A00", *how, "launcher.c", f"{name}.res", "-o", str(program.resolve()), "-static", "-s",
            "-Wl,--no-insert-timestamp,--dynamicbase,--nxcompat,--high-entropy-va", "-lshell32",
        ], work)  # fmt: skip
        built.append(program)
    return built


def find_tool(names: tuple[str, ...]) -> str:
    """The first of these programs that is here; BuildError where none is."""
    for name in names:
        if shutil.which(name):
            return name
    raise BuildError(f"none of {', '.join(names)} is here; packaging/setup.sh windows installs it")


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{command[0]} failed: {done.stderr.strip()[-2000:]}")
