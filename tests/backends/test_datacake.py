"""Reading codes for Datacake, and its answers that are half of one."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.backends.datacake import Datacake, DatacakeSettings
from station.backends.datacake_protocol import envelope
from station.backends.datacake_protocol import outcomes as sorting
from station.backends.wire.answers import Reply
from station.core.call import Answer, Call, CallDevice, Verb
from station.core.errors import CallError, Cause, NotSentError, RefusedError, SignInError, TargetError, UnclearError
from station.core.identifier import Identifier, Kind
from station.core.outcome import HowKnown, OutcomeKind
from station.core.secret import Secret
from tests.backends.loopback import answer, say, serving
from tests.backends.world_datacake import GOOD, named

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
K = OutcomeKind


def idle(**settings: Any) -> Datacake:
    """A backend that nobody asks over the network."""
    return Datacake("cake", DatacakeSettings(**settings), {}, lambda: NOW)


def code(text: str) -> Identifier:
    return Identifier.of(Kind.CODE, code=text)


def halves(found: Identifier | None) -> tuple[str, str] | None:
    pin = found.secret("pin") if found else None
    return (found.get("serial"), pin.reveal() if pin else "") if found else None


# Reading codes.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SN-0001", ("SN-0001", "")),
        (" 70B3D57ED0000011 ", ("70B3D57ED0000011", "")),
        ("SN-0001;4711", ("SN-0001", "4711")),
        ("SN-0001 # K7Q2", ("SN-0001", "K7Q2")),
        ("4711", ("", "4711")),
        ("Pin", ("", "Pin")),
        ("maple-harbor-lantern", None),
        ("ø", None),
        ("", None),
        ("x1" * 5_000, None),
    ],
)
def test_a_bare_code_is_read_by_its_form(text: str, expected: tuple[str, str] | None) -> None:
    assert halves(idle().accept(code(text))) == expected


def test_the_patterns_are_settings_and_a_bad_one_gives_way() -> None:
    own = idle(serial_pattern="[0-9]{4}", pin_pattern="P[0-9]+", combined_pattern=r"(?P<pin>P\d+)/(?P<serial>\d+)")
    assert halves(own.accept(code("4711"))) == ("4711", "")
    assert halves(own.accept(code("P12/4711"))) == ("4711", "P12")
    assert halves(own.accept(code("P12"))) == ("", "P12")
    assert own.accept(code("SN-0001")) is None
    bad = idle(serial_pattern="(", pin_pattern="[", combined_pattern="no groups", aliases=0)
    assert halves(bad.accept(code("SN-0001;4711"))) == ("SN-0001", "4711")
    assert bad.traits.items_a_call == 1


def test_two_scans_make_a_pair_in_either_order() -> None:
    backend = idle()
    serial, pin = backend.accept(code("SN-0001")), backend.accept(code("4711"))
    assert serial is not None
    assert pin is not None
    assert (serial.missing, pin.missing) == (("pin",), ("serial",))
    assert halves(backend.pair(serial, code("4711"))) == ("SN-0001", "4711")
    assert halves(backend.pair(serial, code("KX7Q2A"))) == ("SN-0001", "KX7Q2A"), "of another form"
    assert halves(backend.pair(pin, code("SN-0001"))) == ("SN-0001", "4711")
    assert halves(backend.pair(serial, Identifier.of(Kind.SERIAL_PIN, pin="4711"))) == ("SN-0001", "4711")
    first = backend.accept(code("471100"))
    assert first is not None
    assert halves(first) == ("471100", ""), "it may be a short serial number"
    swapped = backend.pair(first, code("SN-7788-0003"))
    assert halves(swapped) == ("SN-7788-0003", "471100"), "until what follows can only be one"
    assert swapped is not None
    for again in ("SN-7788-0003", "471100"):
        assert halves(backend.pair(swapped, code(again))) == halves(swapped), "read twice, it changes nothing"
    assert backend.pair(swapped, code("471101")) is None
    # The next device's serial number, another whole one, a second PIN, what is neither, another system's label.
    short = backend.accept(code("AB1234"))
    assert short is not None
    assert backend.pair(short, code("AB1235")) is None
    assert backend.pair(serial, code("SN-0002;4712")) is None
    assert backend.pair(pin, code("0815")) is None
    assert backend.pair(serial, code("not a pin")) is None
    assert backend.pair(serial, Identifier.of(Kind.SERIAL_PIN, serial="SN-0002")) is None
    assert backend.pair(serial, Identifier.of(Kind.CLOUD_ID, cloud_id="C")) is None


def test_whole_identifiers_are_taken_as_they_are_and_others_not_at_all() -> None:
    backend = idle()
    assert halves(backend.accept(named(" odd ø/# ", " 4711 "))) == ("odd ø/#", "4711")
    assert backend.accept(Identifier.of(Kind.SERIAL_MAC, serial="SN-1", mac="aabbcc001122")) is None
    assert backend.accept(Identifier(Kind.SERIAL_PIN, (("serial", " "),))) is None


@given(st.text(st.characters(codec=None), max_size=60), st.text(st.characters(codec=None), max_size=60))
def test_any_two_codes_are_read_without_harm(first: str, second: str) -> None:
    backend = idle()
    half = backend.accept(code(first) if first else Identifier(Kind.CODE, ()))
    if half is None:
        return
    assert half.kind is Kind.SERIAL_PIN
    assert backend.accept(half) == half
    paired = backend.pair(half, Identifier(Kind.CODE, (("code", second),)))
    assert paired is None or not paired.missing
    assert "pin" not in dict(half.fields)


# What a refusal's text means.


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Claiming is disabled for this device", K.CLAIMING_CLOSED),
        ("This device can not be claimed", K.CLAIMING_CLOSED),
        ("Wrong pin code", K.WRONG_SECRET),
        ("Invalid PIN", K.WRONG_SECRET),
        ("Pincode is incorrect", K.WRONG_SECRET),
        ("Serial number or claim code does not match", K.WRONG_SECRET),
        ("Too many wrong pin codes", K.WRONG_SECRET),
        ("Device not found", K.NOT_FOUND),
        ("Unknown serial number", K.NOT_FOUND),
        ("No device with this serial exists", K.NOT_FOUND),
        ("Device has already been claimed", K.ALREADY_CLAIMED),
        ("Device quota exceeded", K.OVER_QUOTA),
        ("You do not have permission", K.NOT_ALLOWED),
        ("Gerät kann gerade nicht übernommen werden", K.REJECTED),
        ("", K.REJECTED),
        ("x" * 100_000, K.REJECTED),
    ],
)
def test_a_text_is_sorted_where_it_is_plain(text: str, kind: OutcomeKind) -> None:
    assert sorting.kind_of(text) is kind


# Answers that are half of one.


def claim_call(*serials: str, pin: str = "canary-PIN-7") -> Call:
    devices = tuple(CallDevice(at, serial, "", named(serial, pin)) for at, serial in enumerate(serials))
    return Call("key", 1, Verb.CLAIM, "cake", "datacake", "", "", GOOD, devices, "Kari", "request", NOW)


def answered(body: Any, *serials: str, status: int = 200) -> Answer | CallError:
    """What a claim of those serial numbers makes of an answer."""

    async def run() -> Answer | CallError:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with serving(say(answer(status, raw, keep=False))) as place:
            settings = DatacakeSettings(base_url=f"{place.url}/graphql/", pin_pause_s=0)
            backend = Datacake("cake", settings, {"token": Secret("canary-TOKEN")}, lambda: NOW)
            try:
                return await backend.claim(claim_call(*serials))
            except CallError as error:
                return error
            finally:
                await backend.close()

    return asyncio.run(run())


def outcomes(told: Answer | CallError) -> dict[str, OutcomeKind]:
    assert isinstance(told, Answer), told
    return {result.device_id: result.outcome.kind for result in told.results}


def test_each_alias_stands_for_itself() -> None:
    fault = {"message": "boom canary-PIN-7", "path": ["d2"]}
    known = {"message": "Device not found", "path": ["d3"], "extensions": {"code": "DEVICE_NOT_FOUND"}}
    data = {
        "d0": {"ok": True, "error": None, "device": {"id": "u-1"}},
        "d1": {"ok": False, "error": "No: canary-PIN-7", "device": None, "new": {"field": 1}},
        "d2": None,
        "d3": None,
        "d4": {"ok": None},
        "d6": {"ok": True, "device": None},
        "unasked": {"ok": True},
    }
    told = answered({"data": data, "errors": [fault, known, "odd", {"message": 7}]}, *"abcdefg")
    assert outcomes(told) == {
        "a": K.CLAIMED_NOW, "b": K.REJECTED, "d": K.NOT_FOUND, "g": K.CLAIMED_NOW
    }, "what failed without a code, or says neither yes nor no, stays unknown"
    assert "canary" not in repr(told)


def coded(word: str) -> dict[str, Any]:
    return {"errors": [{"message": "x", "extensions": {"code": word}}]}


@pytest.mark.parametrize(
    ("status", "body", "error", "cause"),
    [
        (200, coded("NOT_AUTHENTICATED"), SignInError, Cause.CREDENTIALS),
        (200, coded("NOT_AUTHORIZED"), TargetError, Cause.NO_RIGHTS),
        (200, coded("INSUFFICIENT_QUOTA"), TargetError, Cause.LICENCE),
        (200, {"data": None, "errors": [{"message": "x"}]}, UnclearError, Cause.GARBAGE),
        (200, {"data": []}, UnclearError, Cause.GARBAGE),
        (200, {}, UnclearError, Cause.GARBAGE),
        (200, [1], UnclearError, Cause.GARBAGE),
        (200, b"<html>sign in</html>", UnclearError, Cause.CAPTIVE_PORTAL),
        (400, {"errors": [{"message": "canary-PIN-7 is bad"}]}, RefusedError, Cause.BAD_REQUEST),
        (400, b"", RefusedError, Cause.BAD_REQUEST),
        (401, b"", SignInError, Cause.CREDENTIALS),
        (403, b"no", TargetError, Cause.NO_RIGHTS),
        (404, b"<html>", NotSentError, Cause.NOT_SET_UP),
        (409, {}, UnclearError, Cause.GARBAGE),
        (413, b"", RefusedError, Cause.BAD_REQUEST),
        (502, b"<html>", UnclearError, Cause.SERVER),
    ],
)
def test_an_answer_as_a_whole(status: int, body: Any, error: type[CallError], cause: Cause) -> None:
    told = answered(body, "a", status=status)
    assert isinstance(told, error), told
    assert told.cause is cause
    assert "canary" not in repr(told)


NAMES = st.sampled_from(["data", "errors", "d0", "ok", "error", "device", "id", "path", "message"])
PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5)


@given(st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner)))
def test_any_json_gets_an_outcome_or_an_error(body: Any) -> None:
    reply = Reply(200, {}, body, "", None, "request")
    try:
        said = envelope.read(reply, call=True)
    except CallError:
        return
    value = said.value(0)
    outcome = (
        sorting.of_fault(said.fault(0), reply) if value is None else sorting.of_claim(value, "", reply)
    )
    assert outcome is None or outcome.how_known is HowKnown.ANSWER


def test_a_name_that_cannot_be_set_spoils_no_claim() -> None:
    claimed = {"data": {"d0": {"ok": True, "error": None, "device": {"id": "u-1"}}}}
    answers = [answer(200, json.dumps(claimed).encode(), keep=False), answer(500, b"", keep=False)]

    async def run() -> tuple[Answer, list[str]]:
        async def handle(_seen: Any, writer: Any) -> None:
            writer.write(answers.pop(0))
            await writer.drain()
            writer.close()

        async with serving(handle) as place:
            backend = Datacake("cake", DatacakeSettings(base_url=f"{place.url}/graphql/"), {}, lambda: NOW)
            call = claim_call("SN-1")
            told = await backend.claim(replace(call, devices=(replace(call.devices[0], name="Room 1"),)))
            await backend.close()
            return told, [json.loads(seen.body)["operationName"] for seen in place.seen]

    told, sent = asyncio.run(run())
    assert (told.results[0].outcome.kind, sent) == (K.CLAIMED_NOW, ["Claim", "Update"])
