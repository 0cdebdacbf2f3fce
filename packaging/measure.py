"""Measures the installers that lie in dist: their size, what is in them, and the self-test beside the source tree's."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
RUNS = 3
LARGEST = 14
GOALS = {".deb": 100e6, ".rpm": None, ".exe": 60e6}
INSTALLED = 320e6
WINDOWS_TREE, WINDOWS_INSTALLED = ROOT / "build" / "windows" / "tree", 210e6
SLOWER = 1.5

FOLDERS = ("_internal/", "runtime/Lib/site-packages/", "runtime/", "app/")
PURPOSES = (
    ("cv2/opencv_videoio", "OpenCV's FFmpeg: cameras by a network address, films"),
    ("cv2", "OpenCV: pictures, the camera, the label's corners"),
    ("opencv_python_headless.libs", "OpenCV's own libraries: FFmpeg and AV1 for cameras and films"),
    ("PySide6/Qt/lib/libicu", "ICU: Qt's texts, sorting and numbers in all languages"),
    ("PySide6/Qt/plugins", "Qt's plug-ins: screens, themes, printing, pictures"),
    ("PySide6/Qt/lib", "Qt: window, PDF, sound, printing"),
    ("PySide6", "PySide: Qt for Python"),
    ("shiboken6", "PySide: Qt for Python"),
    ("numpy.libs", "numpy's BLAS: products of matrices"),
    ("numpy", "numpy: pictures as numbers"),
    ("cryptography", "cryptography: seals, signatures, TLS"),
    ("resources", "sounds, icons, sentences, sample deliveries, licences"),
    ("libpython", "Python"),
    ("libraries.zip", "libraries that are plain Python"),
    ("libcrypto", "Python"),
    ("python3", "Python"),
    ("base_library.zip", "Python"),
    ("station", "the station and all that is plain Python"),
    ("sqlalchemy", "SQLAlchemy: the bundled server's database"),
    ("pydantic", "pydantic: what the bundled server is asked"),
    ("zxingcpp", "zxing-cpp: reads codes"),
    ("hid", "hidapi: scanners in HID-POS mode"),
)


def main() -> None:
    found = sorted(path for path in DIST.glob("*") if path.suffix in GOALS) if DIST.is_dir() else []
    if not found:
        raise SystemExit("dist holds no installers: make deb")
    print("installer                                        size    at most")
    for path in found:
        size, goal = path.stat().st_size, GOALS[path.suffix]
        print(f"{path.name:44} {_mb(size)} {_mb(goal) if goal else '        -'}{_verdict(size, goal)}")
    package = next((path for path in reversed(found) if path.suffix == ".deb"), None)
    if package is not None and sys.platform == "linux":
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
            _measure(Path(folder) / "usr/lib/claiming-station")
    if WINDOWS_TREE.is_dir():
        print("\nlaid out for Windows (its self-test is timed by packaging/windows/check.sh)")
        _list(WINDOWS_TREE, WINDOWS_INSTALLED)


def _measure(home: Path) -> None:
    """What a program's folder holds, and how long it takes to test itself."""
    print()
    _list(home, INSTALLED)
    print(f"\nself-test, {RUNS} times in turns")
    installed, source = _times([str(home / "station")], [sys.executable, "-m", "station"])
    print(f"  installed {installed:.2f} s, source tree {source:.2f} s: {installed / source:.2f} times"
          f"{_verdict(installed / source, SLOWER)}")


def _list(home: Path, goal: float) -> None:
    """The whole, and what each large part is for."""
    sizes = sizes_of(home)
    whole = sum(sizes.values())
    print(f"installed                                    {_mb(whole)} {_mb(goal)}{_verdict(whole, goal)}")
    for purpose, size in sizes.most_common(LARGEST):
        print(f"  {_mb(size)}  {purpose}")


def sizes_of(home: Path) -> Counter[str]:
    """Bytes by what they are for."""
    sizes: Counter[str] = Counter()
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            sizes[purpose_of(path.relative_to(home))] += path.stat().st_size
    return sizes


def purpose_of(path: Path) -> str:
    """What a file of the program's folder is for; the first entry that fits counts."""
    name = PurePosixPath(path).as_posix()
    for folder in FOLDERS:
        name = name.removeprefix(folder)
    return next((purpose for start, purpose in PURPOSES if name.startswith(start)), "everything else")


def _times(first: list[str], second: list[str]) -> tuple[float, float]:
    """The median time of both, run in turns so that a busy machine slows both. Raises CalledProcessError."""
    taken: tuple[list[float], list[float]] = ([], [])
    with tempfile.TemporaryDirectory() as home:
        where = {**os.environ, "STATION_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        for number in range(RUNS + 1):
            for command, times in zip((first, second), taken, strict=True):
                began = time.monotonic()
                subprocess.run([*command, "--self-test"], check=True, cwd=ROOT, env=where, capture_output=True)
                if number:  # the first run of each fills the disk's memory
                    times.append(time.monotonic() - began)
    return statistics.median(taken[0]), statistics.median(taken[1])


def _mb(size: float) -> str:
    return f"{size / 1e6:6.1f} MB"


def _verdict(value: float, goal: float | None) -> str:
    return "" if goal is None or value <= goal else "   MISSED"


if __name__ == "__main__":
    main()
