"""Any answer that a server may send is read to a value or a reason, never to another exception."""

import gzip
import html
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.backends.wire.answers import (
    LONGEST_DETAIL,
    Attempt,
    BodyError,
    Reply,
    Unpacker,
    clock_off,
    mask,
    parse_json,
    read_date,
    read_reply,
    read_wait,
    shorten,
)
from station.backends.wire.requests import Request, json_bytes, path_of
from station.backends.wire.shapes import normal_mac
from station.core.errors import CallError, NotSentError, UnclearError
from station.core.secret import Secret

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(
    status=st.integers(100, 999),
    body=st.none() | st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()),
    headers=st.dictionaries(
        st.sampled_from(["date", "retry-after", "content-type", "x-request-id", "location"]), st.text(max_size=60)
    ),
    call=st.booleans(),
    left=st.booleans(),
)
def test_every_answer_becomes_a_reply_or_an_error_of_ours(
    status: int, body: bytes | None, headers: dict[str, str], call: bool, left: bool
) -> None:
    attempt = Attempt(call, lambda: NOW, str(uuid4()), left, status)
    told = told_by(attempt, headers, body)
    if isinstance(told, CallError):
        assert (call and left) or not isinstance(told, UnclearError)
        assert len(told.detail) <= LONGEST_DETAIL
        assert not isinstance(told, NotSentError) or (told.retry_after or 0) >= 0
        return
    # Success is never made of an answer that was not one.
    assert 200 <= status < 300 or 400 <= status < 500
    assert status not in (401, 407, 408, 425, 429)
    if 200 <= status < 300 and status not in (204, 205):
        assert told.json == json.loads(body or b"")


def told_by(attempt: Attempt, headers: dict[str, str], body: bytes | None) -> Reply | CallError:
    try:
        return read_reply(attempt, headers, body)
    except CallError as error:
        return error


@given(st.binary(max_size=300))
def test_any_bytes_are_json_or_garbage(body: bytes) -> None:
    try:
        value = parse_json(body)
    except BodyError:
        return
    assert value == json.loads(body.decode("utf-8-sig"))


@given(JSON)
def test_the_same_content_gives_the_same_bytes(value: Any) -> None:
    written = json_bytes(value)
    assert json_bytes(json.loads(written)) == written
    assert parse_json(written) == value


@given(st.text(max_size=40))
def test_any_header_is_a_wait_or_none(text: str) -> None:
    wait = read_wait({"retry-after": text, "date": text}, NOW)
    assert wait is None or 0 <= wait <= 86_400
    off = clock_off({"date": text}, NOW)
    assert (off is None) == (read_date(text) is None)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda when: when.replace(microsecond=0)))  # noqa: DTZ001
def test_every_http_date_is_read(when: datetime) -> None:
    assert read_date(when.strftime("%a, %d %b %Y %H:%M:%S GMT")) == when.replace(tzinfo=UTC)


@given(st.binary(max_size=2000), st.integers(1, 64))
def test_a_packed_body_is_unpacked_however_it_is_cut(body: bytes, step: int) -> None:
    packed = gzip.compress(body)
    unpacker = Unpacker("gzip", 10_000)
    for begin in range(0, len(packed), step):
        unpacker.add(packed[begin : begin + step])
    assert unpacker.finish() == body


@given(st.binary(max_size=200), st.sampled_from(["", "gzip", "deflate", "br", "gzip, gzip"]))
def test_any_body_is_unpacked_or_refused(body: bytes, encoding: str) -> None:
    try:
        unpacker = Unpacker(encoding, 1000)
        unpacker.add(body)
        unpacked = unpacker.finish()
    except BodyError:
        return
    assert encoding or unpacked == body
    assert len(unpacked) <= 1000


def test_a_bomb_is_not_unpacked() -> None:
    unpacker = Unpacker("gzip", 1000)
    with pytest.raises(BodyError):
        unpacker.add(gzip.compress(b"\0" * 50_000_000))


@given(st.text(max_size=30), st.text(min_size=1, max_size=20), st.text(max_size=30))
def test_a_long_secret_is_masked_wherever_it_stands(before: str, secret: str, after: str) -> None:
    secret = f"{secret}canary"
    for text in (f"{before}{secret}{after}", json.dumps({"told": f"{before}{secret}{after}"})):
        assert secret not in mask(text, [Secret(secret)])
        assert json.dumps(secret)[1:-1] not in mask(text, [Secret(secret)])
        for form in (html.escape(secret), quote(secret, safe="", errors="surrogatepass"), repr(secret)[1:-1]):
            assert form not in mask(before + form + after, [Secret(secret)])


def test_a_short_secret_is_masked_as_a_word() -> None:
    assert mask('the pin "471" of SN-47110 is 471', [Secret("471"), Secret("")]) == 'the pin "***" of SN-47110 is ***'


@given(st.text())
def test_a_detail_is_one_short_printable_line(text: str) -> None:
    line = shorten(text)
    assert len(line) <= LONGEST_DETAIL
    assert line.isprintable()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_scanned_text_never_adds_a_step_to_a_path(parts: list[str]) -> None:
    path = path_of(*parts)
    assert [unquote(step) for step in path.split("/")] == parts
    assert not set(path) & set("?#. \\:@")
    assert path.isascii()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("AA:BB:CC:00:11:22", "aabbcc001122"),
        ("aabb.cc00.1122", "aabbcc001122"),
        ("00-80-E1-15-00-0A-9C-DE", "0080e115000a9cde"),
        ("AA:BB:CC:00:11", ""),
        ("AA:BB:CC:00:11:22:33", ""),
        ("no mac", ""),
        ("", ""),
    ],
)
def test_a_mac_has_one_form(text: str, form: str) -> None:
    assert normal_mac(text) == form


def test_a_request_does_not_show_its_body() -> None:
    assert "4711" not in repr(Request("POST", "claims", b'{"pin":"4711"}'))
