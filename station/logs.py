"""The log: a small rotating file, with everything that is secret or hostile kept out of it."""

import logging
import logging.handlers
from pathlib import Path

_LARGEST_BYTES = 2_000_000
_KEPT = 3


class _OneLine(logging.Formatter):
    """Control characters made visible: a scanned text cannot forge a line of the log."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        head, *trace = text.split("\n")
        return "\n    ".join([_visible(head), *map(_visible, trace)])


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def start_logging(folder: Path, *, verbose: bool = False) -> None:
    """Write to ``station.log`` in a folder; where that cannot be written, only to standard error."""
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    handler: logging.Handler
    try:
        handler = logging.handlers.RotatingFileHandler(
            folder / "station.log", maxBytes=_LARGEST_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    root.addHandler(handler)
    # At the finer levels these write addresses, headers, statement parameters and keys: never at any level of ours.
    for chatty in ("httpx", "httpcore", "oauthlib", "sqlalchemy", "alembic", "keyring", "PIL", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
