"""The local backend's own ways: what it makes of any answer, of a used key, of a call that is still under way."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.backends.base import Backend
from station.backends.local import Local, LocalSettings
from station.core.call import Answer, Call, CallDevice, ReadBack, Verb
from station.core.errors import CallError, Cause, NotSentError, RefusedError, TargetError, UnclearError
from station.core.finding import ClaimStatus
from station.core.identifier import Identifier, Kind
from station.core.outcome import DONE, OutcomeKind
from station.core.secret import Secret
from tests.backends.worlds import TOKEN, LocalWorld, call_for, fill

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CODE = Identifier.of(Kind.CODE, code="box-1")


class Told:
    """A server inside that answers with what it was told, and keeps what came in."""

    def __init__(self, *bodies: Any, status: int = 200) -> None:
        self.bodies = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
        self.status = status
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.seen.append((scope["method"], scope["path"], headers, body))
        answer = self.bodies[min(len(self.seen), len(self.bodies)) - 1]
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": answer})


def local(app: Callable[..., Any] | None, token: str = TOKEN, **settings: Any) -> Local:
    return Local("here", LocalSettings(**settings), {"token": Secret(token)}, lambda: NOW, app)


def call_of(*devices: CallDevice, verb: Verb = Verb.CLAIM, target: str = "inventory") -> Call:
    return Call(
        key=str(uuid4()), number=1, verb=verb, connection="here", kind="local", address="inside", account="",
        target=target, devices=devices, operator="Kari", request_id=str(uuid4()), made_at=NOW,
    )  # fmt: skip


def device(number: int, **more: Any) -> CallDevice:
    return CallDevice(number, f"D{number}", more.pop("ref", f"key-{number}"), CODE, handle=f"h{number}", **more)


def entry(number: int, outcome: Any = "claimed_now", **more: Any) -> dict[str, Any]:
    return {
        "item": number - 1, "key": f"key-{number}", "id": f"D{number}", "outcome": outcome, "handle": f"h{number}",
        "project": {"id": "inventory", "title": "Inventory"}, "code": None, "message": "So it is.", **more,
    }  # fmt: skip


def claimed(*entries: Any) -> dict[str, Any]:
    return {"results": list(entries), "request_id": "r-1"}


def claim(told: Any, *devices: CallDevice) -> Answer:
    answer: Answer = asyncio.run(local(Told(told)).claim(call_of(*devices)))
    return answer


def kinds(answer: Answer) -> dict[str, OutcomeKind]:
    return {each.device_id: each.outcome.kind for each in answer.results}


def test_a_connection_may_send_fewer_in_one_call_and_never_more() -> None:
    sizes = [local(None, items_a_call=asked).traits.items_a_call for asked in (4, 0, 1000)]
    assert sizes == [4, 100, 100]


def test_unknown_words_and_left_out_devices_stay_unknown() -> None:
    told = claimed(entry(1), entry(2, "claimed_mostly"), entry(4, "unknown"))
    assert kinds(claim(told, device(1), device(2), device(3), device(4))) == {"D1": OutcomeKind.CLAIMED_NOW}


def test_of_two_outcomes_ours_wins_and_what_nobody_asked_for_is_kept() -> None:
    told = claimed(entry(1, "already_claimed"), entry(1), entry(1, "rejected", code="twice"), entry(9, item=0))
    assert kinds(claim(told, device(1))) == {"D1": OutcomeKind.CLAIMED_NOW, "D9": OutcomeKind.CLAIMED_NOW}


def test_what_an_outcome_says() -> None:
    (result,) = claim(claimed(entry(1, "already_ours", code="x", message="Yours \ud800")), device(1)).results
    outcome = result.outcome
    assert (outcome.handle, outcome.place, outcome.code, outcome.text) == ("h1", "Inventory", "x", "Yours ?")
    assert outcome.request_id == "r-1"


def test_a_kit_that_nobody_looked_up() -> None:
    asked = device(7, ref="")
    whole = kinds(claim(claimed(entry(1, item=0), entry(2, item=0)), asked))
    assert whole == {"D7": OutcomeKind.CLAIMED_NOW, "D1": OutcomeKind.CLAIMED_NOW, "D2": OutcomeKind.CLAIMED_NOW}
    part = kinds(claim(claimed(entry(1, item=0), entry(2, "already_claimed", item=0)), asked))
    assert part["D7"] is OutcomeKind.ALREADY_CLAIMED, "the row shows what needs looking at"
    assert kinds(claim(claimed(entry(1, "not_found", item=0, key=None)), asked)) == {"D7": OutcomeKind.NOT_FOUND}
    assert kinds(claim(claimed(entry(1, item=0)), asked)) == {"D7": OutcomeKind.CLAIMED_NOW}


WRONG_SHAPES: list[Any] = [
    None, [], "claimed", 7, True, {}, {"results": None}, {"results": {}}, {"results": [None]}, {"results": ["D1"]},
    claimed({}), claimed(entry(1, outcome=None)), claimed(entry(1, outcome=["claimed_now"])), claimed(entry(1, id="")),
    claimed(entry(1, item=None)), claimed(entry(1, item=-1)), claimed(entry(1, item=True)), claimed(entry(1, key=5)),
    claimed(entry(1, key=None)), claimed(entry(1, handle={})), claimed(entry(1, project="Inventory")),
    claimed(entry(1, message=3)),
    b'{"results":' * 2000, b"[" * 100_000, b"", b"\xff\xfe", b"<html>",
]  # fmt: skip


@pytest.mark.parametrize("told", WRONG_SHAPES, ids=range(len(WRONG_SHAPES)))
def test_a_wrong_shape_is_unclear_for_a_call_and_nothing_for_a_read(told: Any) -> None:
    with pytest.raises(UnclearError) as unclear:
        claim(told, device(1))
    assert unclear.value.cause in (Cause.GARBAGE, Cause.CAPTIVE_PORTAL)
    backend = local(Told(told))
    for work in (
        backend.account, backend.targets, lambda: backend.look_up([CODE], ""),
        lambda: backend.dry_run(call_of(device(1))), lambda: backend.confirm(call_of(device(1))),
    ):  # fmt: skip
        with pytest.raises(NotSentError):
            asyncio.run(work())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["claimed_now", "key-1", "D1"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["results", "item", "key", "id", "outcome", "handle", "project", "title", "code", "message"]),
        inner,
        max_size=9,
    ),
    max_leaves=25,
)


@given(JSON, st.sampled_from([200, 201, 400, 404, 409, 422]))
def test_no_success_is_shown_that_was_not_answered(told: Any, status: int) -> None:
    call = call_of(device(1), device(2))
    try:
        answer = asyncio.run(local(Told(told, status=status)).claim(call))
    except CallError:
        return
    assert status < 300
    said = [each for each in told["results"] if each["outcome"] in {str(kind) for kind in DONE}]
    assert sum(result.outcome.kind in DONE for result in answer.results) <= len(said)
    for result in answer.results:
        if result.outcome.kind in DONE and result.device_id in ("D1", "D2"):
            keys = [each["key"] for each in said] + [each["id"] for each in said]
            assert f"key-{result.device_id[1]}" in keys or result.device_id in keys


REFUSALS = [
    (400, "bad_request", RefusedError, Cause.BAD_REQUEST),
    (422, "invalid", RefusedError, Cause.BAD_REQUEST),
    (413, "too_large", RefusedError, Cause.BAD_REQUEST),
    (403, "not_allowed", TargetError, Cause.NO_RIGHTS),
    (404, "project_not_found", TargetError, Cause.NO_TARGET),
    (404, "not_found", NotSentError, Cause.NOT_SET_UP),
    (421, "wrong_host", NotSentError, Cause.NOT_SET_UP),
    (409, "in_flight", UnclearError, Cause.TIMEOUT),
    (418, "something_new", UnclearError, Cause.GARBAGE),
]


@pytest.mark.parametrize(("status", "word", "kind", "cause"), REFUSALS)
def test_each_refusal_says_what_to_do_next(status: int, word: str, kind: type[CallError], cause: Cause) -> None:
    body = {"error": word, "message": "No.", "request_id": "r-9"}
    with pytest.raises(kind) as caught:
        asyncio.run(local(Told(body, status=status)).claim(call_of(device(1))))
    assert (caught.value.cause, caught.value.detail, caught.value.status) == (cause, "No.", status)
    wordless: tuple[Any, ...] = (b"<html>", [], {"error": 5})
    for told in wordless:
        with pytest.raises(UnclearError):
            asyncio.run(local(Told(told, status=status)).claim(call_of(device(1))))


def test_the_same_call_has_the_same_bytes_and_its_own_key() -> None:
    told = Told(claimed(entry(1)))
    call = call_of(device(1, name="Møterom"), device(2, ref=""))
    for _ in range(2):
        asyncio.run(local(told).claim(call))
    assert told.seen[0] == told.seen[1]
    method, path, headers, body = told.seen[0]
    assert (method, path) == ("POST", "/api/v1/claims")
    assert headers["idempotency-key"] == call.key
    assert headers["x-request-id"] == call.request_id
    assert json.loads(body) == {
        "dry_run": False,
        "project": "inventory",
        "devices": [
            {"key": "key-1", "name": "Møterom"},
            {"identifier": {"kind": "code", "fields": {"code": "box-1"}}},
        ],
    }


def test_the_dry_run_switch_is_on_the_wire_and_uses_no_key() -> None:
    told = Told(claimed(entry(1)))
    asyncio.run(local(told).dry_run(call_of(device(1))))
    _, _, headers, body = told.seen[0]
    assert json.loads(body)["dry_run"] is True
    assert "idempotency-key" not in headers


def test_a_pin_goes_with_a_claim_only_and_never_into_words(caplog: pytest.LogCaptureFixture) -> None:
    lock = Identifier.of(Kind.SERIAL_PIN, serial="SN", pin="4711")
    looked = Told({"findings": [{"status": "not_found", "what": None, "title": "", "devices": []}]})
    asyncio.run(local(looked).look_up([lock], ""))
    assert b"4711" not in looked.seen[0][3]
    asked = replace(device(1), identifier=lock)
    echo = Told(claimed(entry(1, "wrong_secret", message="4711 is not it")))
    with caplog.at_level(logging.DEBUG):
        answer = asyncio.run(local(echo).claim(call_of(asked)))
        words = []
        for status, told in ((500, b"4711"), (422, {"error": "invalid", "message": "4711?"}), (200, b"<4711")):
            with pytest.raises(CallError) as caught:
                asyncio.run(local(Told(told, status=status)).claim(call_of(asked)))
            words.append(caught.value.detail)
    assert all("***" in detail and "4711" not in detail for detail in words)
    assert b"4711" in echo.seen[0][3]
    assert "4711" not in answer.raw
    assert "4711" not in repr(answer)
    assert "4711" not in caplog.text


def test_a_call_that_cannot_be_sent_is_not() -> None:
    told = Told({})
    long = replace(device(1, ref=""), identifier=Identifier.of(Kind.CODE, code="x" * 5000))
    with pytest.raises(RefusedError):
        asyncio.run(local(told).claim(call_of(long)))
    with pytest.raises(TargetError):
        asyncio.run(local(told).claim(call_of(device(1), target="")))
    with pytest.raises(NotSentError) as nowhere:
        asyncio.run(local(None).claim(call_of(device(1))))
    assert nowhere.value.cause is Cause.NOT_SET_UP
    assert told.seen == []


def test_pages_without_end_are_given_up_on() -> None:
    page = {"projects": [{"id": "p", "title": "P"}], "next_page_token": "a1"}
    with pytest.raises(NotSentError):
        asyncio.run(local(Told(page)).targets())


def test_an_unknown_status_word_is_unchecked_with_the_raw_finding() -> None:
    found = {"key": "k", "id": "D1", "type": "quantum", "product_number": "1", "status": "entangled", "holder": "both"}
    told = Told({"findings": [{"status": "entangled", "what": "device", "title": "", "devices": [found], "new": 1}]})
    (finding,) = asyncio.run(local(told).look_up([CODE], ""))
    assert (finding.status, finding.devices[0].type) == (ClaimStatus.UNCHECKED, "quantum")
    assert "entangled" in finding.raw


@pytest.mark.parametrize(
    ("given_", "made"),
    [
        (Identifier.of(Kind.SERIAL_MAC, serial=" SN ", mac="AA-BB-CC-00-11-22"),
         Identifier.of(Kind.SERIAL_MAC, serial="SN", mac="aabbcc001122")),
        (Identifier.of(Kind.SERIAL_MAC, mac="not a mac"), Identifier.of(Kind.SERIAL_MAC, mac="not a mac")),
        (Identifier.of(Kind.CODE, code="  Box-1\t"), Identifier.of(Kind.CODE, code="Box-1")),
        (Identifier.of(Kind.CODE, code="   "), Identifier.of(Kind.CODE)),
    ],
)  # fmt: skip
def test_identifiers_are_taken_in_their_normal_form(given_: Identifier, made: Identifier) -> None:
    assert local(None).accept(given_) == made
    lock = local(None).accept(Identifier.of(Kind.SERIAL_PIN, serial="SN ", pin="4711"))
    assert lock is not None
    assert lock.secret("pin") == Secret("4711")
    assert local(None).address == "inside"
    assert isinstance(local(None), Backend)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def world(tmp_path: Path, registry: Path) -> Iterator[LocalWorld]:
    with LocalWorld(tmp_path, registry, port=False).entered() as entered:
        yield entered


def test_a_handler_that_was_given_up_on_commits_and_its_call_finds_out(world: LocalWorld) -> None:
    quick = world.signed_in(TOKEN, claim_timeout_s=0.1)
    (found,) = world.run(quick.look_up([world.identifiers["free"]], ""))
    call = call_for(world, found)
    world.faults.append(lambda point: time.sleep(0.6) if point == "before_commit" else None)

    async def work() -> Answer:
        for cause in ("no answer", "still under way"):
            with pytest.raises(UnclearError) as caught:
                await quick.claim(call)
            assert caught.value.cause is Cause.TIMEOUT, cause
        world.faults.clear()
        await asyncio.sleep(0.8)
        return await world.backend.claim(call)

    assert kinds(world.run(work())) == {"free-1": OutcomeKind.CLAIMED_NOW}


def test_a_key_that_was_used_with_other_content_tells_what_was_done_then(world: LocalWorld) -> None:
    findings = world.run(world.backend.look_up([world.identifiers[c] for c in ("free", "free too")], ""))
    first = call_for(world, *findings[:1])
    world.run(world.backend.claim(first))
    other = call_for(world, *findings, key=first.key)
    assert kinds(world.run(world.backend.claim(other))) == {"free-1": OutcomeKind.CLAIMED_NOW}
    told = {each.device_id: each.state for each in world.run(world.backend.confirm(other))}
    assert told == {"free-1": ReadBack.OURS, "free-2": ReadBack.FREE}
    stranger = call_for(world, *findings[1:], key=first.key)
    with pytest.raises(UnclearError) as caught:
        world.run(world.backend.claim(stranger))
    assert caught.value.cause is Cause.KEY_REUSED


def test_a_read_back_of_what_nobody_looked_up(world: LocalWorld) -> None:
    cases = ("kit", "part of a kit", "another", "unknown")
    devices = [CallDevice(at, f"row-{at}", "", world.identifiers[case]) for at, case in enumerate(cases)]
    call = replace(call_of(*devices), devices=tuple(devices))
    told = [each.state for each in world.run(world.backend.confirm(call))]
    assert told == [ReadBack.FREE, ReadBack.CANNOT_TELL, ReadBack.ANOTHER, ReadBack.CANNOT_TELL]
    world.run(world.backend.claim(call))
    told = [each.state for each in world.run(world.backend.confirm(call))]
    assert told == [ReadBack.OURS, ReadBack.CANNOT_TELL, ReadBack.ANOTHER, ReadBack.CANNOT_TELL]
