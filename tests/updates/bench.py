"""An index of versions with its keys, and a server on a thread of its own that hands it out or misbehaves."""

import asyncio
import hashlib
import json
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from station.settings import UpdateSettings
from station.ui.about_doors import Update
from station.updates.index import DOMAIN, FORMAT, VERSION, key_id
from station.updates.watch import Outside, Watch
from tests.backends.loopback import Place, Seen, serving

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEY, OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32), Ed25519PrivateKey.from_private_bytes(b"o" * 32)
PLATFORM = "linux-deb-x86_64"
INSTALLER = b"an installer " * 1000


def public(key: Ed25519PrivateKey = KEY) -> str:
    return b64encode(key.public_key().public_bytes_raw()).decode("ascii")


def body(**changed: Any) -> dict[str, Any]:
    """What is signed: one release, newer than 0.1.0."""
    return {
        "serial": 10, "channel": "stable", "issued": NOW.isoformat(), "expires": (NOW + timedelta(days=30)).isoformat(),
        "releases": [release("0.2.0")], **changed,
    }


def release(
    version: str, url: str = "station.deb", data: bytes = INSTALLER, platform: str = PLATFORM
) -> dict[str, Any]:
    own = {"url": url, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    return {"version": version, "published": NOW.isoformat(), "notes_url": "https://example.com/notes",
            "installers": {platform: own}}


def sign(told: object, key: Ed25519PrivateKey = KEY, *, named: Ed25519PrivateKey | None = None) -> bytes:
    """A whole index; ``named`` is whose signature it says that it is."""
    signed = told if isinstance(told, bytes) else json.dumps(told).encode("utf-8")
    signature = {"key": key_id((named or key).public_key().public_bytes_raw()),
                 "signature": b64encode(key.sign(DOMAIN + signed)).decode("ascii")}
    return envelope(b64encode(signed).decode("ascii"), [signature])


def envelope(signed: object, signatures: object, version: int = VERSION) -> bytes:
    return json.dumps({"format": FORMAT, "version": version, "signed": signed, "signatures": signatures}).encode()


@dataclass
class Shelf:
    """What the server hands out: a whole answer by path."""

    answers: dict[str, bytes] = field(default_factory=dict)
    url: str = ""
    handle: Callable[[Seen, asyncio.StreamWriter], Any] | None = None
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, data: bytes, status: int = 200, **headers: str) -> None:
        head = {"Content-Length": str(len(data)), **{name.replace("_", "-"): text for name, text in headers.items()}}
        lines = "".join(f"{name}: {text}\r\n" for name, text in head.items())
        self.answers[path] = f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + data

    async def answer(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        self.asked.append(seen.target)
        if self.handle is not None:
            await self.handle(seen, writer)
            return
        writer.write(self.answers.get(seen.target, b"HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"))
        await writer.drain()


@contextmanager
def shelf(tls: ssl.SSLContext | None = None) -> Iterator[Shelf]:
    """A server on a thread of its own for as long as the test takes."""
    made, ready, loop = Shelf(), threading.Event(), asyncio.new_event_loop()
    done = asyncio.Event()

    async def serve() -> None:
        async with serving(made.answer, tls) as place:
            assert isinstance(place, Place)
            made.url = place.url
            ready.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(10)
        yield made
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(10)
        loop.close()


@dataclass
class Desk:
    """A watch and what it told."""

    watch: Watch
    heard: list[Update]
    opened: list[Path]
    news: threading.Condition

    def wait(self, fits: Callable[[Update], bool], seconds: float = 10.0) -> Update:
        with self.news:
            assert self.news.wait_for(lambda: any(map(fits, self.heard)), seconds), self.heard
            return next(each for each in reversed(self.heard) if fits(each))


@contextmanager
def desk(
    state: Path, url: str, *, key: str = "", ca_file: str = "", channel: str = "stable", now: datetime = NOW,
    current: str = "0.1.0", platform: str = PLATFORM, limit_s: float = 5.0,
    opener: Callable[[Path], None] | None = None,
) -> Iterator[Desk]:
    """A watch that looks at once."""
    heard: list[Update] = []
    opened: list[Path] = []
    news = threading.Condition()

    def tell(update: Update) -> None:
        with news:
            heard.append(update)
            news.notify_all()

    outside = Outside(lambda: now, opener or opened.append, platform, 0.0, limit_s)
    watch = Watch(UpdateSettings(url, key or public(), channel), ca_file, state, current, outside, tell)
    watch.start()
    try:
        yield Desk(watch, heard, opened, news)
    finally:
        watch.stop()
