"""Holds both sides to the exchanges in ``xyte/``: the backend's requests and reading, and the dialect's answers.

The real vendor was not asked. Each exchange is marked *confirmed* (it stands in a document or in the vendor's own
client, its mock server included) or *inferred*; what the live service answers may still differ in both.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from station.backends.wire import inside
from station.backends.wire.answers import parse_json
from station.backends.xyte import Xyte, XyteSettings
from station.core.call import Answer, Call, CallDevice, ReadBack, Verb
from station.core.errors import CallError, Cause, NotSentError, SignInError, TargetError
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from station.core.secret import Secret
from station.server.auth import digest_of
from station.server.dialects.xyte import build
from station.server.tables import Credential
from tests.backends.loopback import answer, run, say, serving
from tests.backends.wire.shapes import differences
from tests.backends.world_xyte import XyteWorld, fill, pair
from tests.backends.worlds import READER, TOKEN

FOLDER = Path(__file__).parent / "xyte"
FIXTURES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
KEY = "xyte-organization-key"
DEVICE = "0b2f6c1e-7a44-4e0f-9d5a-3f1c5a9b7d10"
PAIR = Identifier.of(Kind.SERIAL_MAC, serial="SN-0001", mac="001122334455")
CLOUD = Identifier.of(Kind.CLOUD_ID, cloud_id="Dl8z6CASzFpiojfwy9kk")
Work = Callable[[Xyte], Coroutine[Any, Any, Any]]


def call(
    identifier: Identifier = PAIR, name: str = "Screen on auditorium wall", target: str = "13244", handle: str = "",
    verb: Verb = Verb.CLAIM,
) -> Call:
    device = CallDevice(1, identifier.text, "", identifier, name, handle)
    return Call("k", 1, verb, "spaces", "xyte", "", "", target, (device,), "Kari", "r", datetime.now(UTC))


@dataclass(frozen=True)
class Case:
    """What the backend does to send the fixture's request; ``reads`` says of what came back, or of the error, whether
    it is what the answer means."""

    work: Work
    reads: Callable[[Any], bool]
    settings: Mapping[str, Any]


def case(work: Work, reads: Callable[[Any], bool], **settings: Any) -> Case:
    return Case(work, reads, settings)


def outcome(kind: OutcomeKind, **more: str) -> Callable[[Any], bool]:
    def check(got: Any) -> bool:
        assert isinstance(got, Answer), got
        (result,) = got.results
        assert {name: getattr(result.outcome, name) for name in more} == more
        return result.outcome.kind is kind

    return check


def error(kind: type[CallError], cause: Cause) -> Callable[[Any], bool]:
    return lambda got: type(got) is kind and got.cause is cause


def claim(identifier: Identifier = PAIR, **values: Any) -> Work:
    return lambda backend: backend.claim(call(identifier, **values))


def changing(verb: str, **values: Any) -> Work:
    return lambda backend: getattr(backend, verb)(call(handle=DEVICE, verb=Verb(verb), **values))


NEW = outcome(OutcomeKind.CLAIMED_NOW, handle=DEVICE, place="Overview/Oslo/Auditorium")
REFUSED = outcome(OutcomeKind.REJECTED, code="422")
CASES: Mapping[str, Case] = {
    "info": case(lambda b: b.account(), lambda got: (got.id, got.title) == ("org-77", "Example Building Services")),
    "info_bad_key": case(lambda b: b.account(), error(SignInError, Cause.CREDENTIALS)),
    "info_bad_key_401": case(lambda b: b.account(), error(SignInError, Cause.CREDENTIALS)),
    "spaces_plain": case(lambda b: b.targets(), lambda got: [(t.id, t.path, t.parent) for t in got] == [
        ("1", "Overview", ""), ("2", "Overview/Room", "1")]),
    "devices_flat": case(lambda b: b.confirm(call()), lambda got: (got[0].state, got[0].handle) == (
        ReadBack.OURS, "d1")),
    "claim_pair": case(claim(), NEW),
    "claim_cloud_id": case(claim(CLOUD, name="DSP"), NEW),
    "claim_created": case(claim(), NEW),
    "claim_nulls": case(claim(), NEW, null_identifiers=True),
    "claim_short_failed": case(claim(), outcome(OutcomeKind.ALREADY_CLAIMED, code="200")),
    "claim_already": case(claim(), outcome(OutcomeKind.ALREADY_CLAIMED, text="Device already claimed")),
    "claim_no_device": case(
        claim(Identifier.of(Kind.SERIAL_MAC, serial="SN-NOWHERE", mac="001122334455")),
        outcome(OutcomeKind.NOT_FOUND, text="No device found")),
    "claim_malformed_fields": case(claim(), outcome(OutcomeKind.REJECTED, text="mac is invalid")),
    "claim_space_gone": case(claim(target="999999"), error(TargetError, Cause.NO_TARGET)),
    "claim_space_bad": case(claim(), error(TargetError, Cause.NO_TARGET)),
    "claim_full": case(claim(), outcome(OutcomeKind.OVER_QUOTA, text="Device limit reached")),
    "claim_too_many": case(claim(), lambda got: isinstance(got, NotSentError) and got.retry_after == 17),
    "rename": case(changing("rename", name="Screen 2"), outcome(OutcomeKind.ALREADY_OURS, code="renamed")),
    "release": case(changing("release"), outcome(OutcomeKind.ALREADY_OURS, code="released")),
    "release_empty": case(changing("release"), outcome(OutcomeKind.ALREADY_OURS, code="released")),
    "move_space_gone": case(changing("move", target="999999"), error(TargetError, Cause.NO_TARGET)),
}
"""The exchanges in which one request says all; the others stand in tests of their own below."""


async def played(names: list[str], work: Work, **settings: Any) -> tuple[Any, list[Any]]:
    """What the backend makes of these answers, given one after the other, and the requests that it sent for them."""
    answers = iter([FIXTURES[name]["answer"] for name in names])

    async def handle(seen: Any, writer: asyncio.StreamWriter) -> None:
        told = next(answers)
        body = b"" if told["body"] is None else json.dumps(told["body"]).encode()
        await say(answer(told["status"], body, told["headers"]))(seen, writer)

    async with serving(handle) as place:
        own = XyteSettings(base_url=place.url, **settings)
        backend = Xyte("spaces", own, {"api_key": Secret(KEY)}, lambda: datetime.now(UTC))
        try:
            return await work(backend), place.seen
        except CallError as told:
            return told, place.seen
        finally:
            await backend.close()


def check_request(seen: Any, name: str) -> None:
    request, address = FIXTURES[name]["request"], urlsplit(seen.target)
    assert (seen.method, address.path, dict(parse_qsl(address.query))) == (
        request["method"], request["path"], request["query"])
    assert (json.loads(seen.body) if seen.body else None) == request["body"]
    wanted = {each.lower(): value for each, value in request["headers"].items()}
    if wanted.get("authorization") == "wrong":
        wanted["authorization"] = KEY
    assert wanted.items() <= {**seen.headers}.items()


@pytest.mark.parametrize("name", CASES)
def test_the_backend_asks_and_reads_as_written(name: str) -> None:
    told = CASES[name]
    got, seen = run(played([name], told.work, **told.settings))
    assert told.reads(got), got
    assert len(seen) == 1
    check_request(seen[0], name)


@pytest.mark.parametrize(
    ("names", "work", "settings"),
    [
        (["spaces_first", "spaces_last"], lambda b: b.targets(), {"page_size": 2}),
        (["devices_first", "devices_last"], lambda b: b.look_up([PAIR, CLOUD], ""), {"page_size": 1}),
        (["devices_first", "devices_last"], lambda b: b.confirm(call(CLOUD)), {"page_size": 1}),
        (["move", "device"], changing("move", target="99592"), {}),
        (["move", "device_gone"], changing("move", target="99592"), {}),
        (["spaces_first", "spaces_last", "find_or_create"], lambda b: b.create_target("Overview/Oslo/Room 4"),
         {"page_size": 2}),
        (["claim_no_rights", "info"], claim(), {}),
    ],
)  # fmt: skip
def test_exchanges_that_follow_each_other(names: list[str], work: Work, settings: dict[str, Any]) -> None:
    got, seen = run(played(names, work, **settings))
    assert len(seen) == len(names)
    for each, name in zip(seen, names, strict=True):
        check_request(each, name)
    if names[0] == "claim_no_rights":
        assert error(TargetError, Cause.NO_RIGHTS)(got)
    else:
        assert not isinstance(got, CallError)


def test_the_pages_are_read_to_the_end() -> None:
    spaces, _ = run(played(["spaces_first", "spaces_last"], lambda b: b.targets(), page_size=2))
    assert [(each.id, each.path, each.parent) for each in spaces] == [
        ("1", "Overview", ""),
        ("13244", "Overview/Oslo/Auditorium", "13243"),
        ("13243", "Overview/Oslo", "1"),
    ]
    found, _ = run(played(["devices_first", "devices_last"], lambda b: b.look_up([CLOUD], ""), page_size=1))
    (device,) = found[0].devices
    assert (device.place, device.type, device.product_number) == (
        "Overview/Oslo/Auditorium", "Meeting display", "MD-55")


def test_a_short_answer_is_completed_from_the_list() -> None:
    names = ["claim_short", "devices_flat"]
    got, seen = run(played(names, claim()))
    assert outcome(OutcomeKind.CLAIMED_NOW, handle="d1")(got)
    for each, name in zip(seen, names, strict=True):
        check_request(each, name)


def test_no_right_and_a_wrong_key_are_told_apart() -> None:
    got, _ = run(played(["claim_no_rights", "info_bad_key"], claim()))
    assert error(SignInError, Cause.CREDENTIALS)(got)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("wire"))


@pytest.fixture
def world(tmp_path: Path, registry: Path) -> Iterator[XyteWorld]:
    with XyteWorld(tmp_path, registry, port=False).entered() as entered:
        yield entered  # type: ignore[misc] # entered() gives what it was called on


def prepare(world: XyteWorld, name: str) -> dict[str, str]:
    """Bring the registry to where the fixture's request can be asked; gives what stands for the fixture's values."""
    spaces = world.numbers
    known = {"13244": spaces["overview"], "13243": spaces["oslo"], "99592": spaces["oslo"]}
    known |= {"SN-0001": "SN-FREE-1", "00:11:22:33:44:55": "AA:BB:CC:00:00:01", KEY: TOKEN, "wrong": "nobody"}
    if name == "claim_full":
        world.run(world.backend.claim(call(pair("SN-FREE-2", "02"), target=spaces["small"])))
        known["13244"] = spaces["small"]
    if name.startswith(("devices_", "move", "rename", "release")) or name in ("claim_already", "device"):
        for identifier in (pair("SN-FREE-1", "01"), CLOUD):
            told = world.run(world.backend.claim(call(identifier, target=spaces["overview"])))
            known.setdefault(DEVICE, told.results[0].outcome.handle)
    if name == "claim_no_rights":
        known[KEY] = READER
    if name.startswith("registration"):
        known |= {"SN-0001": "SN-SHY-1", "00:11:22:33:44:55": "AA:BB:CC:00:00:04"}
        parts = world.app.state.parts
        parts.database.write(lambda session: session.add(Credential(
            account_id=1, vendor="xyte", name=digest_of("a-model-s-hardware-key"), secret="", extra="", basic=False)))
    return known


def ask(world: XyteWorld, request: Mapping[str, Any], known: Mapping[str, str]) -> tuple[int, Mapping[str, str], Any]:
    def put(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: put(each) for name, each in value.items()}
        text = known.get(str(value), str(value)) if isinstance(value, str | int) else value
        return int(text) if isinstance(value, int) else text

    path = request["path"].replace(DEVICE, known.get(DEVICE, DEVICE))
    body = b"" if request["body"] is None else json.dumps(put(request["body"])).encode()
    asked = inside.Asked(request["method"], path, [*request["query"].items()], put(request["headers"]), body)
    told = world.run(inside.ask(build(world.app.state.parts), asked.scope(), body))
    return told.status, told.headers, parse_json(told.body(10**6))


BY_DIALECT = [name for name, fixture in FIXTURES.items() if fixture.get("only") != "backend"]


@pytest.mark.parametrize("name", [name for name in BY_DIALECT if name not in ("claim_too_many", "info_bad_key")])
def test_the_dialect_answers_in_that_shape(world: XyteWorld, name: str) -> None:
    fixture = FIXTURES[name]
    known = prepare(world, name)
    if name == "registration_again":
        ask(world, fixture["request"], known)
    status, headers, body = ask(world, fixture["request"], known)
    expected = fixture["answer"]
    assert status == expected["status"], body
    assert headers["content-type"].startswith("application/json")
    assert differences(flexible(expected["body"]), flexible(body)) == []


def flexible(value: Any) -> Any:
    """Values that are null for some devices and spaces and set for others, told apart by their name alone."""
    if isinstance(value, list):
        return [flexible(each) for each in value]
    if not isinstance(value, dict):
        return value
    loose = {"sn", "mac", "cloud_id", "parent_id", "next_page"}
    return {name: "" if name in loose else flexible(each) for name, each in value.items()}


def test_every_exchange_says_what_it_is() -> None:
    for name, fixture in FIXTURES.items():
        assert set(fixture) - {"only"} == {"what", "status", "source", "request", "answer"}, name
        assert fixture["status"] in ("confirmed", "inferred"), name
        assert fixture.get("only", "dialect") in ("backend", "dialect"), name
