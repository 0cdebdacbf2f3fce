"""The steps from each version of the tables to the next, oldest first.

A step is a module with either ``STATEMENTS`` (plain SQL, run as it is) or ``upgrade(op)``, which is given Alembic's
operations. They are named here, one by one, so that a program that is frozen into one file finds them too.
"""

from types import ModuleType


def steps() -> tuple[ModuleType, ...]:
    """All of them; a database that has taken N of them is at version N."""
    from . import v0001, v0002, v0003, v0004  # the text of the tables is read only when a database is made or migrated

    return v0001, v0002, v0003, v0004


VERSION = 4
"""How many steps there are: ``PRAGMA user_version`` of a database that needs none."""
