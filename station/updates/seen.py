"""Remembers the newest index that was believed, so that an older one is not believed after it."""

import json
import logging
from contextlib import suppress
from pathlib import Path

from station.whole_file import OWNER_ONLY, read_file, replace_file

log = logging.getLogger(__name__)


class Seen:
    """The highest serial of each channel and key, in a small file; one that cannot be read says nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def serial(self, name: str) -> int:
        return self._read().get(name, 0)

    def remember(self, name: str, serial: int) -> None:
        found = self._read()
        if found.get(name, 0) >= serial:
            return
        data = json.dumps({**found, name: serial}, sort_keys=True).encode("utf-8")
        try:
            replace_file(self._path, read_file(self._path), data, OWNER_ONLY)
        except OSError as error:
            log.warning("the newest index of updates cannot be remembered: %s", error.strerror)

    def _read(self) -> dict[str, int]:
        with suppress(OSError, ValueError, RecursionError):
            told = json.loads(read_file(self._path) or b"{}")
            if isinstance(told, dict):
                return {name: serial for name, serial in told.items() if type(serial) is int and serial > 0}
        return {}
