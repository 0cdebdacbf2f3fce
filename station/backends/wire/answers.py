"""Reads HTTP answers without trusting them, and sorts failures by what the desk must do next."""

import html
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote, quote_plus

from station.core.errors import CallError, Cause, NotSentError, SignInError, UnclearError
from station.core.secret import MASK, Secret

from .shapes import ShapeError

T = TypeVar("T")
LONGEST_DETAIL = 300
LONGEST_WAIT_S = 86_400.0
_SURELY_NOT = {407: Cause.PROXY, 425: Cause.TOO_EARLY, 429: Cause.RATE_LIMIT}
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?")
_PLAIN_SECRET = 6
"""From this length on a secret is masked wherever it stands; a shorter one only as a word of its own."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. ``headers`` are in lower case, ``json`` is None where the body is none; ``date`` is in UTC.

    In ``text`` the request's secrets are masked; ``json`` is as it came: mask with ``secrets`` what people will read.
    """

    status: int
    headers: Mapping[str, str]
    json: Any
    text: str
    date: datetime | None
    request_id: str
    secrets: tuple[Secret, ...] = ()


@dataclass
class Attempt:
    """One request while it is under way, as the sorting needs to know it: whether it changes something (``call``),
    whether bytes of it may have left, and which secrets must not come back in an error's words."""

    call: bool
    now: Callable[[], datetime]
    request_id: str = ""
    left: bool = False
    status: int = 0
    secrets: tuple[Secret, ...] = ()
    waits: bool = False
    """For a place among the requests that may be under way at a time."""
    given_up: bool = False
    """Nobody waits for it any more: what has not left by now never does."""

    def check(self) -> None:
        """Raise BodyError where it was given up."""
        if self.given_up:
            raise BodyError(Cause.TIMEOUT, "given up")

    async def follow(self, event: str, info: Mapping[str, Any]) -> None:
        """Note the moment after which bytes may have left (from httpcore's trace); a proxy's CONNECT is none."""
        step = event.partition(".")[2]
        if step == "send_request_headers.started":
            self.check()
        if step == "send_request_headers.started" and getattr(info.get("request"), "method", b"") != b"CONNECT":
            self.left = True
        elif step == "send_request_headers.failed" and type(info.get("exception")).__name__ == "LocalProtocolError":
            self.left = False  # refused by our own side's rules, before a byte was written

    def failure(self, cause: Cause, detail: str = "") -> CallError:
        """A failure on the way: a call that may have left is unclear, everything else did nothing."""
        kind = UnclearError if self.call and self.left else NotSentError
        return kind(cause, shorten(detail, self.secrets), self.request_id, self.status)


class BodyError(Exception):
    """A body that cannot be used, and why."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


def take(reply: Reply, read: Callable[[Any], T], *, call: bool = False) -> T:
    """Read the answer's JSON; a shape that it must not have makes a call unclear, and a read one that told nothing."""
    try:
        return read(reply.json)
    except (ShapeError, RecursionError) as error:
        kind = UnclearError if call else NotSentError
        raise kind(Cause.GARBAGE, str(error), reply.request_id, reply.status) from None


def read_reply(attempt: Attempt, headers: Mapping[str, str], body: bytes | None) -> Reply:
    """Make a ``Reply`` of 2xx and of the 4xx that only the backend understands; raise ``CallError`` for all else.

    ``body`` is None where it could not be read and the status alone says enough.
    """
    named = headers.get("x-request-id", "")
    if named and len(named) <= 200 and named.isprintable():
        attempt.request_id = named
    text = (body or b"").decode("utf-8", "replace")
    sort_status(attempt, headers, text)
    value = None
    if attempt.status not in (204, 205):
        value = _read_body(attempt, headers, body or b"", text)
    date, told = read_date(headers.get("date", "")), mask(text, attempt.secrets)
    return Reply(attempt.status, headers, value, told, date, attempt.request_id, attempt.secrets)


def sort_status(attempt: Attempt, headers: Mapping[str, str], text: str) -> None:
    """Raise the error that a status stands for at every vendor; come back from 2xx and from 4xx with a vendor's words.

    407, 425 and 429 come from before the vendor's own work, so nothing happened; after 408, any 5xx and a redirect
    (a portal or proxy that stepped in, or a server that did its work and pointed elsewhere) nobody can know.
    """
    status = attempt.status
    cause = Cause.CREDENTIALS if status == 401 else _SURELY_NOT.get(status) or _unclear_cause(status)
    if cause is None:
        return
    now, told = attempt.now(), shorten(text, attempt.secrets)
    wait = read_wait(headers, now)
    if status == 401:
        raise SignInError(cause, told, attempt.request_id, status, clock_off(headers, now))
    if status in _SURELY_NOT:
        raise NotSentError(cause, told, attempt.request_id, status, wait)
    error = attempt.failure(cause, told)
    if isinstance(error, NotSentError):
        error.retry_after = wait
    raise error


def _unclear_cause(status: int) -> Cause | None:
    if status == 408:
        return Cause.TIMEOUT
    if status == 511:  # "network authentication required": its only use is a portal in between
        return Cause.CAPTIVE_PORTAL
    if status >= 500:
        return Cause.SERVER
    if 300 <= status < 400:
        return Cause.REDIRECT
    return Cause.GARBAGE if status < 200 else None


def _read_body(attempt: Attempt, headers: Mapping[str, str], body: bytes, text: str) -> Any:
    try:
        return parse_json(body)
    except BodyError as error:
        if attempt.status >= 400:
            return None  # the status still says something; the backend sees that no words came with it
        html = headers.get("content-type", "").lower().startswith("text/html") or text.lstrip()[:1] == "<"
        raise attempt.failure(
            Cause.CAPTIVE_PORTAL if html else Cause.GARBAGE, text if html else str(error)
        ) from None


def parse_json(body: bytes) -> Any:
    """JSON in UTF-8, with or without a mark at its start; ``BodyError`` for all else.

    A name that stands twice in one object, NaN and infinities are refused: two readers would read two things.
    """
    try:
        return json.loads(body.decode("utf-8-sig"), object_pairs_hook=_read_object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BodyError(Cause.GARBAGE, f"the answer is not JSON ({type(error).__name__})") from None


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice")
    return value


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("not a JSON number")


class Unpacker:
    """Unpacks a body as it comes in and stops at ``most`` bytes, packed or unpacked."""

    def __init__(self, encoding: str, most: int) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BodyError(Cause.GARBAGE, "the answer is packed in an unknown way")
        self._zlib = None if name in ("", "identity") else zlib.decompressobj(15 if name == "deflate" else 31)
        self._most = most
        self._packed = 0
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes) -> None:
        self._packed += len(chunk)
        if self._zlib is not None:
            try:
                # One byte more than may be, so that a bomb shows itself without being unpacked.
                chunk = self._zlib.decompress(chunk, self._most - self._size + 1)
            except zlib.error:
                raise BodyError(Cause.GARBAGE, "the answer is packed wrongly") from None
        self._size += len(chunk)
        if self._size > self._most or self._packed > self._most:
            raise BodyError(Cause.GARBAGE, f"the answer is larger than {self._most} bytes")
        self._parts.append(chunk)

    def finish(self) -> bytes:
        if self._zlib is not None and self._packed and (not self._zlib.eof or self._zlib.unused_data):
            raise BodyError(Cause.GARBAGE, "the packed answer does not end where it should")
        return b"".join(self._parts)


def read_date(text: str) -> datetime | None:
    """An HTTP date in UTC, or None for what is none."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if date.tzinfo is None:
        return date.replace(tzinfo=UTC)
    try:
        return date.astimezone(UTC)
    except OverflowError:
        return None


def read_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """``Retry-After`` in seconds, at most a day; a date counts from the answer's own, as our clock may be off."""
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST_WAIT_S)
    until = read_date(text) if text else None
    if until is None:
        return None
    begin = read_date(headers.get("date", "")) or now
    return min(max((until - begin).total_seconds(), 0.0), LONGEST_WAIT_S)


def clock_off(headers: Mapping[str, str], now: datetime) -> float | None:
    """How many seconds this computer is ahead of the answer's Date; None where it bears none."""
    date = read_date(headers.get("date", ""))
    return None if date is None else (now - date).total_seconds()


def mask(text: str, secrets: Iterable[Secret]) -> str:
    """The text with every secret in it masked, also as JSON, a page, an address or Python would write it."""
    for secret in sorted((one.reveal() for one in secrets if one), key=len, reverse=True):
        for form in sorted(_forms(secret), key=len, reverse=True):
            if len(form) >= _PLAIN_SECRET:
                text = text.replace(form, MASK)
            else:
                text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", MASK, text)
    return text


def _forms(secret: str) -> set[str]:
    if secret.isascii() and secret.isalnum():
        return {secret}  # the same wherever it stands
    inside = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    inside |= {json.dumps(form)[1:-1] for form in inside}
    pages = {html.escape(form, quote=quotes) for form in inside for quotes in (True, False)}
    data = secret.encode("utf-8", "surrogatepass")
    addresses = {quote(data, safe=""), quote(data), quote_plus(data)}
    return inside | pages | addresses | {re.sub("%..", lambda code: code[0].lower(), form) for form in addresses}


def shorten(text: str, secrets: Iterable[Secret] = ()) -> str:
    """A vendor's or a library's own words as a short, masked line."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in mask(text, secrets)[:2000]).split())
    return line if len(line) <= LONGEST_DETAIL else line[: LONGEST_DETAIL - 1] + "…"
