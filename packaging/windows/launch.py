"""What the launcher starts with: the station's command line, and a voice for a window that has no console."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

_LONGEST = 1_000_000
_SHOWN = 1500


def main() -> int:
    """Start the station as a program of its own; gives its exit status."""
    sys.frozen = True  # type: ignore[attr-defined]  # it starts itself again as sys.executable alone
    if sys.stderr is not None:
        return _station()
    kept = _keep_words()
    began = kept.tell() if kept else 0
    status = _station()
    if status and kept:
        kept.flush()
        kept.seek(began)
        _show(kept.read()[-_SHOWN:].strip())
    return status


def _station() -> int:
    from station.__main__ import main as start

    return start()


def _keep_words() -> IO[Any] | None:
    """A file for what the program says where there is no console; None where no file can be written."""
    from station.folders import find_folders

    path = find_folders().logs / "window.log"
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        how = "w+" if path.exists() and path.stat().st_size > _LONGEST else "a+"
        kept = Path.open(path, how, encoding="utf-8", errors="backslashreplace", buffering=1)
        sys.stdout = sys.stderr = kept
        return kept
    return None


def _show(words: str) -> None:
    """A box with what was said before the station ended; nothing where nothing was said."""
    if words and sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, words, "Claiming Station", 0x10)


if __name__ == "__main__":
    sys.exit(main())
