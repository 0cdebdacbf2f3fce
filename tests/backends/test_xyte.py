"""The device cloud's own rules: its codes, its list, the answers that its documents leave open, and odd ones."""

import asyncio
import hashlib
import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.backends.listing import load
from station.backends.xyte import Xyte, XyteSettings
from station.backends.xyte_protocol import codes
from station.backends.xyte_protocol.client import Client
from station.backends.xyte_protocol.reading import Limits
from station.backends.xyte_protocol.requests import MAC_FORMS
from station.core.call import Call, CallDevice, ReadBack, Verb
from station.core.errors import CallError, Cause, NotSentError, RefusedError, SignInError, TargetError, UnclearError
from station.core.finding import ClaimStatus, Holder
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from station.core.secret import Secret
from station.labels import read as read_label
from tests.backends.loopback import Place, answer, cut, run, say, serving

KEY = "a-very-secret-organization-key"
SERIAL, MAC = "MD55-2026-0001", "025859540001"
PAIR = Identifier.of(Kind.SERIAL_MAC, serial=SERIAL, mac=MAC)
HALF = Identifier.of(Kind.SERIAL_MAC, digest="0123456789abcdef0123")
CLOUD = Identifier.of(Kind.CLOUD_ID, cloud_id="Dl8z6CASzFpiojfwy9kk")
DEVICE: dict[str, Any] = {
    "id": "dev-1", "name": "Screen", "sn": SERIAL, "mac": "02:58:59:54:00:01", "cloud_id": None,
    "model": {"name": "display", "sub_model": "MD-55"}, "space": {"id": 7, "full_path": "Overview/Oslo"},
}  # fmt: skip


def code(text: str) -> Identifier:
    return Identifier.of(Kind.CODE, code=text)


def digest_of(text: str) -> Identifier:
    return Identifier.of(Kind.CLOUD_ID, cloud_id=hashlib.sha256(text.encode()).hexdigest()[:20])


def call(
    identifier: Identifier = PAIR, *, name: str = "", target: str = "7", handle: str = "", verb: Verb = Verb.CLAIM
) -> Call:
    device = CallDevice(1, identifier.text, "", identifier, name, handle)
    return Call("k", 1, verb, "spaces", "xyte", "", "", target, (device,), "Kari", "r", datetime.now(UTC))


def play(work: Callable[[Xyte, Place], Any], *answers: Any, **settings: Any) -> tuple[Any, Place]:
    """What came of it, with a server that gives these answers one after the other, the last one for ever.

    An answer is a JSON value, (status, JSON value), raw bytes or a handler; None cuts the connection.
    """
    left = list(answers)

    async def handle(seen: Any, writer: asyncio.StreamWriter) -> None:
        told = left.pop(0) if len(left) > 1 else left[0]
        if told is None or callable(told):
            await (told or cut)(seen, writer)
            return
        status, body = told if isinstance(told, tuple) else (200, told)
        await say(answer(status, body if isinstance(body, bytes) else json.dumps(body).encode()))(seen, writer)

    async def go() -> tuple[Any, Place]:
        async with serving(handle) as place:
            own = XyteSettings(base_url=place.url, **settings)
            backend = Xyte("spaces", own, {"api_key": Secret(KEY)}, lambda: datetime.now(UTC))
            try:
                return await work(backend, place), place
            except CallError as error:
                return error, place
            finally:
                await backend.close()

    came, place = run(go())
    assert KEY not in repr(came)
    return came, place


def page(*items: Any, following: Any = None) -> dict[str, Any]:
    return {"items": list(items), "next_page": following}


def bodies(place: Place) -> list[Any]:
    return [json.loads(seen.body) for seen in place.seen if seen.body]


def test_it_is_a_kind_of_its_own() -> None:
    assert load("xyte") is Xyte
    assert Xyte("s", XyteSettings(), {}, lambda: datetime.now(UTC)).address == "https://hub.xyte.io"


@pytest.mark.parametrize(
    ("scanned", "accepted"),
    [
        ("Dl8z6CASzFpiojfwy9kk", CLOUD),
        ("https://portal.example.com/c/ABCDDl8z6CASzFpiojfwy9kk", CLOUD),
        ("Cloud ID: Dl8z6CASzFpiojfwy9kk", CLOUD),
        ("02:58:59:54:00:01", Identifier.of(Kind.SERIAL_MAC, mac=MAC)),
        (SERIAL, Identifier.of(Kind.SERIAL_MAC, serial=SERIAL)),
        (f"SN: {SERIAL}\nMAC: 02-58-59-54-00-01", PAIR),
        ("https://p.example.com/c/abcd0123456789abcdef0123", HALF),
        ("https://p.example.com/c/ABCD0123456789ABCDEF0123", HALF),
        ("c1sample0000000000ag", None),
        ("oak-river-signal", None),
        ("5dc4ba6c-c323-4118-a4e4-504f074426f2", None),
        ("ABCDEFGHJKLMNPQRST12", Identifier.of(Kind.SERIAL_MAC, serial="ABCDEFGHJKLMNPQRST12")),
    ],
)  # fmt: skip
def test_what_a_label_is_here(scanned: str, accepted: Identifier | None) -> None:
    (identifier,) = read_label(scanned, "").identifiers
    assert codes.accept(identifier) == accepted
    assert accepted is None or codes.accept(accepted) == accepted


@given(st.text(max_size=40) | st.from_regex(r"[0-9A-Za-z:_-]{1,24}"), st.text(max_size=20), st.text(max_size=30))
def test_no_text_breaks_a_code(one: str, two: str, three: str) -> None:
    tried = [code(one), Identifier.of(Kind.CLOUD_ID, cloud_id=one), Identifier.of(Kind.SERIAL_PIN, serial=one)]
    tried += [Identifier.of(Kind.SERIAL_MAC, serial=one, mac=two, digest=more) for more in ("", three)]
    for identifier in tried:
        accepted = codes.accept(identifier)
        if accepted is not None:
            assert accepted.kind in Xyte.kinds
            assert codes.accept(accepted) == accepted
            assert accepted.missing or not accepted.get(codes.DIGEST)
        for other in tried:
            whole = codes.pair(identifier, other)
            assert whole is None or codes.accept(whole) == whole


@pytest.mark.parametrize(
    "hashed",
    [
        f"02:58:59:54:00:01{SERIAL}", f"{MAC}{SERIAL}", f"{MAC.upper()}{SERIAL}", f"{SERIAL}02-58-59-54-00-01",
        f"02:58:59:54:00:01+{SERIAL}", f"{MAC}:{SERIAL.lower()}", f"{SERIAL} {MAC}",
    ],
)  # fmt: skip
def test_a_qr_code_serial_and_mac_are_one_device_in_any_order(hashed: str) -> None:
    for first, second, third in itertools.permutations([digest_of(hashed), code(SERIAL), code(MAC)]):
        half = codes.accept(first)
        assert half is not None
        assert half.missing
        half = codes.pair(half, second)
        assert half is not None
        if half.missing:
            assert codes.pair(half, third) == PAIR
        else:  # serial and MAC came first: the QR code is checked against the whole pair
            assert half == PAIR
            assert codes.pair(half, third) == PAIR


def test_what_does_not_fit_a_qr_code_is_not_its_device() -> None:
    digest = digest_of(f"{MAC}{SERIAL}")
    half = codes.accept(digest)
    assert half is not None
    with_serial = codes.pair(half, code(SERIAL))
    assert with_serial is not None
    assert codes.pair(with_serial, code("025859540002")) is None
    assert codes.pair(half, Identifier.of(Kind.SERIAL_MAC, serial="MD55-2026-0002", mac=MAC)) is None
    assert codes.pair(PAIR, digest_of("something else")) is None
    assert codes.pair(half, CLOUD) is None
    assert codes.pair(PAIR, code("MD55-2026-0002")) is None
    assert codes.pair(PAIR, code(SERIAL)) == codes.pair(PAIR, code(MAC)) == PAIR, "read once more"
    assert codes.pair(half, digest) is None
    assert codes.fits(digest.text, SERIAL, "02:58:59:54:00:01")
    assert not codes.fits(digest.text, SERIAL, "02:58:59:54:00:02")


@given(st.text(alphabet="ABCDEFGH0123456789-", min_size=4, max_size=20), st.binary(min_size=6, max_size=6))
def test_serial_and_mac_join_in_either_order(text: str, address: bytes) -> None:
    serial = f"S{text}7"
    halves = (code(serial), code(address.hex(":")))
    joined = [codes.pair(one, other) for one, other in (halves, halves[::-1]) if codes.accept(one)]
    whole = Identifier.of(Kind.SERIAL_MAC, serial=serial, mac=address.hex())
    assert joined == [whole, whole]


def test_a_serial_number_of_twelve_digits_is_told_from_a_mac() -> None:
    serial, mac = code("202311220042"), code("02:58:59:54:00:0b")
    whole = Identifier.of(Kind.SERIAL_MAC, serial="202311220042", mac="02585954000b")
    assert codes.pair(serial, mac) == codes.pair(mac, serial) == whole
    assert codes.pair(code("aabbccddeeff"), mac) is None, "two MACs are two devices"
    half = codes.accept(digest_of("99:99:99:99:99:99202311220042"))
    assert half is not None
    half = codes.pair(half, code("999999999999"))
    assert half is not None
    assert codes.pair(half, serial) == Identifier.of(Kind.SERIAL_MAC, serial="202311220042", mac="999999999999")
    read = Identifier.of(Kind.SERIAL_MAC, serial="202311220042", mac="202311220042")
    assert codes.accept(read) == Identifier.of(Kind.SERIAL_MAC, serial="202311220042")


def test_many_look_ups_cost_one_list() -> None:
    async def work(backend: Xyte, place: Place) -> Any:
        asked = [Identifier.of(Kind.SERIAL_MAC, serial=f"S-{n}", mac=f"0258595400{n % 100:02}") for n in range(300)]
        first = await asyncio.gather(*(backend.look_up(asked[at : at + 50], "7") for at in range(0, 300, 50)))
        assert len(place.seen) == 2, "two pages"
        assert {finding.status for findings in first for finding in findings} == {ClaimStatus.UNCHECKED}
        (finding,) = await backend.look_up([PAIR], "7")
        assert len(place.seen) == 2
        await asyncio.gather(*(backend.confirm(call()) for _ in range(5)))
        assert len(place.seen) <= 6, "whoever asks while the list is read shares the next one"
        return finding

    finding, _ = play(work, *[page(following=2), page(DEVICE)] * 3)
    (device,) = finding.devices
    assert (finding.status, device.holder, device.handle) == (ClaimStatus.CLAIMED, Holder.OURS, "dev-1")
    assert (device.place, device.type, device.product_number) == ("Overview/Oslo", "display", "MD-55")


def test_a_claim_is_in_the_list_without_reading_it_again() -> None:
    async def work(backend: Xyte, place: Place) -> Any:
        await backend.look_up([PAIR], "7")
        await backend.claim(call())
        (finding,) = await backend.look_up([PAIR], "7")
        assert len(place.seen) == 2
        return finding

    finding, place = play(work, page(), DEVICE)
    assert finding.status is ClaimStatus.CLAIMED
    assert [seen.method for seen in place.seen] == ["GET", "POST"]


def test_an_old_list_is_read_again() -> None:
    async def work(backend: Xyte, _place: Place) -> Any:
        return [(await backend.look_up([PAIR], "7"))[0].status for _ in range(2)]

    told, _ = play(work, page(), page(DEVICE), list_kept_s=0)
    assert told == [ClaimStatus.UNCHECKED, ClaimStatus.CLAIMED]


def test_a_list_that_took_long_is_kept_longer() -> None:
    ticks = itertools.count(step=10)

    async def work(backend: Xyte, place: Place) -> int:
        client = Client(backend._http, Limits(5, 5, 15, 100, 1000), (), lambda: float(next(ticks)))
        for _ in range(2):
            await client.owned()
        return len(place.seen)

    count, _ = play(work, page())
    assert count == 1, "20 s old, and read in 10 s"


def test_one_label_on_two_devices_is_ours_and_has_no_handle() -> None:
    twice = page(DEVICE, {**DEVICE, "id": "dev-2"})
    told, _ = play(lambda backend, _: backend.confirm(call()), twice)
    assert (told[0].state, told[0].handle) == (ReadBack.OURS, "")
    told, _ = play(lambda backend, _: backend.confirm(call(handle="dev-2")), twice)
    assert told[0].handle == "dev-2"


@pytest.mark.parametrize(
    "odd",
    [
        page(following="1"), page(following=1), page(following=True), page(following=-1), page(following="two"),
        {"items": {}}, {"next_page": None}, [], "text", 7, None, page("text"), page({"name": "no ID"}), b"<html>",
        b'{"items": [], "items": []}', b"", (404, {"error": "Unknown route"}), (400, b"<html>no</html>"), (302, {}),
    ],
)  # fmt: skip
def test_a_list_that_is_none_tells_nothing(odd: Any) -> None:
    error, _ = play(lambda backend, _: backend.look_up([PAIR], "7"), (200, odd) if odd is None else odd)
    assert type(error) is NotSentError


def test_a_list_without_end_is_given_up() -> None:
    pages = [page(DEVICE, following=number) for number in range(2, 40)]
    error, place = play(lambda backend, _: backend.look_up([PAIR], "7"), *pages, most_listed=20)
    assert (type(error), error.cause) == (NotSentError, Cause.GARBAGE)
    assert len(place.seen) == 21


def test_a_page_that_is_held_back_is_waited_for() -> None:
    held = say(answer(429, b"{}", {"Retry-After": "0"}))
    got, place = play(lambda backend, _: backend.confirm(call()), page(following=2), held, held, page(DEVICE))
    assert got[0].handle == "dev-1"
    assert [seen.target[-19:] for seen in place.seen] == ["page=1&per_page=100"] + ["page=2&per_page=100"] * 3
    long = say(answer(429, b"{}", {"Retry-After": "3600"}))
    error, _ = play(lambda backend, _: backend.confirm(call()), page(following=2), long)
    assert (error.cause, error.retry_after) == (Cause.RATE_LIMIT, 3600)
    error, place = play(lambda backend, _: backend.confirm(call()), held)
    assert (error.cause, len(place.seen)) == (Cause.RATE_LIMIT, 1), "the first page is the desk's to wait for"


def test_no_place_in_the_list_but_a_space_that_is_known() -> None:
    async def work(backend: Xyte, _place: Place) -> Any:
        await backend.targets()
        return await backend.confirm(call())

    flat = {"id": 5, "sn": SERIAL.lower(), "mac": "0258-5954-0001".replace("-", ""), "model": "display", "space_id": 7}
    told, _ = play(work, page({"id": 7, "name": "Oslo", "parent_id": None}), page(flat))
    assert (told[0].handle, told[0].place) == ("5", "Oslo")


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ({"status": "success", "message": "ok"}, [OutcomeKind.CLAIMED_NOW]),
        ({"success": True}, [OutcomeKind.CLAIMED_NOW]),
        ({"device": DEVICE}, [OutcomeKind.CLAIMED_NOW]),
        ({"error": "Device already claimed"}, [OutcomeKind.ALREADY_CLAIMED]),
        ({"success": False, "message": "No device found"}, [OutcomeKind.NOT_FOUND]),
        ({"message": "This device already exists"}, [OutcomeKind.ALREADY_CLAIMED]),
        ({"status": "failed", "errors": [{"sn": ["is too long"]}]}, [OutcomeKind.REJECTED]),
        ({"status": "perhaps", "message": "in a while"}, []),
        ({}, []),
        ({"status": "error"}, []),
    ],
)
def test_http_200_is_not_success(body: Any, kinds: list[OutcomeKind]) -> None:
    got, place = play(lambda backend, _: backend.claim(call()), body, page())
    assert [result.outcome.kind for result in got.results] == kinds
    assert sum(seen.method == "POST" for seen in place.seen) == 1


def test_the_vendors_status_of_a_device_is_no_error() -> None:
    got, _ = play(lambda backend, _: backend.claim(call()), {**DEVICE, "status": "error", "new_field": [1]})
    assert (got.results[0].outcome.kind, got.results[0].outcome.handle) == (OutcomeKind.CLAIMED_NOW, "dev-1")


def test_another_device_than_the_one_that_was_asked_for_is_not_taken_for_it() -> None:
    got, _ = play(lambda backend, _: backend.claim(call()), {**DEVICE, "sn": "OTHER-1"})
    assert [result.device_id for result in got.results] == ["serial=OTHER-1,mac=02:58:59:54:00:01"]


@pytest.mark.parametrize(
    ("odd", "kind"),
    [
        ([], UnclearError), ("text", UnclearError), (b"<html>", UnclearError), ((500, {}), UnclearError),
        ((408, {}), UnclearError), ((302, {}), UnclearError), ((404, b"<html>nothing</html>"), UnclearError),
        ((422, {}), UnclearError), ((422, {"odd": 1}), UnclearError), (None, UnclearError),
        ((404, {"error": "Not found"}), TargetError), ((422, {"errors": {"space_id": ["is unknown"]}}), TargetError),
        ((402, {"error": "Payment needed"}), TargetError), ((401, {"error": "no"}), SignInError),
        ((429, {}), NotSentError),
    ],
)  # fmt: skip
def test_a_claim_is_sent_once_whatever_comes_back(odd: Any, kind: type[CallError]) -> None:
    error, place = play(lambda backend, _: backend.claim(call()), odd)
    assert type(error) is kind
    assert [seen.method for seen in place.seen] == ["POST"]


@pytest.mark.parametrize(
    ("identifier", "settings", "name", "body"),
    [
        (PAIR, {}, "", {"name": SERIAL, "space_id": 7, "sn": SERIAL, "mac": "02:58:59:54:00:01"}),
        (CLOUD, {}, " \x00\n", {"name": CLOUD.text, "space_id": 7, "cloud_id": CLOUD.text}),
        (CLOUD, {"null_identifiers": True}, "A\tb\ud800", {
            "name": "A b", "space_id": 7, "cloud_id": CLOUD.text, "sn": None, "mac": None}),
        (PAIR, {"space_as_text": True, "mac_form": MAC_FORMS[4]}, "Ø" * 300, {
            "name": "Ø" * 200, "space_id": "7", "sn": SERIAL, "mac": MAC}),
    ],
)  # fmt: skip
def test_what_is_sent(identifier: Identifier, settings: dict[str, Any], name: str, body: Any) -> None:
    _, place = play(lambda backend, _: backend.claim(call(identifier, name=name)), DEVICE, **settings)
    assert bodies(place) == [body]
    (seen,) = place.seen
    assert seen.headers["authorization"] == KEY
    assert seen.headers["x-request-id"]


@pytest.mark.parametrize("form", MAC_FORMS)
def test_every_notation_of_a_mac(form: str) -> None:
    mac = form.replace(":", "").replace("-", "").lower()
    identifier = Identifier.of(Kind.SERIAL_MAC, serial=SERIAL, mac=mac)
    _, place = play(lambda backend, _: backend.claim(call(identifier)), DEVICE, mac_form=form)
    assert bodies(place)[0]["mac"] == form


@pytest.mark.parametrize("target", ["", "seven", "7.0", "-7", "٧", "9" * 30])
def test_a_target_that_is_no_space_is_refused_here(target: str) -> None:
    error, place = play(lambda backend, _: backend.claim(call(target=target)), DEVICE)
    assert (type(error), error.cause, place.seen) == (TargetError, Cause.NO_TARGET, [])


def test_half_an_identifier_is_not_sent() -> None:
    half = Identifier.of(Kind.SERIAL_MAC, serial=SERIAL)
    error, place = play(lambda backend, _: backend.claim(call(half)), DEVICE)
    assert (type(error), place.seen) == (RefusedError, [])
    findings, place = play(lambda backend, _: backend.look_up([half, code("x")], "7"), page())
    assert ([each.status for each in findings], place.seen) == ([ClaimStatus.NOT_FOUND] * 2, [])


@pytest.mark.parametrize(
    ("verb", "after", "done"),
    [
        ("release", (404, {"error": "Unknown device dev-1"}), True),
        ("release", DEVICE, False),
        ("release", (500, {}), False),
        ("move", DEVICE, True),
        ("move", {**DEVICE, "space": {"id": 8}}, False),
        ("rename", {**DEVICE, "name": "Wall"}, True),
        ("rename", DEVICE, False),
    ],
)
@pytest.mark.parametrize("told", [b"", {"hello": ["world"]}])
def test_an_answer_to_a_change_that_says_nothing_is_looked_into(verb: str, told: Any, after: Any, done: bool) -> None:
    got, place = play(
        lambda backend, _: getattr(backend, verb)(call(handle="dev-1", name="Wall", verb=Verb(verb))), told, after
    )
    assert [seen.target for seen in place.seen][-1] == "/core/v1/organization/devices/dev-1"
    if done:
        assert [each.outcome.kind for each in got.results] == [OutcomeKind.ALREADY_OURS]
    else:
        assert type(got) is UnclearError


@pytest.mark.parametrize("verb", ["release", "move", "rename"])
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((404, {"error": "Unknown device"}), OutcomeKind.NOT_FOUND),
        ((422, {"error": "Device is busy"}), OutcomeKind.REJECTED),
        ({"success": False, "error": "Device is busy"}, OutcomeKind.REJECTED),
        ((422, {"error": "Space is full"}), TargetError),
        ((403, {"error": "no"}), SignInError),
        ((500, {}), UnclearError),
    ],
)
def test_a_change_that_was_refused_says_so(verb: str, told: Any, expected: Any) -> None:
    got, _ = play(lambda backend, _: getattr(backend, verb)(call(handle="a/b", verb=Verb(verb))), told)
    found = got.results[0].outcome.kind if not isinstance(got, CallError) else type(got)
    assert found is expected


def test_a_handle_is_one_step_of_a_path() -> None:
    _, place = play(lambda backend, _: backend.release(call(handle="../x?y", verb=Verb.RELEASE)), {"success": True})
    assert place.seen[0].target == "/core/v1/organization/devices/%2E%2E%2Fx%3Fy"


SPACES = [{"id": 1, "name": "Overview", "parent_id": None}, {"id": 2, "name": "Oslo", "parent_id": 1}]


@pytest.mark.parametrize(
    ("path", "asked", "found"),
    [
        ("Overview/Oslo", [], "Overview/Oslo"),
        (" Oslo ", [], "Overview/Oslo"),
        ("Oslo//Room 4", [("Room 4", 2)], "Overview/Oslo/Room 4"),
        ("Overview / Bergen / Room 1", [("Bergen", 1), ("Room 1", 10)], "Overview/Bergen/Room 1"),
    ],
)
def test_a_path_is_made_step_by_step(path: str, asked: list[tuple[str, int]], found: str) -> None:
    made = [{"id": 10 + at, "name": name, "parent_id": parent} for at, (name, parent) in enumerate(asked)]
    got, place = play(lambda backend, _: backend.create_target(path), page(*SPACES), *made)
    assert got.path == found
    assert [(body["name"], body["parent_id"]) for body in bodies(place)] == asked


@pytest.mark.parametrize("path", ["", " / ", "a\x00b", "x" * 300, "/".join("abcdefghijklmnopqrstuvwxyz")])
def test_what_is_no_path_is_refused_here(path: str) -> None:
    got, place = play(lambda backend, _: backend.create_target(path), page(*SPACES))
    assert (type(got), place.seen) == (RefusedError, [])


def test_spaces_in_a_ring_do_no_harm() -> None:
    ring = [{"id": 1, "name": "A", "parent_id": 2}, {"id": 2, "name": "B", "parent_id": 1}]
    got, place = play(lambda backend, _: backend.targets(), page(*ring), space_type="room", space_path="A")
    assert [target.id for target in got] == ["1", "2"]
    assert "space_type=room&path_includes=A" in place.seen[0].target


@pytest.mark.parametrize("body", [{}, [], {"id": ""}, {"name": 7}, "x"])
def test_an_organization_without_a_name_is_none(body: Any) -> None:
    got, _ = play(lambda backend, _: backend.account(), body)
    assert (type(got), got.cause) == (NotSentError, Cause.GARBAGE)


def test_a_devices_page_is_offered_once_it_is_ours() -> None:
    backend = Xyte("s", XyteSettings(), {}, lambda: datetime.now(UTC))
    assert backend.page(PAIR.text, "dev/1", "7") == "https://app.xyte.io/devices/dev%2F1"
    assert backend.page(PAIR.text, "", "7") == ""
