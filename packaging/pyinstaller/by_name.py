"""What the program loads by name at run time, so that no import in its text leads there: the recipe adds it by hand."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

OURS = "station"
"""All of it: plug-ins are found by folder, the desk's verbs and the migrations by a name that is put together."""

OTHERS = (
    "keyring.backends",  # entry points name them
    "uvicorn.lifespan",  # settings name these three
    "uvicorn.loops",
    "uvicorn.protocols",
)
"""Packages of others whose modules are loaded by name."""

SINGLE = (
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "psycopg.pq.pq_ctypes",  # over the system's libpq, where a server on PostgreSQL is wanted
    "alembic.ddl.sqlite",
    "alembic.ddl.postgresql",
    "logging.config",
)
"""Modules of others that are loaded by name."""

METADATA = ("keyring", "zxing-cpp", "pyzbar", "psycopg")
"""Distributions that are asked for their version or their entry points."""


def ours(root: Path = ROOT) -> list[str]:
    """Every module of ours by its file. Nothing is imported: one that lacks a driver here is shipped all the same."""
    names: set[str] = set()
    for path in (root / OURS).rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        if all(part.isidentifier() for part in parts):  # the server's migrations are files for Alembic, no modules
            names.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return sorted(names)
