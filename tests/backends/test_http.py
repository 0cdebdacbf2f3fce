"""What becomes of a request at a server that misbehaves in every way that we know, over real sockets."""

import asyncio
import gzip
import logging
import socket
import ssl
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from station.backends.http import Http
from station.backends.wire.answers import Reply
from station.backends.wire.requests import Request, Token, path_of
from station.core.errors import CallError, Cause, NotSentError, SignInError, UnclearError
from station.core.secret import Secret
from tests.backends.loopback import (
    NOW,
    Handler,
    Place,
    Seen,
    answer,
    cut,
    drip,
    make_certificate,
    run,
    say,
    say_and_close,
    serving,
    stall,
)

CANARY = "canary-token-8d1f"
ASK = Request("POST", "things", b'{"a":1}')


def http(url: str, **more: Any) -> Http:
    return Http(url, lambda: NOW, **more)


async def fail(way: Http, *, call: bool, timeout_s: float = 2.0, ask: Request = ASK) -> CallError:
    """The error that a request ends with."""
    try:
        with pytest.raises(CallError) as caught:
            await (way.call(ask, timeout_s) if call else way.read(ask, timeout_s))
    finally:
        await way.close()
    return caught.value


def fail_at(handler: Handler, *, call: bool, timeout_s: float = 2.0) -> CallError:
    async def work() -> CallError:
        async with serving(handler) as place:
            return await fail(http(place.url), call=call, timeout_s=timeout_s)

    error: CallError = run(work())
    return error


def bomb() -> bytes:
    """60 MB of blanks in 60 kB."""
    return gzip.compress(b" " * 60_000_000)


AFTER_IT_LEFT: list[tuple[str, Callable[[], Handler], Cause]] = [
    ("cut after it was taken", lambda: cut, Cause.CUT_OFF),
    ("closed without a word", lambda: say_and_close(b""), Cause.CUT_OFF),
    ("stalled", lambda: stall, Cause.TIMEOUT),
    ("stalled in the body", lambda: say(answer(headers={"Content-Length": "100"})), Cause.TIMEOUT),
    ("a byte at a time", lambda: drip(answer(), 0.05), Cause.TIMEOUT),
    ("no HTTP at all", lambda: say_and_close(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), Cause.CUT_OFF),
    ("cut in the body", lambda: say_and_close(answer(headers={"Content-Length": "100"})), Cause.CUT_OFF),
    ("a length too short", lambda: say_and_close(answer(headers={"Content-Length": "5"})), Cause.GARBAGE),
    ("no JSON", lambda: say(answer(body=b"it worked!")), Cause.GARBAGE),
    ("an empty body", lambda: say(answer(body=b"")), Cause.GARBAGE),
    ("another charset", lambda: say(answer(body='{"a":"ø"}'.encode("latin-1"))), Cause.GARBAGE),
    ("a name twice", lambda: say(answer(body=b'{"a":1,"a":2}')), Cause.GARBAGE),
    ("not a number", lambda: say(answer(body=b'{"a":NaN}')), Cause.GARBAGE),
    ("nested without end", lambda: say(answer(body=b"[" * 200_000)), Cause.GARBAGE),
    ("a gzip bomb", lambda: say(answer(body=bomb(), headers={"Content-Encoding": "gzip"})), Cause.GARBAGE),
    ("half a gzip", lambda: say(answer(body=bomb()[:99], headers={"Content-Encoding": "gzip"})), Cause.GARBAGE),
    ("gzip that is none", lambda: say(answer(headers={"Content-Encoding": "gzip"})), Cause.GARBAGE),
    ("an unknown packing", lambda: say(answer(headers={"Content-Encoding": "br"})), Cause.GARBAGE),
    ("far too large", lambda: say(answer(body=b'"' + b"x" * 21_000_000 + b'"')), Cause.GARBAGE),
    ("a login page", lambda: say(answer(body=b"<html>Sign in</html>", headers={"Content-Type": "text/html"})),
     Cause.CAPTIVE_PORTAL),
    ("a login page that says JSON", lambda: say(answer(body=b" <!doctype html>")), Cause.CAPTIVE_PORTAL),
    ("511", lambda: say(answer(511)), Cause.CAPTIVE_PORTAL),
    ("302", lambda: say(answer(302, headers={"Location": "http://127.0.0.1:9/"})), Cause.REDIRECT),
    ("307", lambda: say(answer(307, headers={"Location": "/elsewhere"})), Cause.REDIRECT),
    ("408", lambda: say(answer(408)), Cause.TIMEOUT),
    ("500", lambda: say(answer(500)), Cause.SERVER),
    ("502", lambda: say(answer(502, b"<html>bad gateway</html>")), Cause.SERVER),
    ("503", lambda: say(answer(503, headers={"Retry-After": "7"})), Cause.SERVER),
    ("504", lambda: say(answer(504)), Cause.SERVER),
    ("599", lambda: say(answer(599)), Cause.SERVER),
]  # fmt: skip


@pytest.mark.parametrize(("handler", "cause"), [row[1:] for row in AFTER_IT_LEFT], ids=[r[0] for r in AFTER_IT_LEFT])
@pytest.mark.parametrize("call", [True, False], ids=["call", "read"])
def test_after_it_may_have_left_a_call_is_unclear_and_a_read_did_nothing(
    handler: Callable[[], Handler], cause: Cause, call: bool
) -> None:
    error = fail_at(handler(), call=call, timeout_s=0.5 if cause is Cause.TIMEOUT else 3.0)
    assert type(error) is (UnclearError if call else NotSentError)
    assert error.cause is cause
    UUID(error.request_id)


@pytest.mark.parametrize("call", [True, False], ids=["call", "read"])
@pytest.mark.parametrize(
    ("status", "cause"), [(407, Cause.PROXY), (425, Cause.TOO_EARLY), (429, Cause.RATE_LIMIT)], ids=str
)
def test_what_was_turned_away_was_surely_not_done(status: int, cause: Cause, call: bool) -> None:
    error = fail_at(say(answer(status, b"")), call=call)
    assert isinstance(error, NotSentError)
    assert (error.cause, error.status, error.retry_after) == (cause, status, None)


def test_a_body_that_breaks_off_changes_nothing_about_429() -> None:
    error = fail_at(say_and_close(answer(429, headers={"Content-Length": "99", "Retry-After": "3"})), call=True)
    assert isinstance(error, NotSentError)
    assert error.retry_after == 3.0


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "999999999"}, 86_400.0),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, 90.0),
        ({"Retry-After": format_datetime(NOW - timedelta(seconds=90), usegmt=True)}, 0.0),
        # The vendor's clock is an hour ahead of ours: its own date says how long it means.
        (
            {
                "Date": format_datetime(NOW + timedelta(hours=1), usegmt=True),
                "Retry-After": format_datetime(NOW + timedelta(hours=1, seconds=30), usegmt=True),
            },
            30.0,
        ),
    ],
)
def test_how_long_to_wait_is_told_in_seconds(headers: dict[str, str], wait: float | None) -> None:
    error = fail_at(say(answer(429, headers=headers)), call=True)
    assert isinstance(error, NotSentError)
    assert error.retry_after == wait


@pytest.mark.parametrize("call", [True, False], ids=["call", "read"])
def test_a_401_says_how_far_the_clock_is_off(call: bool) -> None:
    date = format_datetime(NOW - timedelta(minutes=14), usegmt=True)
    error = fail_at(say(answer(401, b"", {"Date": date})), call=call)
    assert isinstance(error, SignInError)
    assert error.clock_off == 14 * 60
    without = fail_at(say(answer(401, b"no")), call=call)
    assert isinstance(without, SignInError)
    assert without.clock_off is None


def test_refused_connections_and_unknown_names_are_surely_not_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        refused = run(fail(http(f"http://127.0.0.1:{port}"), call=True))
    unknown = run(fail(http("http://station.invalid"), call=True, timeout_s=10))
    assert type(refused) is type(unknown) is NotSentError
    assert (refused.cause, unknown.cause) == (Cause.CONNECT, Cause.DNS)


def test_authorities_are_read_once_for_all_that_wait_even_for_who_gave_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = make_certificate(tmp_path)
    real, read = httpx.create_ssl_context, []

    def counted() -> ssl.SSLContext:
        read.append(1)
        time.sleep(0.2)
        return real()

    async def ask() -> list[BaseException | Reply]:
        async with serving(say(answer()), context) as place:
            way = http(place.url, ca_file=str(authority))
            told = await asyncio.gather(*(way.read(ASK, limit) for limit in (0.05, 0.05, 5, 5)), return_exceptions=True)
            await way.close()
            return told

    monkeypatch.setattr(httpx, "create_ssl_context", counted)
    told = run(ask())
    assert [type(each) for each in told] == [NotSentError, NotSentError, Reply, Reply]
    assert len(read) == 1


def test_an_authority_that_nobody_knows_is_refused_and_a_named_one_is_trusted(tmp_path: Path) -> None:
    context, authority = make_certificate(tmp_path)

    async def work() -> tuple[CallError, Reply, CallError]:
        async with serving(say(answer()), context) as place:
            stranger = await fail(http(place.url), call=True)
            way = http(place.url, ca_file=str(authority))
            known = await way.call(ASK, 5)
            await way.close()
            lost = await fail(http(place.url, ca_file=str(tmp_path / "none.pem")), call=True)
            assert len(place.seen) == 1
            return stranger, known, lost

    stranger, known, lost = run(work())
    assert type(stranger) is type(lost) is NotSentError
    assert stranger.cause is lost.cause is Cause.TLS
    assert known.json == {"ok": True}


@pytest.mark.parametrize(
    ("handler", "cause"),
    [(say(answer(407, b"")), Cause.PROXY), (say(answer(502, b"")), Cause.PROXY), (stall, Cause.CONNECT)],
    ids=["refuses", "fails", "stalls"],
)
def test_a_proxy_that_does_not_let_us_through_is_surely_not_sent(
    handler: Handler, cause: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> CallError:
        async with serving(handler) as proxy:
            monkeypatch.setenv("https_proxy", proxy.url)
            error = await fail(http("https://station.invalid", sign=Token(Secret(CANARY))), call=True, timeout_s=1.5)
            assert [(each.method, each.target) for each in proxy.seen] == [("CONNECT", "station.invalid:443")]
            assert CANARY not in str(proxy.seen)
            return error

    error = run(work())
    assert type(error) is NotSentError
    assert error.cause is cause


def test_an_address_that_is_named_in_no_proxy_leads_past_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> CallError:
        async with serving(say(answer(407, b""))) as proxy:
            monkeypatch.setenv("https_proxy", proxy.url)
            monkeypatch.setenv("no_proxy", "station.invalid")
            error = await fail(http("https://station.invalid", sign=Token(Secret(CANARY))), call=True)
            assert proxy.seen == []
            return error

    error = run(work())
    assert (type(error), error.cause) == (NotSentError, Cause.DNS)


def test_the_way_to_this_computer_leads_past_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("all_proxy", "nonsense://127.0.0.1:9")

    async def work() -> Reply:
        async with serving(say(answer())) as place:
            way = http(place.url)
            reply = await way.call(ASK, 5)
            await way.close()
            return reply

    assert run(work()).status == 200
    broken = run(fail(http("http://station.invalid"), call=True))
    assert type(broken) is NotSentError
    assert broken.cause is Cause.PROXY


@pytest.mark.parametrize(
    "url", ["", "nonsense", "ftp://127.0.0.1", "http://", "http://[::1", "http://a:99999999", "https://u:p@127.0.0.1"]
)
def test_an_address_that_is_none_is_surely_not_sent(url: str) -> None:
    error = run(fail(http(url), call=True))
    assert type(error) is NotSentError
    assert error.cause is Cause.NOT_SET_UP


def test_credentials_never_travel_in_the_clear() -> None:
    error = run(fail(http("http://192.0.2.1", sign=Token(Secret(CANARY))), call=True))
    assert type(error) is NotSentError
    assert error.cause is Cause.NOT_SET_UP


def test_a_full_pool_is_surely_not_sent() -> None:
    async def work() -> CallError:
        async with serving(stall) as place:
            way = http(place.url, at_once=1)
            first = asyncio.ensure_future(way.call(ASK, 2.0))
            while not place.seen:
                await asyncio.sleep(0.01)
            with pytest.raises(CallError) as caught:
                await way.call(ASK, 0.3)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            await way.close()
            assert len(place.seen) == 1
            return caught.value

    error = run(work())
    assert type(error) is NotSentError


@pytest.mark.parametrize("call", [False, True])
def test_requests_that_were_given_up_on_leave_the_way_open_for_the_next(tmp_path: Path, call: bool) -> None:
    """Given up at every moment of connecting and asking, over a pool of one."""
    context, authority = make_certificate(tmp_path)

    async def ask() -> Reply:
        async with serving(say(answer()), context) as place:
            way = http(place.url, ca_file=str(authority), at_once=1)
            ask = way.call if call else way.read
            await ask(ASK, 5)
            for tries in range(120):
                with suppress(NotSentError, UnclearError):
                    await ask(ASK, 0.0001 * tries)
            told = await ask(ASK, 5)
            await way.close()
            return told

    assert run(ask()).json == {"ok": True}


def test_calls_open_a_connection_each_and_reads_keep_theirs() -> None:
    async def work() -> Place:
        async with serving(say(answer())) as place:
            way = http(place.url)
            for _ in range(3):
                await way.call(ASK, 5)
            for _ in range(3):
                await way.read(ASK, 5)
            await way.close()
            return place

    seen: list[Seen] = run(work()).seen
    assert [each.connection for each in seen] == [1, 2, 3, 4, 4, 4]
    assert [each.headers["connection"] for each in seen] == ["close"] * 3 + ["keep-alive"] * 3


def test_a_read_goes_again_when_its_kept_connection_was_closed_and_a_call_never_does() -> None:
    async def once(seen: Seen, writer: asyncio.StreamWriter) -> None:
        if seen.connection % 2:
            cut_off = say(answer()) if not any(s.connection == seen.connection for s in before) else cut
            before.append(seen)
            await cut_off(seen, writer)
        else:
            await say(answer())(seen, writer)

    before: list[Seen] = []

    async def work() -> None:
        async with serving(once) as place:
            way = http(place.url)
            assert (await way.read(ASK, 5)).status == 200
            assert (await way.read(ASK, 5)).status == 200
            assert [each.connection for each in place.seen] == [1, 1, 2]
            await way.close()
        async with serving(cut) as place:
            assert isinstance(await fail(http(place.url), call=True), UnclearError)
            assert len(place.seen) == 1

    run(work())


def test_what_is_sent() -> None:
    async def work() -> tuple[Place, Reply]:
        async with serving(say(answer(headers={"Set-Cookie": "who=me", "X-Request-Id": "theirs-7"}))) as place:
            way = http(place.url + "/v1/", sign=Token(Secret(CANARY)))
            ask = Request("PUT", path_of("a/b?c", "..", "ø#"), b"{}", query=(("q", "1&2"),), headers={"X-More": "1"})
            reply = await way.call(ask, 5)
            await way.call(ask, 5)
            await way.close()
            return place, reply

    place, reply = run(work())
    one, two = place.seen
    assert one.target == "/v1/a%2Fb%3Fc/%2E%2E/%C3%B8%23?q=1%262"
    assert one.headers["authorization"] == f"Bearer {CANARY}"
    assert one.headers["user-agent"].startswith("claiming-station/")
    assert one.headers["x-more"] == "1"
    assert UUID(one.headers["x-request-id"]).version == 4
    assert one.headers["x-request-id"] != two.headers["x-request-id"]
    assert "cookie" not in two.headers
    assert reply.request_id == "theirs-7"


@pytest.mark.parametrize(
    ("name", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)],
    ids=["gzip", "deflate", "identity"],
)
def test_packed_answers_are_read(name: str, pack: Callable[[bytes], bytes]) -> None:
    async def work() -> Reply:
        async with serving(say(answer(body=pack(b"[1,2]"), headers={"Content-Encoding": name}))) as place:
            way = http(place.url)
            reply = await way.read(ASK, 5)
            await way.close()
            return reply

    assert run(work()).json == [1, 2]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422])
def test_what_only_the_vendor_can_explain_comes_back(status: int) -> None:
    async def work(body: bytes) -> Reply:
        async with serving(say(answer(status, body))) as place:
            way = http(place.url)
            reply = await way.call(ASK, 5)
            await way.close()
            return reply

    assert run(work(b'{"error":"x"}')).json == {"error": "x"}
    bare = run(work(b"<html>"))
    assert (bare.status, bare.json, bare.text) == (status, None, "<html>")


class Renewed:
    """Tokens that can be fetched anew."""

    renews = True

    def __init__(self) -> None:
        self.fetched = 0

    async def headers(self, *, fresh: bool) -> dict[str, str]:
        self.fetched += fresh
        return {"Authorization": f"Bearer token-{self.fetched}"}


def test_a_401_gets_one_fresh_token_and_no_second() -> None:
    async def old_token_refused(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await say(answer(401 if seen.headers["authorization"].endswith("-0") else 200))(seen, writer)

    async def work() -> None:
        async with serving(old_token_refused) as place:
            way = http(place.url, sign=Renewed())
            assert (await way.call(ASK, 5)).status == 200
            await way.close()
            assert len({each.headers["x-request-id"] for each in place.seen}) == 2
        async with serving(say(answer(401))) as place:
            sign = Renewed()
            assert isinstance(await fail(http(place.url, sign=sign), call=True), SignInError)
            assert (len(place.seen), sign.fetched) == (2, 1)

    run(work())


@pytest.mark.parametrize("token", [CANARY, f"{CANARY}\nX-Evil: 1", f"{CANARY}ø", f"{CANARY}\x00"])
def test_no_secret_gets_into_an_error_or_a_log(token: str, caplog: pytest.LogCaptureFixture) -> None:
    async def echo(seen: Seen, writer: asyncio.StreamWriter) -> None:
        told = f"I do not know {seen.headers.get('authorization', '')}"
        await say(answer(401 if seen.target.endswith("in") else 500, told.encode()))(seen, writer)

    async def work() -> list[CallError]:
        async with serving(echo) as place:
            secret = Secret(token)
            ways = [http(place.url, sign=Token(secret), secrets=[secret]) for _ in range(2)]
            return [
                await fail(way, call=True, ask=Request("POST", path, b'{"pin":"canary-pin"}'))
                for way, path in zip(ways, ("in", "out"), strict=True)
            ]

    with caplog.at_level(logging.DEBUG):
        # The loggers of the library below are kept quiet whatever the root's level.
        errors = run(work())
    for error in errors:
        chain: list[BaseException] = []
        at: BaseException | None = error
        while at is not None:
            chain.append(at)
            at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
        assert "canary" not in repr(chain)
        assert "canary" not in f"{error.detail} {error} {error.args}"
    assert "canary" not in caplog.text


def test_the_server_inside_is_given_up_on_and_awaited_at_the_end() -> None:
    done: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await asyncio.sleep(0.4)
        done.append("committed")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def work() -> CallError:
        way = http("/api/v1", app=app)
        with pytest.raises(CallError) as caught:
            await way.call(ASK, 0.05)
        assert done == []
        await way.close()
        return caught.value

    error = run(work())
    assert done == ["committed"]
    assert type(error) is UnclearError
    assert error.cause is Cause.TIMEOUT


def test_a_server_inside_that_breaks_is_unclear_too() -> None:
    async def raises(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("broken")

    async def silent(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    for app in (raises, silent):
        assert isinstance(run(fail(http("/x", app=app), call=True)), UnclearError)
        assert isinstance(run(fail(http("/x", app=app), call=False)), NotSentError)


def test_an_answer_of_the_server_inside_that_breaks_off_is_none() -> None:
    async def half(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}", "more_body": True})
        raise ValueError("broken")

    error = run(fail(http("/x", app=half), call=True))
    assert (type(error), error.cause) == (UnclearError, Cause.CUT_OFF)


def test_the_server_inside_hears_what_a_server_on_a_port_hears() -> None:
    heard: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.update(scope, message=await receive())
        await send({"type": "http.response.start", "status": 200, "headers": [(b"X-A", b"1"), (b"x-a", b"2")]})
        await send({"type": "http.response.body", "body": b'{"a":', "more_body": True})
        await send({"type": "http.response.body", "body": b'"\xc3\xb8"}'})
        heard["after"] = await receive()

    asked = Request("POST", path_of("a b/c", "æ"), b"[1]", query=(("q", "ø &"),), request_id="r-1")
    reply = run(http("/api/v1", app=app).read(asked, 5))
    assert (heard["path"], heard["raw_path"]) == ("/api/v1/a b/c/æ", b"/api/v1/a%20b%2Fc/%C3%A6")
    assert heard["query_string"] == b"q=%C3%B8+%26"
    headers = dict(heard["headers"])
    assert (headers[b"host"], headers[b"content-length"], headers[b"x-request-id"]) == (b"localhost", b"3", b"r-1")
    assert heard["message"] == {"type": "http.request", "body": b"[1]", "more_body": False}
    assert heard["after"] == {"type": "http.disconnect"}
    assert (reply.json, reply.headers["x-a"]) == ({"a": "ø"}, "1, 2")
