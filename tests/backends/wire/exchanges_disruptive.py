"""The exchanges with Disruptive that the fixtures hold, and both sides set up for them."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx
import jwt
from fastapi import FastAPI
from sqlalchemy.orm import Session

from station.backends.disruptive import Disruptive, DisruptiveSettings
from station.core.call import Answer, Call, CallDevice, Verb
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from station.core.secret import Secret
from station.server.app import Pacing, build
from station.server.auth import account_of
from station.server.importing import import_file
from station.server.registry.house import Target, find_organization, opened, put_target
from station.server.tables import Credential
from tests.backends.loopback import Seen, answer, serving

Exchange = Mapping[str, Any]
FOLDER = Path(__file__).with_name("disruptive")
FIXTURES: Mapping[str, Exchange] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ORGANIZATION, INVENTORY, OSLO, CLOSED, GONE = (
    "b50rgsamp1e000000000", "b5pr0j1nvent0r000000", "b5pr0j0s100000000000", "b5pr0jc10sed00000000",
    "b5pr0jg0ne0000000000",
)  # fmt: skip
FREE, KITTED, KITFREE, OURS, MOVES, UNKNOWN = (
    "b5rj9ed7rihk942p48og", "b5rj9ed7rihk942p48p0", "b5rj9ed7rihk942p48pg", "b5rj9ed7rihk942p48q0",
    "b5rj9ed7rihk942p48qg", "b5rj9ed7rihk942p48v0",
)  # fmt: skip
KEY_ID, SECRET = "b5key000000000000000", "a-secret-of-at-least-thirty-two-characters"
EMAIL = f"b5desk00000000000000@{INVENTORY}.serviceaccount.d21s.com"

DELIVERY = f"""\
vendor,kit_id,kit_name,device_id,device_type,product_number,organization,target
disruptive,,,{FREE},temperature,102058,,
disruptive,KIT-SAMPLE-1,"Starter kit EU, 2 devices",{KITTED},temperature,102058,{ORGANIZATION},{INVENTORY}
disruptive,KIT-SAMPLE-1,"Starter kit EU, 2 devices",{KITFREE},ccon,101483,,
disruptive,,,{OURS},temperature,102058,{ORGANIZATION},{INVENTORY}
disruptive,,,{MOVES},temperature,102058,{ORGANIZATION},{INVENTORY}
disruptive,KIT-SAMPLE-2,Two,b5rj9ed7rihk942p48r0,temperature,102058,,
disruptive,KIT-SAMPLE-2,Two,b5rj9ed7rihk942p48rg,ccon,101483,,
"""


def like(name: str, old: str, new: str) -> Exchange:
    """The fixture of that name for another device or project."""
    exchange: Exchange = json.loads(json.dumps(FIXTURES[name]).replace(old, new))
    return exchange


def asked_with(name: str, **query: str) -> Exchange:
    """The fixture of that name, asked with another query."""
    return {**FIXTURES[name], "request": FIXTURES[name]["request"] | {"query": query}}


@dataclass
class Wire:
    """A server that knows these exchanges and answers each verbatim; any other request is kept as ``odd``."""

    exchanges: Sequence[Exchange]
    asked: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    async def __call__(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        known = (*self.exchanges, FIXTURES["token"])
        found = next((each for each in known if matches(each["request"], seen)), None)
        if found is None:
            self.odd.append(f"{seen.method} {seen.target} {seen.body!r}")
        else:
            self.asked.append(found["what"])
        told: Exchange = found["answer"] if found else {"status": 418, "body": {}, "headers": {}}
        writer.write(answer(told["status"], json.dumps(told["body"]).encode(), told["headers"]))
        await writer.drain()


def knowing(*some: str | Exchange) -> Wire:
    """A wire of fixtures by name, and of exchanges made from them."""
    return Wire([FIXTURES[each] if isinstance(each, str) else each for each in some])


def matches(request: Mapping[str, Any], seen: Seen) -> bool:
    address = urlsplit(seen.target)
    if (seen.method, address.path) != (request["method"], request["path"]):
        return False
    if dict(parse_qsl(address.query, keep_blank_values=True)) != request["query"]:
        return False
    if request["headers"].get("Authorization") and not seen.headers.get("authorization", "").startswith("Bearer "):
        return False
    if request["headers"].get("Content-Type") == "application/x-www-form-urlencoded":
        form = dict(parse_qsl(seen.body.decode()))
        return seen.headers["content-type"] == "application/x-www-form-urlencoded" and _is_assertion(form, request)
    return bool((json.loads(seen.body) if seen.body else None) == request["body"])


def _is_assertion(form: dict[str, str], request: Mapping[str, Any]) -> bool:
    token = form.pop("assertion")
    claim = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_aud": False, "verify_exp": False})
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": KEY_ID}
    assert claim.keys() == {"iat", "exp", "aud", "iss"}
    assert claim["exp"] - claim["iat"] == 3600
    assert claim["iat"] == int(NOW.timestamp()) - 5
    assert claim["iss"] == EMAIL
    return form == {name: value for name, value in request["body"].items() if name != "assertion"}


def ask(wire: Wire, work: Callable[[Disruptive], Coroutine[Any, Any, Any]], **changed: Any) -> Any:
    """Run ``work`` on a backend whose vendor is the wire; each request must have been one of its fixtures."""

    async def run() -> Any:
        async with serving(wire) as place:
            settings: dict[str, Any] = {
                "base_url": f"{place.url}/v2", "token_url": f"{place.url}/oauth2/token", "key_id": KEY_ID,
                "email": EMAIL, "organization": ORGANIZATION, "settle_s": 0.0, "whole_organization": True,
            }  # fmt: skip
            backend = Disruptive(
                "oslo", DisruptiveSettings(**settings | changed), {"secret": Secret(SECRET)}, lambda: NOW
            )
            try:
                return await asyncio.wait_for(work(backend), 10)
            finally:
                await backend.close()

    try:
        return asyncio.run(run())
    finally:
        assert wire.odd == []


def code(text: str) -> Identifier:
    return Identifier.of(Kind.CODE, code=text)


def call_of(*devices: tuple[str, str], target: str = INVENTORY, verb: Verb = Verb.CLAIM, name: str = "") -> Call:
    """A call for (code, ref) pairs; where ``ref`` is empty nobody looked the code up."""
    named = tuple(CallDevice(n, ref or text, ref, code(text), name) for n, (text, ref) in enumerate(devices, 1))
    return Call(
        str(uuid4()), 1, verb, "oslo", "disruptive", "", "", target, named, "Kari", str(uuid4()), NOW,
    )  # fmt: skip


def kinds(answered: Answer) -> dict[str, tuple[OutcomeKind, str]]:
    return {each.device_id: (each.outcome.kind, each.outcome.code) for each in answered.results}


def serve(tmp_path: Path, pacing: Pacing | None = None) -> FastAPI:
    url = f"sqlite:///{(tmp_path / 'registry.db').as_posix()}"
    delivery = tmp_path / "delivery.csv"
    delivery.write_text(DELIVERY, encoding="utf-8")

    def set_up(session: Session) -> None:
        put_target(session, Target(OSLO, "Oslo-West", ORGANIZATION, "Example Building Services", vendor="disruptive"))
        put_target(session, Target(INVENTORY, "Inventory", ORGANIZATION, vendor="disruptive"))
        put_target(session, Target(CLOSED, "Archive", ORGANIZATION, may_claim=False, vendor="disruptive"))
        organization = find_organization(session, ORGANIZATION)
        assert organization is not None
        account = account_of(session, organization, "desk")
        session.add(Credential(account_id=account.id, vendor="disruptive", name=KEY_ID, secret=SECRET, extra=EMAIL,
                               basic=False))  # fmt: skip

    with opened(url) as database:
        database.write(set_up)
    imported = import_file(url, delivery, NOW)
    assert imported.stored, imported.bad
    return build(url, clock=lambda: NOW, pacing=pacing or Pacing())


async def put(client: httpx.AsyncClient, request: Mapping[str, Any], token: str) -> httpx.Response:
    """The fixture's request, with a real token and a real assertion where it has "…"."""
    headers = {name: value.replace("…", token) for name, value in request["headers"].items()}
    path = f"/disruptive{request['path']}"
    if request["headers"].get("Content-Type", "").endswith("urlencoded"):
        return await client.post(path, data=dict(request["body"]) | {"assertion": token}, headers=headers)
    return await client.request(
        request["method"], path, params=request["query"], json=request["body"], headers=headers
    )


def assertion(**changed: Any) -> str:
    at = int(NOW.timestamp())
    claim = {"iat": at, "exp": at + 3600, "aud": "http://server/disruptive/oauth2/token", "iss": EMAIL} | changed
    return jwt.encode(claim, SECRET, "HS256", headers={"kid": KEY_ID})


async def token_from(client: httpx.AsyncClient) -> str:
    told = (await put(client, FIXTURES["token"]["request"], assertion())).json()
    return str(told["access_token"])


def with_client(app: FastAPI, work: Callable[[httpx.AsyncClient], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        transport = httpx.ASGITransport(app=app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://s") as c:
            await work(c)

    asyncio.run(asyncio.wait_for(run(), 20))
