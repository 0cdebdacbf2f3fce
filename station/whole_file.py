"""Replaces a file whole or not at all, and never one that somebody else has changed meanwhile."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o600


def read_file(path: Path) -> bytes | None:
    """What stands in a file; None where there is none. Raises OSError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def replace_file(
    path: Path, found: bytes | None, data: bytes, mode: int, check: Callable[[Path], object] | None = None
) -> bool:
    """Put ``data`` in a file's place, on the disk for good; False where ``found`` is not what stands there now.

    ``check`` looks at the new file before it takes the place, and raises where it may not. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made for its owner alone
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.chmod(mode)
        if check is not None:
            check(fresh)
        if read_file(path) != found:
            fresh.unlink()
            return False
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return True


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk too; where a system has no such thing (Windows), its rename does that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
