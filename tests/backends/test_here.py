"""HERE Tracking's own ways: which codes are whose, tokens and their renewal, what it makes of any answer."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from station.backends.here import Here, HereSettings
from station.backends.here_protocol import forms
from station.backends.listing import load
from station.core.call import Answer, Call, CallDevice, ReadBack, Verb
from station.core.errors import CallError, Cause, NotSentError, RefusedError, SignInError, TargetError, UnclearError
from station.core.finding import ClaimStatus, Finding
from station.core.identifier import Identifier, Kind
from station.core.outcome import DONE, OutcomeKind
from station.core.secret import Secret
from station.server.dialects.here.door import RENEWAL
from station.server.tables import Token
from tests.backends.loopback import answer, run, say, serving
from tests.backends.world_here import (
    APP,
    EMAIL,
    FREE,
    KEY,
    OSLO,
    OURS,
    PASSWORD,
    REALM,
    SECRET,
    HereWorld,
    external,
    fill,
)
from tests.backends.worlds import call_for

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
VIRTUAL = "VRDE-40e87f34-59b9-4bd9-827f-f8ff5a8210e8"
TRACKING = "VRTR-8e0f3a52-7b1d-4d6a-a2c9-5b4e6d7f8091"
SECRETS = {"key": Secret(KEY), "secret": Secret(SECRET), "password": Secret(PASSWORD)}


def code(text: str) -> Identifier:
    return Identifier.of(Kind.CODE, code=text)


def here(app: Callable[..., Any] | None, **settings: Any) -> Here:
    wanted = {"base_url": "http://inside", "auth": "token"} | settings
    return Here("tracking", HereSettings(**wanted), {"token": Secret("a-fixed-token")}, lambda: NOW, app)


def device(number: int, identifier: Identifier | None = None, **more: Any) -> CallDevice:
    return CallDevice(number, f"D{number}", "", identifier or external(f"pallet-{number}"), **more)


def call_of(*devices: CallDevice, verb: Verb = Verb.CLAIM, **more: Any) -> Call:
    return Call(
        key=str(uuid4()), number=1, verb=verb, connection="tracking", kind="here", address="inside", account="",
        target=OSLO, devices=devices, operator="Kari", request_id="not-a-uuid", made_at=NOW, **more,
    )  # fmt: skip


class Told:
    """A server inside that answers by method and path; what it was not told is 404 in the vendor's words."""

    def __init__(self, **answers: tuple[int, Any]) -> None:
        self.answers = answers
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.seen.append((scope["method"], scope["path"], headers, body))
        missing = {"error": "Not Found", "code": 404, "id": "x", "message": "Nothing."}
        status, told = self.answers.get(scope["method"], (404, missing))
        raw = told if isinstance(told, bytes) else json.dumps(told).encode()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": raw})


ACCEPTED = [
    (code(FREE), code(FREE)),
    (code(f" {FREE.upper()}\n"), code(FREE)),
    (code(VIRTUAL.lower()), code(VIRTUAL)),
    (code("pallet-17"), external("pallet-17")),
    (code("Møte 1/2"), external("Møte 1/2")),
    (code("x" * 50), external("x" * 50)),
    (code("x" * 51), None),
    (code("a\x00b"), None),
    (code(TRACKING), None),
    (code("HERE-1d4b6f0e-52c7-4c8e-9b0d-3a7e5f21c604"), None),
    (external("pallet-17", "other-app-01"), external("pallet-17", "other-app-01")),
    (external("pallet-17", "short"), None),
    (Identifier.of(Kind.EXTERNAL_ID, external_id="pallet-17"), external("pallet-17")),
    (Identifier.of(Kind.EXTERNAL_ID, app_id="other-app-01"), Identifier.of(Kind.EXTERNAL_ID, app_id="other-app-01")),
    (Identifier.of(Kind.SERIAL_MAC, serial="1", mac="001122334455"), None),
]


@pytest.mark.parametrize(("scanned", "wanted"), ACCEPTED)
def test_which_codes_are_taken_and_as_what(scanned: Identifier, wanted: Identifier | None) -> None:
    assert here(None, app_id=APP).accept(scanned) == wanted


def test_without_a_default_app_codes_stay_codes_and_halves_wait_for_the_other() -> None:
    backend = here(None)
    assert backend.accept(code("pallet-17")) == code("pallet-17")
    half = backend.accept(Identifier.of(Kind.EXTERNAL_ID, external_id="pallet-17"))
    assert half is not None
    assert half.missing == ("app_id",)
    assert backend.pair(half, code("other-app-01")) == external("pallet-17", "other-app-01")
    assert backend.pair(Identifier.of(Kind.EXTERNAL_ID, app_id=APP), code("pallet-17")) == external("pallet-17")
    assert backend.pair(half, code(FREE)) is None, "a device ID is a device of its own"
    assert backend.pair(half, code("short")) is None
    assert backend.pair(external("pallet-17"), code("pallet-18")) is None, "nothing is missing"


@given(st.text(max_size=60), st.text(max_size=12), st.sampled_from(list(Kind)), st.booleans())
def test_any_code_gets_an_answer_that_can_be_asked(text: str, other: str, kind: Kind, default: bool) -> None:
    fields = {"code": text, "external_id": text, "app_id": other, "serial": text, "mac": other, "cloud_id": text}
    scanned = Identifier.of(kind, **fields)
    backend = here(None, app_id=APP if default else "")
    taken = backend.accept(scanned)
    if taken is not None and not taken.missing:
        assert forms.is_askable(taken)
        assert backend.accept(taken) == taken, "its normal form is its own normal form"
    backend.pair(scanned, code(text))


def test_the_kind_is_in_the_catalogue() -> None:
    assert load("here") is Here


def test_what_stands_on_the_wire() -> None:
    told = Told(PUT=(201, {"trackingId": TRACKING}))
    odd = external("fråga/ø ?#&=..", "app 1 & more")
    result = asyncio.run(here(told).claim(call_of(device(1, odd)))).results[0]
    method, path, headers, body = told.seen[0]
    assert (method, path, body) == ("PUT", "/registry/v2/devices/fråga/ø ?#&=..", b"")
    assert headers["authorization"] == "Bearer a-fixed-token"
    assert UUID4.fullmatch(headers["x-request-id"])
    assert result.outcome.request_id == headers["x-request-id"], "shown, for support"
    asyncio.run(here(told).claim(call_of(device(1, odd))))
    assert told.seen[1][2]["x-request-id"] != headers["x-request-id"], "a new one for every attempt"


WRONG: list[Any] = [
    None, [], 7, {}, {"trackingId": None}, {"trackingId": ""}, {"trackingId": 5}, {"trackingId": "x" * 51},
    {"trackingId": "a\x00b"}, b"", b"<html>", b"\xff", b"[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("told", WRONG, ids=range(len(WRONG)))
@pytest.mark.parametrize("status", [200, 201])
def test_a_wrong_shape_is_unclear_for_a_claim_and_nothing_for_a_read(told: Any, status: int) -> None:
    with pytest.raises(UnclearError):
        asyncio.run(here(Told(PUT=(status, told))).claim(call_of(device(1))))
    with pytest.raises(NotSentError):
        asyncio.run(here(Told(GET=(200, told))).look_up([code(FREE)], OSLO))
    with pytest.raises(NotSentError):
        asyncio.run(here(Told(GET=(200, told))).confirm(call_of(device(1))))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
    | st.sampled_from([TRACKING, OSLO, "license", "project"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["trackingId", "error", "code", "message", "id", "details", "hereErrorCode", "licenses",
                         "projectId", "projectName", "quota", "provisioning", "expiryDate", "start", "total", "data",
                         "appId", "realm", "count", "pageToken"]),
        inner, max_size=9),
    max_leaves=25,
)  # fmt: skip


@given(JSON, st.sampled_from([200, 201, 204, 302, 400, 403, 404, 409, 418, 422, 429, 500]))
def test_any_answer_is_sorted(told: Any, status: int) -> None:
    app = Told(PUT=(status, told), GET=(status, told), DELETE=(status, told))
    backend = here(app)
    try:
        (result,) = asyncio.run(backend.claim(call_of(device(1)))).results
        if result.outcome.kind in DONE:
            assert status in (200, 201)
            assert told["trackingId"] == result.outcome.handle
    except CallError:
        pass
    held = device(1, handle=TRACKING)
    for work in (
        lambda: backend.look_up([code(FREE)], OSLO), backend.targets, backend.account,
        lambda: backend.confirm(call_of(held)), lambda: backend.release(call_of(held, verb=Verb.RELEASE)),
        lambda: backend.rename(call_of(held, verb=Verb.RENAME)),
    ):  # fmt: skip
        try:
            asyncio.run(work())
        except CallError:
            continue


def test_a_refusal_without_the_vendors_words_is_no_answer() -> None:
    for status in (400, 403, 404, 409, 422):
        wordless: list[Any] = [b"<html>no</html>", [], {"message": "no Route matched"}]
        for told in wordless:
            with pytest.raises(UnclearError):
                asyncio.run(here(Told(PUT=(status, told))).claim(call_of(device(1))))


def test_several_in_one_call_are_answered_one_by_one() -> None:
    full = {"error": "Forbidden", "code": 403, "id": "x", "message": "The device quota of the license is used up."}
    answers = iter([(201, {"trackingId": TRACKING}), (403, full), (200, b"<html>")])

    class Turns(Told):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if scope["method"] == "PUT":
                self.answers["PUT"] = next(answers)
            await super().__call__(scope, receive, send)

    got = asyncio.run(here(Turns()).claim(call_of(device(1), device(2), device(3))))
    assert [(each.device_id, each.outcome.kind) for each in got.results] == [
        ("D1", OutcomeKind.CLAIMED_NOW), ("D2", OutcomeKind.OVER_QUOTA),
    ]  # fmt: skip


def test_a_code_that_is_none_is_refused_without_a_request() -> None:
    told = Told()
    for text in ("", "x" * 51, "\ud800", "a\nb"):
        with pytest.raises(RefusedError):
            asyncio.run(here(told).claim(call_of(device(1, Identifier(Kind.CODE, (("code", text),))))))
    assert told.seen == []


def test_endless_lists_end() -> None:
    page = {"licenses": [{"projectId": OSLO, "appId": APP}], "start": 0, "end": 1, "total": 9}
    with pytest.raises(NotSentError) as caught:
        asyncio.run(here(Told(GET=(200, page))).targets())
    assert caught.value.cause is Cause.GARBAGE


def test_no_token_leaves_this_computer_in_the_open() -> None:
    for settings in ({"auth": "token"}, {"auth": "user", "email": EMAIL}, {"auth": "client"}):
        wanted: dict[str, Any] = {"base_url": "http://tracking.example", "token_url": "http://account.example/token"}
        wanted |= settings
        backend = Here("t", HereSettings(**wanted), {"token": Secret("t"), **SECRETS}, lambda: NOW)
        with pytest.raises(NotSentError) as caught:
            asyncio.run(backend.account())
        assert caught.value.cause is Cause.NOT_SET_UP


def test_what_is_not_set_up_says_so() -> None:
    signed: dict[str, Any] = {"auth": "client", "token_url": "nothing"}
    for settings in ({"auth": "token"}, {"auth": "user"}, {"auth": "client"}, signed):
        backend = Here("t", HereSettings(base_url="http://inside", **settings), {}, lambda: NOW, Told())
        with pytest.raises(NotSentError) as caught:
            asyncio.run(backend.account())
        assert caught.value.cause is Cause.NOT_SET_UP


def test_a_clock_that_is_off_is_said() -> None:
    off = answer(401, b'{"errorCode":401204,"message":"Time stamp"}', {"Date": "Sat, 21 Nov 2026 11:00:00 GMT"})

    async def story() -> float | None:
        async with serving(say(off)) as place:
            own = HereSettings(base_url=place.url, auth="client", token_url=f"{place.url}/oauth2/token")
            backend = Here("t", own, SECRETS, lambda: NOW)
            with pytest.raises(SignInError) as caught:
                await backend.account()
            await backend.close()
            assert SECRET not in repr(caught.value)
            return caught.value.clock_off

    assert run(story()) == 3600.0


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("here"))


@pytest.fixture
def world(tmp_path: Path, registry: Path) -> Iterator[HereWorld]:
    made = HereWorld(tmp_path, registry, port=False)
    with made.entered():
        yield made


SCOPE = "hrn:here:authorization::org123456789:project/oslo"
AS_CLIENT = {"auth": "client", "scope": SCOPE}
AS_USER = {"auth": "user", "email": EMAIL, "realm": REALM, "project_id": OSLO}


@pytest.mark.parametrize("settings", [AS_CLIENT, {**AS_CLIENT, "scope": ""}, AS_USER, {**AS_USER, "project_id": ""}])
def test_one_token_serves_until_it_is_refused(world: HereWorld, settings: dict[str, Any]) -> None:
    backend = world.connected(SECRETS, **settings)
    first = world.run(backend.account())
    before = world.requests()
    asked = [external(f"pallet-{number:04}") for number in range(20)]
    findings = world.run(backend.look_up(asked, OSLO))
    assert [each.status for each in findings].count(ClaimStatus.CLAIMED) == 1
    assert world.requests() - before <= 20 + 3, "no token was fetched for them"
    parts = world.app.state.parts
    parts.database.write(lambda session: session.execute(
        update(Token).where(Token.label.startswith("here: "), Token.scope != RENEWAL)
        .values(revoked_at=datetime.now(UTC))))
    parts.sign_ins._known.clear()
    before = world.requests()
    world.run(backend.look_up([external(f"other-{number:04}") for number in range(8)], OSLO))
    assert world.requests() - before <= 2 * 8 + 4, "one fetch for all that were refused at once"
    assert world.run(backend.account()) == first


def test_the_user_and_the_application_are_told_apart(world: HereWorld) -> None:
    client, user = (world.connected(SECRETS, **settings) for settings in (AS_CLIENT, AS_USER))
    assert world.run(client.account()).id == REALM
    told = world.run(user.account())
    assert told.id.startswith("HERE-")
    assert (told.title, told.organization) == (EMAIL, REALM)
    assert [each.id for each in world.run(user.targets())] == [OSLO], "a token of one project sees that one"


def test_refused_credentials_are_not_tried_again_and_again(world: HereWorld) -> None:
    wrong = world.connected({**SECRETS, "password": Secret("guess")}, **AS_USER)
    before = world.requests()
    with pytest.raises(SignInError) as caught:
        world.run(wrong.look_up([external(f"pallet-{number:04}") for number in range(20)], OSLO))
    assert world.requests() - before == 1
    assert "guess" not in repr(caught.value)
    for settings, cause in (
        ({**AS_CLIENT, "scope": "hrn:here:authorization::org987654321:project/theirs"}, Cause.NO_RIGHTS),
        ({**AS_CLIENT, "scope": "no scope"}, Cause.CREDENTIALS),
        ({**AS_USER, "realm": "elsewhere"}, Cause.CREDENTIALS),
    ):
        with pytest.raises(SignInError) as caught:
            world.run(world.connected(SECRETS, **settings).account())
        assert caught.value.cause is cause


def test_a_name_is_kept_with_the_claim_and_a_failure_of_it_is_told_beside(world: HereWorld) -> None:
    free = Finding(external("pallet-0001"), ClaimStatus.UNCHECKED, NOW)
    (named,) = world.run(world.backend.claim(call_for(world, free, name="Pallet 1"))).results
    assert (named.outcome.kind, named.outcome.code, named.outcome.place) == (OutcomeKind.CLAIMED_NOW, "", OSLO)
    told = Told(PUT=(201, {"trackingId": TRACKING}))
    answers = [(201, {"trackingId": TRACKING}), (500, {}), (201, {"trackingId": TRACKING}),
               (403, {"error": "Forbidden", "code": 403, "id": "x", "message": "No."})]  # fmt: skip
    for at in (0, 2):
        turns = iter(answers[at : at + 2])

        class Turns(Told):
            async def __call__(self, scope: Any, receive: Any, send: Any, turns: Any = turns) -> None:
                self.answers["PUT"] = next(turns)
                await super().__call__(scope, receive, send)

        (result,) = asyncio.run(here(Turns()).claim(call_of(device(1, name="Pallet 1")))).results
        assert (result.outcome.kind, result.outcome.handle) == (OutcomeKind.CLAIMED_NOW, TRACKING)
        assert result.outcome.code == "name_not_kept"
    asyncio.run(here(told, send_names=False).claim(call_of(device(1, name="Pallet 1"))))
    assert len(told.seen) == 1


def test_labels_are_set_and_taken_away(world: HereWorld) -> None:
    found = world.run(world.backend.look_up([code(OURS)], OSLO))
    for value, expected in (("7", {"row": "7"}), ("", {})):
        call = replace(
            call_for(world, *found, verb=Verb.LABEL), values=(("label", "row"), ("value", value)))
        answered = world.run(world.backend.change(call))
        assert [each.outcome.code for each in answered.results] == ["labelled"]
        handle = found[0].devices[0].handle
        assert world.run(_metadata(world, handle)) == expected


async def _metadata(world: HereWorld, handle: str) -> Any:
    from station.backends.wire import inside

    headers = {"Authorization": "Bearer token-of-the-desk"}
    told = await inside.ask(
        world.app, inside.Asked("GET", f"/here/metadata/v2/devices/{handle}", (), headers, b"").scope(), b"")
    return json.loads(told.body(10**5))


def test_a_release_sent_again_is_done_where_it_was_done(world: HereWorld) -> None:
    found = world.run(world.backend.look_up([code(OURS)], OSLO))
    call = call_for(world, *found, verb=Verb.RELEASE)
    world.lose_answer()
    with pytest.raises(UnclearError):
        world.run(world.backend.release(call))
    again: Answer = world.run(world.backend.release(replace(call, tries=1)))
    assert [each.outcome.kind in DONE for each in again.results] == [True]
    once_more = world.run(world.backend.release(call))
    assert [each.outcome.kind for each in once_more.results] == [OutcomeKind.NOT_FOUND]
    free = world.run(world.backend.look_up([code(OURS)], ""))
    (claimed,) = world.run(world.backend.claim(call_for(world, *free))).results
    assert claimed.outcome.handle not in ("", call.devices[0].handle), "a new claim, a new tracking ID"


def test_where_a_device_is_stays_open_where_the_lists_are_refused() -> None:
    class Silent(Told):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            own = scope["path"].startswith("/registry/v2/devices/")
            refused = (403, {"error": "Forbidden", "code": 403, "id": "x", "message": "No."})
            self.answers["GET"] = (200, {"trackingId": TRACKING}) if own else refused
            await super().__call__(scope, receive, send)

    told = Silent()
    backend = here(told, project_id=OSLO)

    async def story() -> list[Finding]:
        await backend.look_up([code(FREE)], "")
        return await backend.look_up([code(OURS), code(FREE)], "")

    found = asyncio.run(story())
    assert [(one.devices[0].handle, one.devices[0].place) for one in found] == [(TRACKING, "")] * 2
    assert len(told.seen) == 3 + 2, "and they are not asked for again"
    (back,) = asyncio.run(here(told).confirm(call_of(device(1))))
    assert (back.state, back.place) == (ReadBack.OURS, "")


def test_no_more_look_ups_go_out_at_once_than_the_setting_says() -> None:
    most = under_way = 0

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        await Told()(scope, receive, send)

    asked = [code(f"code-{number}") for number in range(20)]
    assert len(asyncio.run(here(slow, look_ups_at_once=3).look_up(asked, ""))) == 20
    assert most == 3


def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    clock, fetched = [NOW], 0

    async def server(scope: Any, receive: Any, send: Any) -> None:
        nonlocal fetched
        body: Any = {"licenses": [], "start": 0, "end": 0, "total": 0}
        if scope["path"] == "/oauth2/token":
            fetched += 1
            body = {"accessToken": f"t{fetched}", "expiresIn": 3600}
        await Told(GET=(200, body), POST=(200, body))(scope, receive, send)

    own = HereSettings(base_url="http://inside", auth="client", token_url="http://inside/oauth2/token", realm=REALM)
    backend = Here("t", own, SECRETS, lambda: clock[0], server)

    async def story() -> None:
        for minutes, expected in ((0, 1), (58, 1), (59, 2), (60, 2), (120, 3)):
            clock[0] = NOW + timedelta(minutes=minutes)
            assert (await backend.account()).id == REALM
            assert fetched == expected, minutes

    asyncio.run(story())


def test_a_target_error_names_the_vendors_error_id() -> None:
    body = {"error": "Forbidden", "code": 403, "id": "5771b3d4-95ae-4959-ac63-fbaa3d5d06ee-lds2", "message": "No."}
    with pytest.raises(TargetError) as caught:
        asyncio.run(here(Told(PUT=(403, body))).claim(call_of(device(1))))
    assert caught.value.cause is Cause.NO_RIGHTS
    assert "5771b3d4-95ae-4959-ac63-fbaa3d5d06ee-lds2" in caught.value.detail


def test_a_device_that_a_project_may_not_take_holds_up_no_others() -> None:
    denied = {"error": "Forbidden", "code": 403, "id": "x", "message": "The account does not have the privileges."}
    full = denied | {"message": "The device quota of the license is used up."}
    told = Told(PUT=(403, denied))
    backend = here(told)

    async def story() -> None:
        with pytest.raises(TargetError):  # nothing says yet that the project takes any
            await backend.claim(call_of(device(1)))
        told.answers["PUT"] = (201, {"trackingId": TRACKING})
        await backend.claim(call_of(device(1)))
        told.answers["PUT"] = (403, denied)
        (result,) = (await backend.claim(call_of(device(2)))).results
        assert (result.outcome.kind, result.outcome.text[:20]) == (OutcomeKind.NOT_ALLOWED, "The account does not")
        told.answers["PUT"] = (403, full)
        with pytest.raises(TargetError) as caught:  # which all the others would meet too
            await backend.claim(call_of(device(3)))
        assert caught.value.cause is Cause.LICENCE
        await backend.close()

    asyncio.run(story())
