"""Secrets that nobody else has, every form in which they could leak, and a server that repeats what it was sent."""

import base64
import html
import io
import json
import threading
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from station.server.app import build
from station.server.dialects.datacake import practice as datacake
from station.server.dialects.disruptive import practice as disruptive
from station.server.dialects.here import practice as here
from station.server.dialects.xyte import practice as xyte
from station.server.importing import import_file
from tests.backends.worlds import on_a_port

TOKEN = 'nT4-loc/al+tok="en&7Wq<%'
SERVICE = 'sV8-acc/ount+sec="ret&2Lp<%-and-longer-than-32'
API_KEY = 'xK3-org/ani+key="of&9Rd<%'
CAKE = 'dC5-cak/ewo+rks="tok&4Jh<%'
HERE_KEY = 'hK6-app/lic+key="of&1Mn<%'
HERE_SECRET = 'hS2-app/lic+sec="ret&8Bv<%'
PASSWORD = 'pW9-of/the+use="r&3Gy<% x'
PASSPHRASE = 'pP1-sea/led+fil="e&5Tz<% y'
WRONG = 'wR0-not/the+rig="ht&6Fc<%-and-longer-than-32'
PIN, WRONG_PIN, NEW_CODE, REMOTE_PIN = "Zq7Xw9Kv", "Jm3Vt8Pb", "Hd5Rk2Ng", "Yc4Bf6Ls"
CANARIES: Mapping[str, str] = {
    "token": TOKEN, "service account's secret": SERVICE, "API key": API_KEY, "workspace's token": CAKE,
    "HERE key": HERE_KEY, "HERE secret": HERE_SECRET, "password": PASSWORD, "passphrase": PASSPHRASE,
    "wrong credentials": WRONG, "PIN": PIN, "wrong PIN": WRONG_PIN, "new claim code": NEW_CODE,
    "PIN of a claim that is never answered": REMOTE_PIN,
}
SHORTEST = 8
"""Fewer letters would be found by chance in a file of megabytes."""
DELIVERY = f"""vendor,device_type,product_number,serial,pin,owner
datacake,climate sensor,DC-20,CNR-100001,{PIN},northwind/{datacake.MAKER}
datacake,climate sensor,DC-20,CNR-100002,{PIN},northwind/{datacake.MAKER}
datacake,climate sensor,DC-20,CNR-100003,{REMOTE_PIN},northwind/{datacake.MAKER}
"""


def forms(secret: str) -> Iterator[bytes]:
    """How it stands in a text, in JSON, in an address, in a page, in Python's own writing and in base64."""
    inside = json.dumps(secret)[1:-1]
    for text in (secret, inside, json.dumps(inside)[1:-1], quote(secret, safe=""), quote(secret), quote_plus(secret),
                 html.escape(secret), html.escape(secret, quote=False), repr(secret)[1:-1]):
        for each in (text, text.upper(), text.lower()):
            yield each.encode()
    for lead in range(3):  # wherever in a longer text it begins
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            code = encode(b"x" * lead + secret.encode())[4 * (lead > 0) : -4]
            if len(code) >= SHORTEST:
                yield code


def found_in(name: str, data: bytes) -> list[str]:
    """Which secrets stand in this, in whatever form; a workbook is looked through unpacked."""
    parts = [data]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts += [packed.read(each) for each in packed.namelist()]
    return [
        f"{what} as {form!r} in {name}: …{part[max(0, part.find(form) - 80):part.find(form) + 60]!r}"
        for what, secret in CANARIES.items()
        for form in sorted(set(forms(secret)))
        for part in parts
        if form in part
    ]


def leaks(folders: Iterable[Path], captured: Mapping[str, str]) -> list[str]:
    """Every secret in any file below the folders, in their names, and in what was captured."""
    told = [line for name, text in captured.items() for line in found_in(name, text.encode("utf-8", "replace"))]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            told += found_in("a file's name", str(path).encode())
            if path.is_file():
                told += found_in(str(path), path.read_bytes())
    return told


class Echo:
    """The server; for a while its answers repeat the whole request, headers and all. ``calls`` lets reads through."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.status, self.kind, self.calls = 0, "html", False
        self.echoed = 0

    def begin(self, status: int, kind: str, *, calls: bool) -> None:
        self.status, self.kind, self.calls = status, kind, calls

    def end(self) -> None:
        self.status = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not self.status:
            await self._app(scope, receive, send)
            return
        parts, more = [], True
        while more:
            message = await receive()
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        body = b"".join(parts)
        if self.calls and not _claims(scope, body):
            await self._app(scope, _again(body), send)
            return
        self.echoed += 1
        text, kind = self._answer(scope, body)
        heads = [(b"content-type", kind), (b"x-request-id", _told(scope, b"x-request-id"))]
        await send({"type": "http.response.start", "status": self.status, "headers": heads})
        await send({"type": "http.response.body", "body": text})

    def _answer(self, scope: Any, body: bytes) -> tuple[bytes, bytes]:
        heads = b"\n".join(name + b": " + value for name, value in scope["headers"])
        told = b" ".join((scope["method"].encode(), scope["raw_path"], scope["query_string"], heads, body))
        text = told.decode("latin-1")
        if self.kind == "html":
            return f"<html><body><pre>{html.escape(text)}\n{text}</pre></body></html>".encode(), b"text/html"
        said = {"error": text, "message": text, "code": 1, "id": "e1", "help": text, "data": None,
                "errors": [{"message": text}], "detail": text, "outcome": text}
        return json.dumps(said).encode(), b"application/json"


def _claims(scope: Any, body: bytes) -> bool:
    """Whether a request changes something at one of the five, by its form."""
    if scope["method"] == "PUT" or b"addPincodeDevice" in body:
        return True
    return scope["method"] == "POST" and "claim" in scope["path"].lower() and "token" not in scope["path"]


def _told(scope: Any, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"none")


def _again(body: bytes) -> Any:
    sent = threading.Event()

    async def receive() -> dict[str, object]:
        if sent.is_set():
            return {"type": "http.disconnect"}
        sent.set()
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


@contextmanager
def served(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Echo]]:
    """The bundled server with its practice on a port, opened by these secrets alone; its address, and its echo."""
    for module, name, secret in ((disruptive, "SECRET", SERVICE), (xyte, "KEY", API_KEY), (datacake, "TOKEN", CAKE),
                                 (here, "KEY", HERE_KEY), (here, "SECRET", HERE_SECRET), (here, "PASSWORD", PASSWORD)):
        monkeypatch.setattr(module, name, secret)
    url = f"sqlite:///{(folder / 'registry.db').as_posix()}"
    app = build(url, clock=lambda: datetime.now(UTC), practice=True, served=True, token=TOKEN)
    echo = Echo(app)
    with on_a_port(echo) as address:
        rows = folder / "delivery.csv"
        rows.write_text(DELIVERY, "utf-8")
        imported = import_file(url, rows, datetime.now(UTC))
        assert imported.stored, imported.bad
        yield address, echo
