"""Holds backend and dialect to the same written exchanges of Datacake, so that the two cannot agree on a mistake.

The real vendor was not asked. Its schema and its own notes are public, and what they say is marked *confirmed*. Nobody
has seen what it answers to a wrong PIN, an unknown serial number, a closed lock or a second claim, whether a claim can
fail with an error code, whether a claimer sees whose product a device is, or how many requests it takes: those are
*inferred*, and the backend keeps a text that it does not know as it came.
"""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from graphql import build_schema, parse, print_ast, validate
from sqlalchemy import select

from station.backends.datacake import Datacake, DatacakeSettings
from station.backends.datacake_protocol import documents
from station.core.call import Call, CallDevice, Verb
from station.core.errors import NotSentError, RefusedError, SignInError, TargetError
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from station.core.secret import Secret
from station.server.app import Pacing, build
from station.server.auth import grant
from station.server.dialects.datacake.schema import SDL
from station.server.importing import import_file
from station.server.registry.house import Target, find_organization, opened, put_target
from station.server.tables import Device
from tests.backends.loopback import answer, say, serving
from tests.backends.wire.shapes import differences

FOLDER = Path(__file__).parent / "datacake"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
TOKEN = "token-of-the-fixtures"
HOME, OTHER = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-9999-aaaaaaaaaaaa"
OURS, REFUSED = OutcomeKind.ALREADY_OURS, OutcomeKind.REJECTED
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DELIVERY = f"""\
vendor,device_type,serial,pin,organization,target,claiming,owner,plan_open
datacake,meter,SN-OWNED-1,4711,,,,us/{HOME},
datacake,meter,SN-SHARED-1,4711,us,{HOME},closed,them/maker,
datacake,meter,SN-FREE-1,4711,,,,them/maker,
datacake,meter,SN-FREE-2,4712,,,,them/maker,
datacake,meter,SN-OWNED-2,4711,,,closed,us/{HOME},
datacake,meter,SN-OWNED-3,4711,us,{OTHER},closed,us/{HOME},
datacake,meter,SN-PLAN-1,4711,,,,them/maker,no
datacake,meter,SN-LOCKED-1,4711,,,closed,them/maker,
"""
IDS = ("SN-OWNED-1", "SN-SHARED-1", "SN-FREE-1", "SN-FREE-2", "SN-OWNED-2", "SN-OWNED-3")


def load(name: str) -> dict[str, Any]:
    fixture: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return fixture


def number(at: int) -> str:
    return f"0000000{at}-aaaa-4bbb-8ccc-dddddddddddd"


# What the backend asks and reads.


def call_of(fixture: dict[str, Any], verb: Verb = Verb.CLAIM, **values: str) -> Call:
    """The call whose request the fixture holds."""
    given = fixture["request"]["body"]["variables"]
    inputs = [given[name] for name in sorted(given) if name.startswith("input")]
    handles = [
        given.get(f"deviceId_{at}") or inputs[at].get("deviceId") or inputs[at].get("deviceIds", [""])[0]
        for at in range(len(inputs) or 1)
    ]
    pairs = [(each.get("serialNumber", "SN"), each.get("pinCode", "")) for each in inputs] or [("SN", "")]
    secrets = tuple((name, Secret(values.pop(name))) for name in ("pin",) if name in values)
    named = values.pop("name", "")
    devices = tuple(
        CallDevice(at, serial, "", Identifier.of(Kind.SERIAL_PIN, serial=serial, pin=pin), named, handle)
        for at, ((serial, pin), handle) in enumerate(zip(pairs, handles, strict=True))
    )
    workspaces = [each["workspace"] for each in inputs if "workspace" in each]
    return Call(
        "key", 1, verb, "cake", "datacake", "", "", workspaces[0] if workspaces else HOME, devices, "Kari", "request",
        NOW, values=tuple(values.items()), secrets=secrets,
    )


def kinds(*expected: OutcomeKind) -> Callable[[Any], bool]:
    return lambda told: tuple(result.outcome.kind for result in told.results) == expected


Work = Callable[[Datacake, dict[str, Any]], Awaitable[Any]]
ask_account: Work = lambda backend, _: backend.account()  # noqa: E731
claim: Work = lambda backend, fixture: backend.claim(call_of(fixture))  # noqa: E731


def look(backend: Datacake, fixture: dict[str, Any]) -> Awaitable[Any]:
    wanted = ("SN-OWNED-1", "SN-SHARED-1", "SN-NOWHERE-1")
    identifiers = [Identifier.of(Kind.SERIAL_PIN, serial=serial, pin="1") for serial in wanted]
    return backend.look_up(identifiers, fixture["request"]["body"]["variables"]["workspace"])


def changing(verb: Verb, **values: str) -> Work:
    return lambda backend, fixture: backend.change(call_of(fixture, verb, **values))


def looked(found: Any) -> bool:
    (owned,), (shared,), (unknown,) = (finding.devices for finding in found)
    assert (owned.owned, owned.handle, owned.holder.value) == (True, number(1), "ours")
    assert (shared.owned, shared.handle, shared.place) == (False, number(2), "Example")
    return bool(unknown.status.value == "unchecked")


CASES: dict[str, tuple[Work, Any]] = {
    "account": (ask_account, lambda account: (account.id, account.title) == (number(9), "desk")),
    "account_no_token": (ask_account, SignInError),
    "bad_token": (ask_account, SignInError),
    "rate_limited": (ask_account, NotSentError),
    "workspaces": (
        lambda backend, _: backend.targets(),
        lambda told: [(t.id, t.title, t.organization, t.may_claim) for t in told]
        == [(HOME, "Example", "Example Building Services", True)],
    ),
    "devices": (look, looked),
    "devices_no_workspace": (look, lambda found: {finding.status.value for finding in found} == {"unchecked"}),
    "claim": (claim, kinds(OutcomeKind.CLAIMED_NOW)),
    "claim_several": (
        claim, kinds(OutcomeKind.CLAIMED_NOW, OutcomeKind.CLAIMING_CLOSED, OutcomeKind.CLAIMED_NOW)
    ),
    "claim_disabled": (claim, kinds(OutcomeKind.CLAIMING_CLOSED)),
    "claim_locked": (claim, kinds(OutcomeKind.CLAIMING_CLOSED)),
    "claim_wrong_pin": (claim, kinds(OutcomeKind.WRONG_SECRET)),
    "claim_unknown": (claim, kinds(OutcomeKind.NOT_FOUND)),
    "claim_already": (claim, kinds(OutcomeKind.ALREADY_CLAIMED)),
    "claim_quota": (claim, kinds(OutcomeKind.CLAIMED_NOW, OutcomeKind.OVER_QUOTA)),
    "claim_no_rights": (claim, TargetError),
    "claim_no_token": (claim, SignInError),
    # The same answer to the read that follows shows no user at all: the sign-in is asked for, nothing is guessed.
    "claim_no_workspace": (claim, SignInError),
    "open_claiming": (changing(Verb.OPEN_CLAIMING, pin="Q7"), kinds(OURS)),
    "close_claiming": (changing(Verb.CLOSE_CLAIMING), kinds(OURS)),
    "share": (changing(Verb.SHARE, workspace=OTHER), kinds(OURS)),
    "share_refused": (changing(Verb.SHARE, workspace=OTHER), kinds(OutcomeKind.CLAIMING_CLOSED)),
    "revoke": (changing(Verb.REVOKE, workspace=OTHER), kinds(OURS)),
    "rename": (lambda backend, fixture: backend.rename(call_of(fixture, name="Møterom 1")), kinds(OURS)),
}
"""What the backend does, and what it makes of the answer. A document that does not fit is never sent, and a release is
read first: those two are looked at by themselves."""


@pytest.mark.parametrize("name", CASES)
def test_the_backend_asks_and_reads_as_written(name: str) -> None:
    fixture = load(name)
    work, expected = CASES[name]
    request, told = fixture["request"], fixture["answer"]
    body = b"" if told["body"] is None else json.dumps(told["body"]).encode()

    async def run() -> Any:
        async with serving(say(answer(told["status"], body, told["headers"], keep=False))) as place:
            token = {"token": Secret(TOKEN)} if "Authorization" in request["headers"] else {}
            settings = DatacakeSettings(base_url=f"{place.url}/graphql/", pin_pause_s=0, name_after_claim=False)
            backend = Datacake("cake", settings, token, lambda: NOW)
            try:
                return await work(backend, fixture), place.seen[0]
            except (SignInError, NotSentError, TargetError) as error:
                return error, place.seen[0]
            finally:
                await backend.close()

    result, seen = asyncio.run(run())
    assert isinstance(result, expected) if isinstance(expected, type) else expected(result)
    assert (seen.method, seen.target) == ("POST", "/graphql/")
    scheme = f"Token {TOKEN}" if "Authorization" in request["headers"] else None
    assert {name.lower(): value for name, value in seen.headers.items()}.get("authorization") == scheme
    sent = json.loads(seen.body)
    written = request["body"]
    assert sent["operationName"] == written["operationName"]
    assert print_ast(parse(sent["query"])) == print_ast(parse(written["query"]))
    assert sent["variables"] == written["variables"]


def test_a_release_goes_as_written_and_only_after_a_read() -> None:
    devices, remove = load("devices"), load("remove")
    answers = [json.dumps(each["answer"]["body"]).encode() for each in (devices, remove)]

    async def run() -> Any:
        async def handle(_seen: Any, writer: Any) -> None:
            writer.write(answer(200, answers.pop(0), keep=False))
            await writer.drain()
            writer.close()

        async with serving(handle) as place:
            settings = DatacakeSettings(base_url=f"{place.url}/graphql/")
            backend = Datacake("cake", settings, {"token": Secret(TOKEN)}, lambda: NOW)
            try:
                told = await backend.release(call_of(remove, Verb.RELEASE))
            finally:
                await backend.close()
            return told, [json.loads(seen.body) for seen in place.seen]

    told, (read, sent) = asyncio.run(run())
    assert kinds(OURS)(told)
    assert read["operationName"] == "Devices"
    assert print_ast(parse(sent["query"])) == print_ast(parse(remove["request"]["body"]["query"]))
    assert sent["variables"] == remove["request"]["body"]["variables"]


def test_every_document_fits_the_schema() -> None:
    schema = build_schema(SDL)
    changes = [what.document(count) for what in documents.CHANGES for count in (1, 3)]
    for text in (*documents.READS, *changes):
        assert validate(schema, parse(text)) == [], text


def test_a_document_that_does_not_fit_is_refused() -> None:
    fixture = load("invalid_document")

    async def run() -> None:
        body = json.dumps(fixture["answer"]["body"]).encode()
        async with serving(say(answer(400, body, keep=False))) as place:
            backend = Datacake("cake", DatacakeSettings(base_url=f"{place.url}/graphql/"), {}, lambda: NOW)
            try:
                await backend.account()
            finally:
                await backend.close()

    with pytest.raises(RefusedError, match="nonsense"):
        asyncio.run(run())


# What the dialect answers.


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with what the fixtures speak of."""
    folder = tmp_path_factory.mktemp("wire-datacake")
    path, delivery = folder / "registry.db", folder / "delivery.csv"
    delivery.write_text(DELIVERY, encoding="utf-8")
    url = f"sqlite:///{path.as_posix()}"

    def targets(session: Any) -> None:
        put_target(session, Target(HOME, "Example", "us", "Us & Co", vendor="datacake"))
        put_target(session, Target(OTHER, "Other", "us", seats=2, vendor="datacake"))
        closed = "22222222-3333-4444-8555-666666666666"
        put_target(session, Target(closed, "Closed", "us", may_claim=False, vendor="datacake"))
        put_target(session, Target("maker", "Maker", "them", "Them", vendor="datacake"))
        us = find_organization(session, "us")
        assert us is not None
        grant(session, us, "desk", TOKEN, NOW, "test")

    def keys(session: Any) -> None:
        for at, serial in enumerate(IDS, 1):
            session.scalars(select(Device).where(Device.serial == serial)).one().key = UUID(number(at)).hex

    with opened(url) as database:
        database.write(targets)
    assert import_file(url, delivery, NOW).stored
    with opened(url) as database:
        database.write(keys)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_the_dialect_answers_as_written(name: str, registry: Path, tmp_path: Path) -> None:
    fixture = load(name)
    request, expected = fixture["request"], fixture["answer"]
    url = f"sqlite:///{shutil.copy(registry, tmp_path / 'registry.db')}"
    app = build(url, clock=lambda: NOW, pacing=Pacing(1) if expected["status"] == 429 else Pacing())
    token = "nobody" if expected["status"] == 401 else TOKEN
    headers = {key: value.replace("<token>", token) for key, value in request["headers"].items()}

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as client:
            for _ in range(2 if expected["status"] == 429 else 1):
                told = await client.post(
                    f"http://server/datacake{request['path']}", json=request["body"], headers=headers
                )
        return told

    told = asyncio.run(run())
    assert told.status_code == expected["status"], told.text
    if expected["body"] is None:
        assert told.content == b""
        return
    assert differences(expected["body"], told.json()) == []
    assert set(map(str.lower, expected["headers"])) <= set(told.headers)


@pytest.mark.parametrize("name", NAMES)
def test_every_exchange_says_where_it_is_from(name: str) -> None:
    fixture = load(name)
    assert fixture["what"]
    assert fixture["source"]
    assert fixture["status"] in ("confirmed", "inferred")
