"""One recording on its way to the disk: a thread writes it, secrets replaced by others of the same shape."""

import hmac
import logging
import os
import queue
import re
import secrets
import threading
import time
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from station.core.news import ScanHeard
from station.core.scan import Scan
from station.core.secret import MASK
from station.labels.masking import visible
from station.scanners.framing.recording import begin_line, scan_line

log = logging.getLogger(__name__)
_HEX = frozenset("0123456789abcdefABCDEF")


class Tape:
    """One recording, written by a thread of its own: the desk's is not kept waiting."""

    def __init__(self, path: Path, now: datetime) -> None:
        self.path, self.count, self.failed = path, 0, False
        self._began, self._key = time.monotonic(), secrets.token_bytes(32)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", newline="\n")
        self._file.write(begin_line(now))
        self._waiting: queue.SimpleQueue[tuple[Scan, float, str] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="recording", daemon=True)
        self._thread.start()

    def take(self, scan: Scan, at: float, answer: "Future[ScanHeard]") -> None:
        """Called on the desk's thread, with what the desk says may be shown of the scan."""
        if not answer.cancelled() and answer.exception() is None:
            self._waiting.put((scan, at - self._began, answer.result().shown))

    def end(self) -> None:
        self._waiting.put(None)
        self._thread.join(5.0)

    def _write(self) -> None:
        last = 0.0
        try:
            with self._file:
                while (taken := self._waiting.get()) is not None:
                    scan, at_s, shown = taken
                    last = max(last, at_s)  # two scanners' scans may change places on their way to the desk
                    self._file.write(scan_line(without_secrets(scan, shown, self._key), last))
                    self._file.flush()
                    self.count += 1
        except OSError:
            log.exception("the recording %s ends", self.path.name)
            self.failed = True


def without_secrets(scan: Scan, shown: str, key: bytes) -> Scan:
    """The scan, what the screen masks replaced: the same secret by the same stand-in, as long as the key is the same.

    Where it cannot be told which part of the text is masked, all of it is replaced.
    """
    if MASK not in shown:
        return scan
    text = scan.text
    pieces = _pieces(text, shown)
    made = "".join(part if open_ else stand_in(part, key) for part, open_ in pieces)
    return replace(scan, data=made.encode("utf-8", "replace"))


def stand_in(secret: str, key: bytes) -> str:
    """Another text of the same shape: digits for digits, letters for letters, hexadecimal where it was."""
    letters = "abcdef" if set(secret) <= _HEX else "abcdefghijklmnopqrstuvwxyz"
    stream = _numbers(secret, key)
    return "".join(_alike(character, next(stream), letters) for character in secret)


def _numbers(secret: str, key: bytes) -> "map[int]":
    def block(number: int) -> bytes:
        return hmac.digest(key, f"{number} {secret}".encode("utf-8", "surrogatepass"), "sha256")

    blocks = (block(number) for number in range(len(secret) // 32 + 1))
    return map(int, b"".join(blocks))


def _alike(character: str, number: int, letters: str) -> str:
    if character.isdigit():
        return str(number % 10)
    if character.isalpha():
        other = letters[number % len(letters)]
        return other.upper() if character.isupper() else other
    return character


def _pieces(text: str, shown: str) -> list[tuple[str, bool]]:
    """The text in parts, and of each whether the screen shows it as it is."""
    pictures = [visible(character) for character in text]
    begins = [0]
    for picture in pictures:
        begins.append(begins[-1] + len(picture))
    pattern = "(.+?)".join(f"({re.escape(part)})" for part in shown.split(MASK))
    if shown.endswith(MASK):
        pattern = pattern.removesuffix("(.+?)()") + "(.+)()"
    found = re.search(pattern, "".join(pictures), re.DOTALL)
    ends = [found.end(number) for number in range(1, found.re.groups + 1)] if found is not None else []
    if found is None or not {found.start(), *ends} <= set(begins):
        return [(text, False)]
    place = {begin: number for number, begin in enumerate(begins)}
    at, parts = place[found.start()], [(text[: place[found.start()]], False)]
    for number, end in enumerate(ends):
        parts.append((text[at : place[end]], number % 2 == 0))
        at = place[end]
    return [*parts, (text[at:], False)]
