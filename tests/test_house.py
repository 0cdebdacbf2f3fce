"""The house rules that a machine can check: sizes, who may import what, what tracked files may say, lock files."""

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
STATION = ROOT / "station"
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MOST_METHODS = 14
RESOURCE = re.compile(r"[\w./-]+\.(?:svg|ico|wav|ttf|otf|qm|png|webp)")
LOCKS = ("packaging/requirements.lock", "packaging/requirements-dev.lock")
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    return sorted(STATION.rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, Function))


def lines_of(function: Function) -> int:
    """A function's lines, its docstring left out: saying more is not writing more code."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return length
    told = function.body[0]
    return length - ((told.end_lineno or told.lineno) - told.lineno + 1)


def imported(path: Path) -> set[str]:
    """The outermost packages that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_no_file_is_too_long() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    long = [
        f"{name_of(path)}:{function.lineno} {function.name}: {lines_of(function)} lines"
        for path in modules()
        for function in functions(path)
        if lines_of(function) >= LONGEST_FUNCTION
    ]
    assert long == []


def test_no_class_has_too_many_methods() -> None:
    """What a kind of claiming system is asked for by its base class does not count as its own."""
    base = tree_of(ROOT / "station" / "backends" / "base.py")
    asked = {part.name for node in ast.walk(base) if isinstance(node, ast.ClassDef) and node.name == "Backend"
             for part in node.body if isinstance(part, Function)} - {"__init__"}  # fmt: skip
    large = [
        f"{name_of(path)}:{node.lineno} {node.name}: {count} methods"
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
        and (count := sum(isinstance(part, Function) and part.name not in asked for part in node.body)) > MOST_METHODS
    ]
    assert large == []


def test_every_module_says_what_it_is_for() -> None:
    paths = [*modules(), *sorted((ROOT / "tests").rglob("*.py"))]
    silent = [path for path in paths if path.name != "__init__.py" or path.read_text(encoding="utf-8").strip()]
    assert [name_of(path) for path in silent if not ast.get_docstring(tree_of(path))] == []


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("PySide6", ("station/ui/", "station/app.py")),
        ("httpx", ("station/backends/http.py", "station/updates/fetching.py")),
        ("sqlalchemy", ("station/store/", "station/server/")),
        ("alembic", ("station/store/", "station/server/")),
    ],
)
def test_a_library_is_named_only_in_its_rooms(package: str, allowed: tuple[str, ...]) -> None:
    users = [name_of(path) for path in modules() if package in imported(path)]
    assert [name for name in users if not name.startswith(allowed)] == []


def tracked() -> list[Path]:
    """The project's own files: what git tracks, or, without git, all but what the targets make."""
    if names := git_names():
        return [path for name in names if (path := ROOT / name).is_file()]
    made = {".venv", ".git", "build", "dist", "demo-output", "__pycache__", ".hypothesis"}
    made |= {".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not made & set(path.relative_to(ROOT).parts)]


def git_names() -> list[str]:
    """What git tracks here; empty where the folder is no checkout or git is not on this machine."""
    git = shutil.which("git")
    if git is None:
        return []
    listing = subprocess.run(
        [git, "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [name for name in listing.stdout.split("\0") if name] if listing.returncode == 0 else []


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        try:
            yield name_of(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, a sound


FORBIDDEN = {
    "a package registry's address": r"://[^\s/]*(?:py" r"pi|python" r"hosted|npm" r"js)|://\S+/simple\b|(?:index-url|find-links)\s*=",
    "a path into somebody's home": r"/home/[a-z][\w-]*/|(?<![\w/])/ro" r"ot/|/Users/[A-Za-z]\w*/|[A-Z]:\\+Users\\+\w",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{name}:{number}"
        for name, text in texts()
        if name != name_of(Path(__file__))
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def blocks(lock: str) -> Iterator[tuple[str, str, str]]:
    """Each requirement of a lock file: its name, its version, and all its lines."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    for block in re.split(r"\n(?=[^\s#])", text.strip()):
        pin = PIN.match(block)
        assert pin, f"{lock}: not a pinned requirement: {block.splitlines()[0]}"
        yield canonicalize_name(pin["name"]), pin["version"], block


def declared(lock: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names: list[str] = list(project["project"]["dependencies"])
    if lock == "packaging/requirements-dev.lock":
        names += project["dependency-groups"]["dev"]
    return [Requirement(name) for name in names]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_is_in_step_with_the_project(lock: str) -> None:
    pins: dict[str, list[str]] = {}
    for name, version, _ in blocks(lock):
        pins.setdefault(name, []).append(version)
    for requirement in declared(lock):
        held = pins.get(canonicalize_name(requirement.name), [])
        assert held, f"{requirement} is not in {lock}: make lock"
        assert all(requirement.specifier.contains(version, prereleases=True) for version in held), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_file_has_its_hashes(lock: str) -> None:
    bare = [name for name, _, block in blocks(lock) if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", block)]
    assert bare == []


def test_the_tests_run_on_what_is_shipped() -> None:
    shipped, tested = ({(name, version) for name, version, _ in blocks(lock)} for lock in LOCKS)
    assert shipped - tested == set()


def named_resources(path: Path) -> set[str]:
    """The resource files that a module names: in one text, or as a path that starts at the resources folder."""
    nodes = list(ast.walk(tree_of(path)))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    paths = {"/".join(steps) for node in nodes if (steps := resource_steps(node))}
    return {text for text in texts if RESOURCE.fullmatch(text)} | paths


def resource_steps(node: ast.AST) -> list[str]:
    """The steps of ``… / "resources" / "icons"`` or ``resources() / "icons"``, as far as they are plain texts."""
    steps: list[str] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        if not (isinstance(node.right, ast.Constant) and isinstance(node.right.value, str)):
            return []
        steps.insert(0, node.right.value)
        node = node.left
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "resources":
        steps.insert(0, "resources")
    return steps if steps[:1] == ["resources"] else []


def test_every_resource_that_is_named_is_there() -> None:
    there = {name_of(path) for path in tracked()}
    there |= {parent.as_posix() for name in there for parent in Path(name).parents}
    lost = [
        f"{name_of(path)}: {resource}"
        for path in modules()
        for resource in sorted(named_resources(path))
        if not any(name == resource or name.endswith("/" + resource.removeprefix("/")) for name in there)
    ]
    assert lost == []
