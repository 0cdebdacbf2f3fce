"""What stays out of the built program, and why; the rules look at names alone, so that a test can ask them."""

import re
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from pathlib import Path, PurePosixPath

ALSO_SHIPPED = ("psycopg",)
"""Beyond what the run-time lock file names: the driver for a server on PostgreSQL, over the system's libpq."""

UNUSED_MODULES = (
    "rich", "pygments", "markdown_it", "mdurl",  # the command line writes plain text
    "colorama", "tkinter", "idlelib", "lib2to3", "pydoc_data", "ensurepip", "turtledemo", "turtle",
    "numpy.f2py", "numpy.testing._private.extbuild", "sqlalchemy.testing", "alembic.testing", "pyzbar.tests",
    "PySide6.QtConcurrent", "PySide6.QtMultimediaWidgets", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtOpenGL",
)

UNUSED_QT = (
    "/platformthemes/libqgtk3",  # would bring the build machine's GTK
    "/platforms/libqeglfs", "/platforms/libqlinuxfb", "/platforms/libqvnc", "/platforms/libqvkkhrdisplay",
    "/platforms/libqminimal",  # screens without a desktop
    "/egldeviceintegrations/", "/generic/", "/platforminputcontexts/libqtvirtualkeyboard",
    "/qmltooling/", "/multimedia/",  # the three sounds are played without FFmpeg, which would bring Qt Quick
    "/tls/", "/networkinformation/",  # Qt's network only knocks at the first window; HTTP is Python's
    "/imageformats/libqtiff", "/imageformats/libqtga", "/imageformats/libqwbmp", "/imageformats/libqicns",
    "/imageformats/libqpdf", "/imageformats/libqwebp", "/imageformats/libqgif", "/translations/",
)
"""Qt's plug-ins that a desk never loads. What remains: xcb, wayland and offscreen, SVG, JPEG and ICO, printing, themes
by the desktop portal, input methods."""

BUNDLED_HOST = re.compile(r"^lib(python3\.\d+|bz2)\.so")
"""Libraries of the build machine that go along: distributions do not agree on their names."""

SYSTEM = ("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/")

Entry = tuple[str, str, str]
"""PyInstaller's: where it goes, where it comes from, what it is."""


def is_host_library(name: str, source: str) -> bool:
    """Whether the package manager provides it: a shared library of the build machine, not a module of its Python."""
    if not source.startswith(SYSTEM) or "/lib-dynload/" in source or "-packages/" in source:
        return False
    return ".so" in PurePosixPath(source).name and not BUNDLED_HOST.match(PurePosixPath(name).name)


def is_unused_qt(name: str) -> bool:
    return "PySide6/Qt/" in name and any(part in name for part in UNUSED_QT)


def pinned(lock: Path) -> set[str]:
    """The distributions of a lock file, by their normal names."""
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==", lock.read_text(encoding="utf-8"), re.MULTILINE))


def foreign_modules(shipped: set[str], owners: Mapping[str, Iterable[str]] | None = None) -> list[str]:
    """The modules that only distributions outside ``shipped`` bring: tools and tests have them, a desk does not."""
    found = metadata.packages_distributions() if owners is None else owners
    return sorted(
        name for name, distributions in found.items()
        if not {_normal(each) for each in distributions} & shipped
    )


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def without_unneeded(entries: list[Entry], wants: Callable[[str], list[str]]) -> list[Entry]:
    """Leave out the libraries that nothing which stays would load. ``wants`` gives the names that a file asks for."""
    sources = {PurePosixPath(name).name: source for name, source, kind in entries if kind != "SYMLINK"}
    reached: set[str] = set()
    waiting = [source for name, source, kind in entries if kind in ("BINARY", "EXTENSION") and not _is_library(name)]
    while waiting:
        for name in wants(waiting.pop()):
            if name in sources and name not in reached:
                reached.add(name)
                waiting.append(sources[name])
    reached |= {name for name in sources if name.startswith("libpython")}  # the starter loads it
    return [entry for entry in entries if not _is_library(entry[0]) or PurePosixPath(entry[0]).name in reached]


def _is_library(name: str) -> bool:
    """A shared library by where it goes: beside Qt's, in a wheel's folder of libraries, or at the top (or a link)."""
    folder, _, file = name.rpartition("/")
    return ".so" in file and (folder.endswith(("/Qt/lib", ".libs")) or (not folder and file.startswith("lib")))
