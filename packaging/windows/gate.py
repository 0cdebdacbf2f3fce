"""The gate: every library that a shipped program or library needs is shipped with it, or is a part of Windows 10."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .imports import NotAProgram, read_needs

PROGRAMS = frozenset({".exe", ".dll", ".pyd"})
ALLOWED = Path(__file__).with_name("windows_libraries.txt")
_FAMILIES = ("api-ms-win-", "ext-ms-")
"""Names that Windows 10 maps to its own libraries; the C run-time's among them."""


@dataclass(frozen=True, slots=True)
class Missing:
    """``file`` needs ``library``, which is neither shipped nor a part of Windows."""

    file: str
    library: str


def allowed_libraries(path: Path = ALLOWED) -> frozenset[str]:
    """The libraries that every Windows 10 has; a line each, # begins a comment."""
    lines = (line.partition("#")[0].strip().lower() for line in path.read_text("utf-8").splitlines())
    return frozenset(line for line in lines if line)


def programs(tree: Path) -> list[Path]:
    return sorted(path for path in tree.rglob("*") if path.suffix.lower() in PROGRAMS and path.is_file())


def find_missing(needed: Iterable[tuple[str, Iterable[str]]], shipped: frozenset[str], allowed: frozenset[str]) -> list[
    Missing
]:
    """Which of the libraries that files need are nowhere; ``needed`` pairs a file with its libraries' names."""
    return [
        Missing(file, library)
        for file, libraries in needed
        for library in sorted(libraries)
        if library not in shipped and library not in allowed and not library.startswith(_FAMILIES)
    ]


def check_tree(tree: Path) -> tuple[list[Missing], int]:
    """The libraries that a staged tree lacks, and how many programs and libraries were looked at."""
    found = programs(tree)
    shipped = frozenset(path.name.lower() for path in found)
    return find_missing(_needs(tree, found), shipped, allowed_libraries()), len(found)


def _needs(tree: Path, found: list[Path]) -> Iterator[tuple[str, frozenset[str]]]:
    for path in found:
        name = path.relative_to(tree).as_posix()
        try:
            needs = read_needs(path)
        except NotAProgram as error:
            raise NotAProgram(f"{name}: {error}") from error
        yield name, needs.at_start | needs.later
