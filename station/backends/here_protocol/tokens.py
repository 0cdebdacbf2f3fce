"""Fetches the bearer tokens of an application or a user, keeps each until shortly before its end, and renews it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from station.core.errors import Cause, NotSentError, RefusedError, SignInError, TargetError
from station.core.secret import Secret

from ..http import Http
from ..wire.answers import Reply, clock_off, shorten
from ..wire.requests import Request
from ..wire.shapes import ShapeError, maybe_count, maybe_text, object_of
from . import requests, signatures

EARLY = timedelta(seconds=60)
"""So long before its end a token is not used any more."""
REFUSED_FOR = timedelta(seconds=5)
"""So long refused credentials are not shown again: many requests ask at once, and tries are counted at the vendor."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A token as it was given: until when it is good (None where that is not told), and whose it is."""

    access: Secret
    until: datetime | None
    renewal: Secret | None = None
    user_id: str = ""
    realm: str = ""


class Renewed:
    """A ``Sign`` over a token that ``fetch`` gets; many requests that need a new one wait for one fetch."""

    renews = True

    def __init__(self, fetch: Callable[[], Awaitable[Granted]], now: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._now = now
        self._lock = asyncio.Lock()
        self._granted: Granted | None = None
        self._count = 0
        self._refused: tuple[datetime, SignInError] | None = None

    async def headers(self, *, fresh: bool) -> Mapping[str, str]:
        granted = await self.granted(fresh=fresh)
        return {"Authorization": f"Bearer {granted.access.reveal()}"}

    async def granted(self, *, fresh: bool = False) -> Granted:
        """The token in use, or a new one. Raises CallError."""
        count = self._count
        async with self._lock:
            known = self._granted
            stale = known is None or (known.until is not None and known.until <= self._now())
            # Another request has fetched one while this one waited: that one counts as fresh.
            if known is not None and not stale and (not fresh or self._count != count):
                return known
            self._raise_refused()
            try:
                granted = await self._fetch()
            except SignInError as error:
                self._refused = (self._now(), error)
                raise
            self._granted, self._refused = granted, None
            self._count += 1
            return granted

    def _raise_refused(self) -> None:
        if self._refused is not None and abs(self._now() - self._refused[0]) < REFUSED_FOR:
            told = self._refused[1]
            raise SignInError(told.cause, told.detail, told.request_id, told.status, told.clock_off)


class Private:
    """Signs nothing, and stops a password that would leave this computer in the open."""

    renews = False

    def __init__(self, url: str, *, inside: bool) -> None:
        self._url = url
        self._inside = inside

    async def headers(self, *, fresh: bool) -> Mapping[str, str]:  # noqa: ARG002 - there is nothing to renew
        if not self._inside and urlsplit(self._url).scheme != "https" and not _is_here(self._url):
            raise NotSentError(Cause.NOT_SET_UP, "credentials travel only over https, or to this computer")
        return {}


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class ClientTokens:
    """Client tokens of an application; ``http`` signs its requests with a ``signatures.Signature``."""

    def __init__(self, http: Http, step: str, scope: str, timeout_s: float, now: Callable[[], datetime]) -> None:
        self._http = http
        self._request = Request("POST", step, signatures.token_body(scope).encode("ascii"), signatures.FORM)
        self._timeout_s = timeout_s
        self._now = now

    async def fetch(self) -> Granted:
        return take(await self._http.read(self._request, self._timeout_s), self._now())


class UserTokens:
    """A user's tokens: log in, exchange for the project's where a scope is set; refresh, and log in again where not."""

    def __init__(
        self, http: Http, email: str, password: Secret | None, realm: str, scope: str, timeout_s: float,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._http = http
        self._email, self._password, self._realm = email, password, realm
        self._scope = scope
        self._timeout_s = timeout_s
        self._now = now
        self._session: Granted | None = None

    async def fetch(self) -> Granted:
        self._session = await self._renew(self._session) or await self._log_in()
        session = self._session
        if not self._scope:
            return session
        scoped = await self._ask(requests.exchange(session.access, self._scope))
        return Granted(scoped.access, scoped.until, None, session.user_id, session.realm)

    async def _renew(self, session: Granted | None) -> Granted | None:
        """The session refreshed, or None where it has to begin anew."""
        if session is None or session.renewal is None:
            return None
        try:
            renewed = await self._ask(requests.refresh(session.access, session.renewal))
        except (SignInError, RefusedError, TargetError):
            return None
        return Granted(
            renewed.access, renewed.until, renewed.renewal or session.renewal, renewed.user_id or session.user_id,
            renewed.realm or session.realm,
        )  # fmt: skip

    async def _log_in(self) -> Granted:
        if not self._email or not self._password:
            raise NotSentError(Cause.NOT_SET_UP, "the user's e-mail address and password are not set")
        return await self._ask(requests.login(self._email, self._password, self._realm))

    async def _ask(self, request: Request) -> Granted:
        return take(await self._http.read(request, self._timeout_s), self._now())


def take(reply: Reply, now: datetime) -> Granted:
    """The token of an answer, with either spelling of its names. Raises SignInError or NotSentError."""
    if reply.status >= 400:
        raise _refused(reply, now)
    try:
        answer = object_of(reply.json, "the answer")
        access = maybe_text(answer, "accessToken") or maybe_text(answer, "access_token")
        lives = _lives(answer)
        renewal = maybe_text(answer, "refreshToken") or maybe_text(answer, "refresh_token")
        user_id, realm = maybe_text(answer, "userId"), maybe_text(answer, "realm")
    except ShapeError as error:
        raise NotSentError(Cause.GARBAGE, str(error), reply.request_id, reply.status) from None
    # Whatever else the answer is: what cannot stand in a header is no token.
    if not access or not (access.isascii() and access.isprintable() and " " not in access):
        raise NotSentError(Cause.GARBAGE, "the answer holds no token", reply.request_id, reply.status)
    until = now + lives - min(EARLY, lives / 10) if lives is not None else None
    return Granted(Secret(access), until, Secret(renewal) if renewal else None, user_id, realm)


def _lives(answer: Mapping[str, Any]) -> timedelta | None:
    told = maybe_count(answer, "expiresIn") if "expiresIn" in answer else maybe_count(answer, "expires_in")
    return None if told is None else timedelta(seconds=min(told, 10**8))


def _refused(reply: Reply, now: datetime) -> SignInError:
    """Any refusal of a token is about what the connection is set up with: a person has to look at it."""
    told = reply.json if isinstance(reply.json, dict) else {}
    found = (told.get(name) for name in ("message", "error_description", "error"))
    words = next((each for each in found if isinstance(each, str)), "")
    cause = {403: Cause.NO_RIGHTS, 404: Cause.NO_TARGET}.get(reply.status, Cause.CREDENTIALS)
    detail = shorten(words or reply.text, reply.secrets)
    return SignInError(cause, detail, reply.request_id, reply.status, clock_off(reply.headers, now))
