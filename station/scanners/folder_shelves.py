"""Where a watched folder's files go once they were read: ``read``, or ``not read`` beside the reason."""

import os
from contextlib import suppress
from pathlib import Path

READ, NOT_READ = "read", "not read"
_MOST = 10_000


def shelves_work(folder: Path) -> bool:
    """Whether files of this folder can be moved into the two beside them."""
    try:
        for name in (READ, NOT_READ):
            (folder / name).mkdir(exist_ok=True)
            probe = folder / name / f".{os.getpid()}"
            probe.touch()
            probe.unlink()
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def put_aside(path: Path, why: str) -> Path:
    """Move a file where it belongs, under a name that nothing has there; ``why`` it gave nothing goes beside it.

    Raises OSError, as for one that another program holds open.
    """
    shelf = path.parent / (NOT_READ if why else READ)
    shelf.mkdir(exist_ok=True)
    place = _free(shelf, path)
    path.rename(place)
    if why:
        with suppress(OSError):  # the reason was told on the screen too
            place.with_name(f"{place.name}.why.txt").write_text(why + "\n", "utf-8")
    return place


def _free(shelf: Path, path: Path) -> Path:
    names = (path.name, *(f"{path.stem} ({number}){path.suffix}" for number in range(2, _MOST)))
    return next((shelf / name for name in names if not (shelf / name).exists()), shelf / path.name)
