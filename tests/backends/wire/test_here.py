"""Holds both sides to the exchanges in ``here/``: the backend's requests and reading, and the dialect's answers.

The real vendor was not asked. Each exchange is marked *confirmed* (it stands in the vendor's own API descriptions or
guides) or *inferred*; what the live service answers may still differ in both.
"""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pytest
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

from station.backends.here import Here, HereSettings
from station.backends.wire import inside
from station.backends.wire.answers import parse_json
from station.core.call import Answer, Call, CallDevice, ReadBack, Verb
from station.core.errors import CallError, Cause, NotSentError, SignInError, TargetError
from station.core.finding import ClaimStatus, Finding, Holder
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from station.core.secret import Secret
from station.server.auth import digest_of, grant
from station.server.dialects.here.door import RENEWAL
from station.server.registry.house import find_organization
from station.server.tables import Token
from tests.backends.loopback import answer, run, say, serving
from tests.backends.wire.shapes import differences
from tests.backends.world_here import ANOTHER, APP, FREE, KEY, OSLO, OURS, SECRET, UNKNOWN, HereWorld, external, fill

FOLDER = Path(__file__).parent / "here"
FIXTURES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
HRN = "hrn:here:authorization::org123456789:project/oslo"
THEIRS = "hrn:here:authorization::org987654321:project/theirs"
TRACKING = "HERE-1d4b6f0e-52c7-4c8e-9b0d-3a7e5f21c604"
PALLET, TAGGED = external("pallet-0001"), external("pallet-0002")
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
Work = Callable[[Here], Coroutine[Any, Any, Any]]


def code(text: str) -> Identifier:
    return Identifier.of(Kind.CODE, code=text)


def call(
    identifier: Identifier, target: str = OSLO, handle: str = "", verb: Verb = Verb.CLAIM, name: str = "", **more: Any
) -> Call:
    device = CallDevice(1, identifier.text, "", identifier, name, handle)
    return Call("k", 1, verb, "tracking", "here", "", "", target, (device,), "Kari", "r", datetime.now(UTC), **more)


@dataclass(frozen=True)
class Case:
    """What the backend does to send the fixture's request; ``reads`` says of what came back, or of the error, whether
    it is what the answer means."""

    work: Work
    reads: Callable[[Any], bool]
    settings: Mapping[str, Any] = field(default_factory=dict)


def outcome(kind: OutcomeKind, **more: str) -> Callable[[Any], bool]:
    def check(got: Any) -> bool:
        assert isinstance(got, Answer), got
        (result,) = got.results
        assert {name: getattr(result.outcome, name) for name in more} == more
        assert UUID4.fullmatch(result.outcome.request_id)
        return result.outcome.kind is kind

    return check


def error(kind: type[CallError], cause: Cause) -> Callable[[Any], bool]:
    return lambda got: type(got) is kind and got.cause is cause and (not got.status or bool(got.request_id))


def claim(identifier: Identifier, target: str = OSLO) -> Work:
    return lambda backend: backend.claim(call(identifier, target))


def found(handle: str) -> Callable[[Any], bool]:
    def check(got: Any) -> bool:
        (finding,) = got
        assert isinstance(finding, Finding)
        (device,) = finding.devices
        return (device.status, device.holder, device.handle) == (ClaimStatus.CLAIMED, Holder.OURS, handle)

    return check


def unseen(got: Any) -> bool:
    return [(each.status, each.devices) for each in got] == [(ClaimStatus.UNCHECKED, ())]


AS_CLIENT: Mapping[str, Any] = {"auth": "client", "scope": HRN}
AS_USER: Mapping[str, Any] = {"auth": "user", "email": "kari@example.org", "realm": "org123456789"}
ERROR_ID = "error ID 5771b3d4-95ae-4959-ac63-fbaa3d5d06ee"
CASES: Mapping[str, Case] = {
    "device_ours": Case(lambda b: b.look_up([code(OURS)], ""), found(TRACKING)),
    "device_unseen": Case(lambda b: b.look_up([code(FREE)], ""), unseen),
    "external_ours": Case(
        lambda b: b.look_up([TAGGED], ""), found("VRTR-8e0f3a52-7b1d-4d6a-a2c9-5b4e6d7f8091")),
    "claim_new": Case(
        claim(code(FREE)),
        outcome(OutcomeKind.CLAIMED_NOW, handle="HERE-2c4f8a1b-7d3e-4f60-9a5b-8c7d6e5f4a32", place=OSLO, code="")),
    "claim_again": Case(claim(code(OURS)), outcome(OutcomeKind.ALREADY_OURS, handle=TRACKING, place="", code="")),
    "claim_external": Case(claim(PALLET), outcome(OutcomeKind.CLAIMED_NOW)),
    "claim_conflict": Case(
        claim(code(ANOTHER)),
        outcome(OutcomeKind.ALREADY_CLAIMED, code="404306",
                text=f"The specified resource already exists. ({ERROR_ID})")),
    "claim_no_licence": Case(claim(code(FREE), "org123456789:archive"), error(TargetError, Cause.LICENCE)),
    "claim_quota": Case(claim(code(FREE), "org123456789:tiny"), error(TargetError, Cause.LICENCE)),
    "claim_no_rights": Case(claim(code(FREE), "org123456789:closed"), error(TargetError, Cause.NO_RIGHTS)),
    "claim_no_project": Case(claim(code(FREE), "org123456789:gone"), error(TargetError, Cause.NO_TARGET)),
    "claim_not_found": Case(claim(code(UNKNOWN)), outcome(OutcomeKind.NOT_FOUND, code="404306")),
    "claim_which_project": Case(claim(code(FREE), ""), error(TargetError, Cause.NO_TARGET)),
    "claim_bad_token": Case(claim(code(FREE)), error(SignInError, Cause.CREDENTIALS)),
    "claim_too_many": Case(claim(code(FREE)), lambda got: isinstance(got, NotSentError) and got.retry_after == 17),
    "release": Case(
        lambda b: b.release(call(code(OURS), handle=TRACKING, verb=Verb.RELEASE)),
        outcome(OutcomeKind.ALREADY_OURS, code="released")),
    "release_gone": Case(
        lambda b: b.release(
            call(code(OURS), handle="HERE-00000000-0000-4000-8000-000000000000", verb=Verb.RELEASE)),
        outcome(OutcomeKind.NOT_FOUND, code="404306")),
    "describe": Case(
        lambda b: b.rename(call(code(OURS), handle=TRACKING, verb=Verb.RENAME, name="Pallet 7")),
        outcome(OutcomeKind.ALREADY_OURS, code="renamed")),
    "licences": Case(lambda b: b.targets(), lambda got: [
        (each.id, each.title, each.organization, each.may_claim, each.seats_left, each.licence) for each in got
    ] == [
        (OSLO, "Oslo", "org123456789", None, 25, "platform"),
        ("org123456789:archive", "Archive", "org123456789", False, None, "platform, expired"),
    ]),
    "licences_refused": Case(
        lambda b: b.targets(), lambda got: [each.id for each in got] == [OSLO], {"project_id": OSLO}),
    "token": Case(lambda b: b.account(), lambda got: isinstance(got, CallError), AS_CLIENT),
    "token_other_names": Case(lambda b: b.account(), lambda got: isinstance(got, CallError), AS_CLIENT),
    "token_refused": Case(lambda b: b.account(), error(SignInError, Cause.CREDENTIALS), AS_CLIENT),
    "token_clock": Case(lambda b: b.account(), error(SignInError, Cause.CREDENTIALS), AS_CLIENT),
    "token_not_member": Case(
        lambda b: b.account(), error(SignInError, Cause.NO_RIGHTS), {**AS_CLIENT, "scope": THEIRS}),
    "login": Case(lambda b: b.account(), lambda got: isinstance(got, CallError), AS_USER),
}  # fmt: skip
"""The exchanges that one request of the backend begins; the others stand in tests of their own below."""
NOTHING = {"error": "Not Found", "code": 404, "id": "x", "message": "The specified resource was not found."}
SILENCE: Mapping[str, Any] = {"status": 404, "headers": {}, "body": NOTHING}


async def played(names: list[str], work: Work, **settings: Any) -> tuple[Any, list[Any]]:
    """What the backend makes of these answers, given one after the other (and then of 404), and what it sent."""
    answers = iter([FIXTURES[name]["answer"] for name in names])

    async def handle(seen: Any, writer: asyncio.StreamWriter) -> None:
        told = next(answers, SILENCE)
        body = b"" if told["body"] is None else json.dumps(told["body"]).encode()
        await say(answer(told["status"], body, told["headers"]))(seen, writer)

    async with serving(handle) as place:
        wanted = {"base_url": place.url, "token_url": f"{place.url}/oauth2/token", "auth": "token"} | settings
        secrets = {"token": "a-project-token", "key": KEY, "secret": SECRET, "password": "a-password"}
        kept = {name: Secret(text) for name, text in secrets.items()}
        backend = Here("tracking", HereSettings(**wanted), kept, lambda: datetime.now(UTC))
        try:
            return await work(backend), place.seen
        except CallError as told:
            return told, place.seen
        finally:
            await backend.close()


def check_request(seen: Any, name: str) -> None:
    request, address = FIXTURES[name]["request"], urlsplit(seen.target)
    asked = (seen.method, unquote(address.path), dict(parse_qsl(address.query)))
    assert asked == (request["method"], request["path"], request["query"])
    assert UUID4.fullmatch(seen.headers["x-request-id"])
    wanted = {each.lower(): value for each, value in request["headers"].items() if each != "X-Request-Id"}
    if wanted.get("authorization", "").startswith("OAuth "):
        named = re.compile(r'(\w+)="([^"]*)"').findall
        signed, expected = dict(named(seen.headers["authorization"])), dict(named(wanted.pop("authorization")))
        assert signed.keys() == expected.keys()
        assert {each: signed[each] for each in expected if expected[each] != "…"}.items() <= expected.items()
        assert dict(parse_qsl(seen.body.decode())) == request["body"]
    else:
        assert (json.loads(seen.body) if seen.body else None) == request["body"]
    if name == "claim_bad_token":
        wanted["authorization"] = "Bearer a-project-token"
    assert wanted.items() <= {**seen.headers}.items()


@pytest.mark.parametrize("name", CASES)
def test_the_backend_asks_and_reads_as_written(name: str) -> None:
    told = CASES[name]
    got, seen = run(played([name], told.work, **told.settings))
    assert told.reads(got), got
    check_request(seen[0], name)


@pytest.mark.parametrize(
    ("names", "work", "settings"),
    [
        (["licences", "licence_count"], lambda b: b.targets(), {}),
        (["claim_again", "licences", "project_devices"], claim(code(OURS)), {}),
        (["login", "exchange", "licences"], lambda b: b.account(), {**AS_USER, "scope": HRN}),
        (["login", "exchange_not_member"], lambda b: b.account(), {**AS_USER, "scope": THEIRS}),
        (["token", "licences"], lambda b: b.account(), AS_CLIENT),
        (["licences_refused", "health"], lambda b: b.account(), {"project_id": OSLO}),
    ],
)
def test_exchanges_that_follow_each_other(names: list[str], work: Work, settings: dict[str, Any]) -> None:
    got, seen = run(played(names, work, **settings))
    asked = sorted(seen, key=lambda each: "archive-app" in each.target)  # counts go out at one moment
    for each, name in zip(asked, names, strict=False):
        if each.headers.get("authorization", "") in ("Bearer h1.a-project-token", "Bearer an-access-token"):
            each.headers["authorization"] = "Bearer a-project-token"
        check_request(each, name)
    assert len(seen) >= len(names)
    match names[-1]:
        case "licence_count":
            assert {each.licence for each in got} <= {
                "platform", "platform, 2 devices", "platform, expired", "platform, expired, 2 devices"
            }  # fmt: skip
        case "project_devices":
            assert outcome(OutcomeKind.ALREADY_OURS, handle=TRACKING, place="Oslo")(got)
        case "exchange_not_member":
            assert error(SignInError, Cause.NO_RIGHTS)(got)
        case "health":
            assert (got.id, got.title) == (OSLO, OSLO)
        case _:
            user = "HERE-12345678-9abc-4def-8123-456789abcdef"
            assert got.id == (user if names[0] == "login" else "org123456789")
            assert got.organization == "org123456789"


def test_a_page_that_is_not_the_last_is_followed() -> None:
    got, seen = run(played(["licences_first", "licences"], lambda b: b.targets()))
    assert {each.id for each in got} == {OSLO, "org123456789:archive"}
    starts = [dict(parse_qsl(urlsplit(each.target).query)).get("startIndex") for each in seen]
    assert starts[:2] == ["0", "1"]


def test_a_lost_token_is_renewed_by_its_refresh_token() -> None:
    got, seen = run(played(["login", "claim_bad_token", "refresh", "claim_new"], claim(code(FREE)), **AS_USER))
    assert outcome(OutcomeKind.CLAIMED_NOW)(got)
    check_request(seen[2], "refresh")
    assert seen[3].headers["authorization"] == "Bearer h1.another-access-token"
    assert len({each.headers["x-request-id"] for each in seen}) == len(seen), "a new one for each attempt"


def test_a_conflict_that_is_not_ours_is_anothers() -> None:
    told, _ = run(played(["claim_conflict"], claim(code(ANOTHER))))
    for kept, state in ((told.raw, ReadBack.ANOTHER), ("", ReadBack.CANNOT_TELL), ("garbage", ReadBack.CANNOT_TELL)):
        asked = call(code(ANOTHER), answer=kept)
        back, _ = run(played(["device_unseen"], lambda b, asked=asked: b.confirm(asked)))  # type: ignore[misc]
        assert [each.state for each in back] == [state]
    again = call(code(OURS), answer=told.raw)
    back, _ = run(played(["device_ours"], lambda b: b.confirm(again)))
    assert [(each.state, each.handle) for each in back] == [(ReadBack.OURS, TRACKING)]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("wire"))


@pytest.fixture
def world(tmp_path: Path, registry: Path) -> Iterator[HereWorld]:
    here = HereWorld(tmp_path, registry, port=False)
    with here.entered():
        prepare(here)
        yield here


def prepare(world: HereWorld) -> None:
    """Let the tokens in that the fixtures name."""
    now = datetime.now(UTC)

    def work(session: Any) -> None:
        us = find_organization(session, "us")
        assert us is not None
        desk = grant(session, us, "desk", "a-project-token", now, "first")
        grant(session, us, "desk", "h1.an-access-token", now, "second")
        for token, scope in (("a-refresh-token", RENEWAL), ("a-token-of-oslo", f"here:{OSLO}")):
            session.add(Token(account_id=desk.id, digest=digest_of(token), label=f"here: {scope}", created_at=now,
                              expires_at=now + timedelta(days=1), scope=scope))  # fmt: skip

    world.app.state.parts.database.write(work)


def ask(world: HereWorld, name: str) -> tuple[int, Mapping[str, str], Any]:
    request = FIXTURES[name]["request"]
    headers, body = dict(request["headers"]), b""
    if headers.get("Authorization", "").startswith("OAuth "):
        body = urlencode(request["body"]).encode()
        secret = "wrong" if name == "token_refused" else SECRET
        stamp = datetime.now(UTC).timestamp() - (3600 if name == "token_clock" else 0)
        client = Client(KEY, secret, signature_method=SIGNATURE_HMAC_SHA256, timestamp=str(int(stamp)))
        _, signed, _ = client.sign(
            "http://localhost/here/oauth2/token", "POST", body.decode(), {"Content-Type": headers["Content-Type"]}
        )
        headers |= signed
    elif request["body"] is not None:
        body = json.dumps(request["body"]).encode()
    if name.startswith("licences"):
        headers["Authorization"] = "Bearer a-token-of-oslo"
    query = [*request["query"].items()]
    asked = inside.Asked(request["method"], f"/here{request['path']}", query, headers, body)
    told = world.run(inside.ask(world.app, asked.scope(), body))
    raw = told.body(10**6)
    return told.status, told.headers, parse_json(raw) if raw else None


NOT_BY_DIALECT = {
    "claim_too_many": "paced in a test of the dialect's own",
    "licences_refused": "whoever is let in here may list the projects",
    "token_other_names": "the names of the JSON form, which is not asked for",
}


CHANGES = ("claim_new", "claim_external", "release", "describe", "refresh")


def test_the_dialect_answers_in_that_shape(world: HereWorld) -> None:
    """All that change nothing, in one world."""
    for name in FIXTURES:
        if name not in (*NOT_BY_DIALECT, *CHANGES):
            check_answer(world, name)


@pytest.mark.parametrize("name", CHANGES)
def test_the_dialect_answers_a_change_in_that_shape(world: HereWorld, name: str) -> None:
    check_answer(world, name)


def check_answer(world: HereWorld, name: str) -> None:
    status, headers, body = ask(world, name)
    expected = FIXTURES[name]["answer"]
    assert status == expected["status"], (name, body)
    if body is not None:
        assert headers["content-type"].startswith("application/json"), name
    assert differences(expected["body"], body) == [], name


def test_every_exchange_says_what_it_is() -> None:
    assert set(NOT_BY_DIALECT) < set(FIXTURES)
    for name, fixture in FIXTURES.items():
        assert set(fixture) == {"what", "status", "source", "request", "answer"}, name
        assert fixture["status"] in ("confirmed", "inferred"), name
    assert APP in FIXTURES["licence_count"]["request"]["path"]
