"""Signing in at Disruptive: one token for many requests, refusals, clocks that are off, what is never given away."""

from datetime import timedelta
from urllib.parse import parse_qsl

import jwt
import pytest

from station.backends.disruptive import Disruptive
from station.backends.disruptive_protocol import requests
from station.core.errors import CallError, Cause, NotSentError, SignInError
from tests.backends.loopback import Seen
from tests.backends.vendor_disruptive import LOST, NOW, ORGANIZATIONS, Said, Saying, Vendor, always, ask
from tests.backends.wire.exchanges_disruptive import EMAIL, FREE, KEY_ID, SECRET, call_of, code


async def twice(backend: Disruptive) -> None:
    await backend.account()
    await backend.account()


def test_one_token_serves_many_requests_and_is_renewed_before_its_end() -> None:
    vendor = Vendor(always(ORGANIZATIONS))
    ask(vendor, twice)
    assert (vendor.tokens, len(vendor.seen)) == (1, 2)
    assert {seen.headers["authorization"] for seen in vendor.seen} == {"Bearer first-token"}
    for ends in (0, "0", None, "soon", -5, True, [1]):
        short = Vendor(always(ORGANIZATIONS), always({"access_token": "t", "expires_in": ends}))
        ask(short, twice)
        assert short.tokens == 2, ends


def test_many_requests_at_once_fetch_one_token() -> None:
    vendor = Vendor(always(LOST, 404))
    ask(vendor, lambda backend: backend.look_up([code(f"kit-{n}") for n in range(20)], ""))
    assert (vendor.tokens, len(vendor.seen)) == (1, 20)


def test_a_refused_token_is_renewed_once_and_then_said() -> None:
    def first_refused(seen: Seen) -> Said:
        return (401, LOST, {}) if seen.headers["authorization"].endswith("first-token") else (200, ORGANIZATIONS, {})

    numbers = iter(["first-token", "second-token"])
    vendor = Vendor(first_refused, lambda _seen: (200, {"access_token": next(numbers), "expires_in": 3600}, {}))

    assert ask(vendor, lambda backend: backend.account()).id == EMAIL
    assert (vendor.tokens, len(vendor.seen)) == (2, 2)
    never = Vendor(always(LOST, 401))
    with pytest.raises(SignInError) as caught:
        ask(never, lambda backend: backend.account())
    assert caught.value.cause is Cause.CREDENTIALS
    assert (never.tokens, len(never.seen)) == (2, 2)


def test_many_requests_with_a_token_that_ended_fetch_one_new_token() -> None:
    def first_refused(seen: Seen) -> Said:
        return (401, LOST, {}) if seen.headers["authorization"].endswith("first-token") else (404, LOST, {})

    numbers = iter(["first-token", "second-token"])
    vendor = Vendor(first_refused, lambda _seen: (200, {"access_token": next(numbers), "expires_in": 3600}, {}))
    found = ask(vendor, lambda backend: backend.look_up([code(f"kit-{n}") for n in range(8)], ""))
    assert len(found) == 8
    assert (vendor.tokens, len(vendor.seen)) == (2, 16)


def test_a_clock_that_is_an_hour_off_is_told() -> None:
    date = (NOW - timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    for status in (400, 401):
        vendor = Vendor(always({}), always({"error": "invalid_grant"}, status, Date=date))
        with pytest.raises(SignInError) as caught:
            ask(vendor, lambda backend: backend.account())
        assert caught.value.clock_off == 3600
        assert vendor.tokens == 1


def test_a_token_endpoint_that_answers_something_else_is_no_refusal() -> None:
    odd: list[tuple[Saying, Cause]] = [
        (always(b"<html>sign in to the wifi</html>", Content_Type="text/html"), Cause.CAPTIVE_PORTAL),
        (always({"token": "t"}), Cause.GARBAGE),
        (always({"access_token": "a\nb", "expires_in": 1}), Cause.GARBAGE),
        (always([1]), Cause.GARBAGE),
        (always(b"<html>", 404), Cause.NOT_SET_UP),
        (always({}, 503), Cause.SERVER),
        (always({}, 429), Cause.RATE_LIMIT),
    ]
    for token, cause in odd:
        with pytest.raises(NotSentError) as caught:
            ask(Vendor(always({}), token), lambda backend: backend.claim(call_of((FREE, FREE))))
        assert caught.value.cause is cause


def test_missing_credentials_send_nothing() -> None:
    for missing in ({"key_id": ""}, {"email": ""}, {"key_id": "", "auth": "basic"}):
        vendor = Vendor(always(ORGANIZATIONS))
        with pytest.raises(SignInError):
            ask(vendor, lambda backend: backend.account(), **missing)
        assert (vendor.tokens, vendor.seen) == (0, [])


def test_basic_needs_no_token() -> None:
    vendor = Vendor(always(ORGANIZATIONS))
    account = ask(vendor, lambda backend: backend.account(), auth="basic", email="")
    assert (account.id, vendor.tokens) == (KEY_ID, 0)
    assert vendor.seen[0].headers["authorization"].startswith("Basic ")


def test_our_claim_is_never_sent_over_plain_http_to_another_computer() -> None:
    vendor = Vendor(always(ORGANIZATIONS))
    for address in ("http://192.0.2.1/oauth2/token", "http://example.org/oauth2/token", "ftp://x/y", "nonsense"):
        with pytest.raises(NotSentError) as caught:
            ask(vendor, lambda backend: backend.account(), token_url=address)
        assert caught.value.cause is Cause.NOT_SET_UP


def test_the_secret_is_in_no_error_and_no_repr() -> None:
    def echo(seen: Seen) -> Said:
        return 400, {"error": f"{seen.body.decode()} {SECRET}", "code": 400}, {}

    for token in (echo, always({"access_token": "first-token", "expires_in": 9})):
        vendor = Vendor(lambda seen: (400, {"error": str(seen.headers), "code": 400}, {}), token)
        with pytest.raises(CallError) as caught:
            ask(vendor, lambda backend: backend.claim(call_of((FREE, FREE))))
        said = f"{caught.value!r} {caught.value} {caught.value.detail}"
        assert SECRET not in said
        assert "first-token" not in said
        assert "eyJ" not in said, "the signed claim opens the account for an hour"


def test_a_signed_claim_that_any_library_reads() -> None:
    kept: list[bytes] = []

    def token(seen: Seen) -> Said:
        kept.append(seen.body)
        return 200, {"access_token": "t", "expires_in": 3600}, {}

    ask(Vendor(always(ORGANIZATIONS), token), lambda backend: backend.account())
    form = dict(parse_qsl(kept[0].decode()))
    claim = jwt.decode(form["assertion"], SECRET, algorithms=["HS256"], options={"verify_aud": False,
                                                                                 "verify_exp": False})  # fmt: skip
    assert claim["iat"] == NOW.timestamp() - 5, "back-dated, so that it is not from the future"
    assert requests.DEVICE_ID.fullmatch(FREE)
