"""Compiles a folder's modules into byte code beside them, without their documentation: it is a quarter of their size.

    python bare_code.py TREE FOLDER          run by the Python whose byte code it is to be

Checks (``assert``) stay, unlike with Python's own -OO.
"""

import ast
import importlib.util
import marshal
import sys
from fnmatch import fnmatchcase
from pathlib import Path

NEVER_ASKS_FOR_THE_SOURCE = (0b01).to_bytes(4, "little")
"""A pyc's mark: it holds whatever became of its source (PEP 552, unchecked hash)."""
READ = ("*numpy/_core/multiarray.py", "*numpy/ma/*", "*sqlalchemy/*events.py")
"""Patterns of the paths of modules whose documentation the library itself works with."""
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_documentation(source: bytes) -> ast.Module:
    """The module's tree without the texts that open it, its classes and its functions. Raises SyntaxError."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            said = node.body.pop(0)
            if not node.body and not isinstance(node, ast.Module):
                node.body.append(ast.copy_location(ast.Pass(), said))
    return tree


def compile_module(path: Path, name: str) -> bytes:
    """What a pyc of the module holds; ``name`` is the path that is told where it fails. Raises SyntaxError."""
    source = path.read_bytes()
    bare = source if any(fnmatchcase(name, each) for each in READ) else without_documentation(source)
    code = compile(bare, name, "exec", dont_inherit=True)
    head = importlib.util.MAGIC_NUMBER + NEVER_ASKS_FOR_THE_SOURCE + importlib.util.source_hash(source)
    return head + marshal.dumps(code)


def main() -> None:
    top, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for path in sorted(folder.rglob("*.py")):
        try:
            made = compile_module(path, path.relative_to(top).as_posix())
        except (SyntaxError, ValueError):
            continue  # a template that is no Python is no fault
        path.with_suffix(".pyc").write_bytes(made)


if __name__ == "__main__":
    main()
