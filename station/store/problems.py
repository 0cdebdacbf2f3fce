"""What can go wrong with the database, in words that the screen has sentences for."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum


class StoreProblem(StrEnum):
    DAMAGED_KEPT_ASIDE = "damaged_kept_aside"
    """The file was damaged, is kept beside the new one, and what could be read was taken over."""
    DAMAGED = "damaged"
    NEWER_VERSION = "newer_version"
    NOT_OURS = "not_ours"
    """The file is a database, but not one of this program's."""
    READ_ONLY = "read_only"
    DISK_FULL = "disk_full"
    DISK_ERROR = "disk_error"
    NO_ACCESS = "no_access"
    LOCKED = "locked"
    CONSTRAINT = "constraint"
    """A rule of the tables was broken: a fault of ours, nothing was changed."""
    FAULT = "fault"


@dataclass
class StoreError(Exception):
    """The database did not do it, and nothing of the transaction is kept. ``detail`` is for support."""

    problem: StoreProblem
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.problem}: {self.detail}"


_BY_CODE = {
    sqlite3.SQLITE_FULL: StoreProblem.DISK_FULL,
    sqlite3.SQLITE_READONLY: StoreProblem.READ_ONLY,
    sqlite3.SQLITE_IOERR: StoreProblem.DISK_ERROR,
    sqlite3.SQLITE_CORRUPT: StoreProblem.DAMAGED,
    sqlite3.SQLITE_NOTADB: StoreProblem.DAMAGED,
    sqlite3.SQLITE_CANTOPEN: StoreProblem.NO_ACCESS,
    sqlite3.SQLITE_PERM: StoreProblem.NO_ACCESS,
    sqlite3.SQLITE_AUTH: StoreProblem.NO_ACCESS,
    sqlite3.SQLITE_BUSY: StoreProblem.LOCKED,
    sqlite3.SQLITE_LOCKED: StoreProblem.LOCKED,
    sqlite3.SQLITE_CONSTRAINT: StoreProblem.CONSTRAINT,
}


def sort_error(error: sqlite3.Error) -> StoreError:
    """SQLite's error as ours, by its primary result code."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = getattr(error, "sqlite_errorname", "")
    return StoreError(_BY_CODE.get(code, StoreProblem.FAULT), f"{name} {error}".strip())
