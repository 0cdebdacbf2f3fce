"""What of Python, Qt and the other libraries a desk never loads, and why it may go."""

import zipfile
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from .gate import PROGRAMS
from .imports import read_needs

QT_MODULES = ("QtCore", "QtGui", "QtWidgets", "QtNetwork", "QtMultimedia", "QtPdf", "QtPrintSupport", "QtSvg")
"""The modules that station/ui imports, and QtSvg, whose library draws the icons."""
QT_PLUGINS = (
    "platforms/qwindows.dll", "platforms/qoffscreen.dll", "styles/*.dll", "imageformats/qjpeg.dll",
    "imageformats/qico.dll", "imageformats/qsvg.dll",
    "iconengines/qsvgicon.dll", "multimedia/windowsmediaplugin.dll",
)  # fmt: skip
"""The screen of Windows and the one without a window, its looks, the kinds of pictures, and sound by Windows itself."""

LEFT_OUT = (
    # Python: programs and modules that the launcher does without
    "runtime/python.exe", "runtime/pythonw.exe", "runtime/python.cat", "runtime/winsound.pyd",
    # what only builds, tests or types need
    "*.pyi", "*.lib", "*.a", "*.h", "*.hpp", "*.pxd", "*.pyx", "*.cmake", "*.c", "*.f90", "*/py.typed",
    "*/dist-info/RECORD", "*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/WHEEL", "*.dist-info/REQUESTED",
    "*.dist-info/top_level.txt", "*/__pycache__/*",
    "site/*/tests/*", "site/*/test/*", "site/*/_pyinstaller/*",
    "site/numpy/f2py/*", "site/numpy/distutils/*", "site/numpy/testing/*",
    "site/numpy/random/_examples/*", "site/numpy/*/lib/*", "site/numpy/_core/include/*", "site/numpy/doc/*",
    "site/numpy/_core/_*_tests.*.pyd", "site/numpy/_core/lib/*", "site/numpy/conftest.py",
    "site/sqlalchemy/testing/*", "site/alembic/testing/*", "site/alembic/templates/*",
    # databases that a desk's server is not offered on
    "site/sqlalchemy/dialects/mssql/*", "site/sqlalchemy/dialects/mysql/*", "site/sqlalchemy/dialects/oracle/*",
    # numbers by chance, which no picture needs, and what only numpy's tests load
    "site/numpy/random/*", "site/numpy/_core/_simd.*.pyd",
    # run-times of Microsoft's that nothing shipped asks for
    "site/shiboken6/vcamp140.dll", "site/shiboken6/vccorlib140.dll", "site/shiboken6/concrt140.dll",
    "site/shiboken6/vcomp140.dll",
    # second copies: app/resources/licences holds the licences and the parts of all of them
    "site/cv2/LICENSE*.txt", "site/*.dist-info/sboms/*", "site/*.dist-info/licen?es/*", "site/*.dist-info/LICEN*",
    "site/*/.agents/*", "site/keyring/*.bash",
    "site/keyring/*.zsh", "site/pycparser/*.cfg", "site/*.cpp",
    "site/scripts/*", "site/bin/*",
)  # fmt: skip
"""Patterns of paths in the tree that go; ``site`` stands for the folder of libraries."""

VIDEO = ("site/cv2/opencv_videoio_ffmpeg*.dll",)
"""OpenCV's FFmpeg: 31 MB on disk, for cameras by a network address and video files. Cameras on USB need it not, for
Windows itself reads those. Kept where the build is told ``--video``."""

STANDARD_LIBRARY = "runtime/python313.zip"
STANDARD_LEFT_OUT = frozenset({
    # looking at programs and trying them
    "pydoc_data", "pydoc", "doctest", "unittest", "pdb", "bdb", "_pyrepl", "rlcompleter", "cProfile", "profile",
    "pstats", "optparse", "pickletools", "pyclbr", "modulefinder", "trace", "tabnanny", "symtable", "turtle", "this",
    "antigravity",
    # letters, and servers that the station's own takes the place of
    "mailbox", "imaplib", "poplib", "xmlrpc", "wsgiref",
    # what stands in for parts that are compiled in
    "_pyio", "_pydecimal", "_pydatetime",
    # installing, and other systems
    "venv", "ensurepip", "zipapp", "_aix_support", "_android_support", "_ios_support", "_osx_support",
})  # fmt: skip
"""Modules and packages of Python's own that nothing shipped imports, but where a developer asks for it."""
_EARLIEST = (1980, 1, 1, 0, 0, 0)

_QT = "runtime/Lib/site-packages/PySide6"
SITE = "runtime/Lib/site-packages"


def goes(path: str, video: bool = False) -> bool:
    """Whether the file at ``path`` (with slashes, from the top) is left out; of Qt there is a list of what stays."""
    short = path.replace(SITE, "site", 1) if path.startswith(SITE) else path
    patterns = LEFT_OUT if video else LEFT_OUT + VIDEO
    return any(fnmatchcase(short, pattern) for pattern in patterns)


def trim(tree: Path, video: bool) -> None:
    """Take out of a staged tree what a desk never loads, and then the folders that are left empty."""
    kept_qt = _qt_needed(tree / _QT)
    for path in sorted(tree.rglob("*"), reverse=True):
        name = path.relative_to(tree).as_posix()
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif goes(name, video) or (name.startswith(f"{_QT}/") and path not in kept_qt):
            path.unlink()
    thin(tree / STANDARD_LIBRARY)


def thin(library: Path) -> None:
    """Write the zip of Python's own modules anew without those left out; the same bytes for the same content."""
    with zipfile.ZipFile(library) as packed:
        kept = {name: packed.read(name) for name in sorted(packed.namelist()) if not name.endswith("/")}
    with zipfile.ZipFile(library, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, data in kept.items():
            if PurePosixPath(name).parts[0].removesuffix(".pyc") not in STANDARD_LEFT_OUT:
                info = zipfile.ZipInfo(name, _EARLIEST)
                info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
                packed.writestr(info, data, compresslevel=9)


def _qt_needed(qt: Path) -> set[Path]:
    """The files of Qt that stay: the modules and plug-ins in use, what those load in turn, and its Python files."""
    beside = {path.name.lower(): path for path in qt.glob("*.dll")}
    roots = [qt / f"{module}.pyd" for module in QT_MODULES]
    roots += [path for pattern in QT_PLUGINS for path in sorted((qt / "plugins").glob(pattern))]
    kept = set(qt.glob("*.py")) | {path for path in (qt / "support").rglob("*") if path.is_file()}
    waiting = [path for path in roots if path.exists()]
    while waiting:
        path = waiting.pop()
        if path in kept:
            continue
        kept.add(path)
        if path.suffix.lower() in PROGRAMS:
            needs = read_needs(path)
            waiting += [beside[name] for name in needs.at_start | needs.later if name in beside]
    return kept
