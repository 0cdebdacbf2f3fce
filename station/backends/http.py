"""Speaks HTTP for every backend: two pools, one limit round everything, and failures sorted by where they happened."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from station.core.errors import CallError, Cause, NotSentError, SignInError
from station.core.secret import Secret

from .wire import inside
from .wire.answers import Attempt, BodyError, Reply, Unpacker, read_reply
from .wire.requests import Request, Sign, Token, headers_of
from .wire.ways import connect_cause, is_here

CONNECT_S = 5.0
MOST_BYTES = 20_000_000
CLOSE_GRACE_S = 10.0
_LEFTOVER_S = 2.0
_STATUS_SAYS_ALL = frozenset({401, 407, 425, 429})
"""What these bring in their body matters to support alone: a body that breaks off changes nothing."""
_CLOSED_UNDER_US = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)

# Both write addresses and headers of every request into their logs, and a header holds the token.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


class Http:
    """The way to one server. ``read`` may be repeated freely, ``call`` changes something and goes out once.

    ``app`` is an ASGI application in this process, reached without a port. Raises only ``core.errors.CallError``.
    """

    def __init__(
        self,
        base_url: str,
        now: Callable[[], datetime],
        *,
        sign: Sign | None = None,
        secrets: Sequence[Secret] = (),
        ca_file: str = "",
        app: Callable[..., Any] | None = None,
        at_once: int = 8,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._now = now
        self._sign = sign or Token(None)
        self._secrets = tuple(secrets)
        self._ca_file = ca_file
        self._app = app
        self._at_once = at_once
        self._places = {call: asyncio.Semaphore(at_once) for call in (False, True)}
        self._most_bytes = most_bytes
        self._trusting: asyncio.Task[ssl.SSLContext] | None = None
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self._running: set[asyncio.Task[Reply]] = set()

    async def read(self, request: Request, timeout_s: float) -> Reply:
        """Ask for something that changes nothing, over a kept connection.

        Every failure is a ``NotSentError`` but 401. A kept connection that the server had closed is replaced at once.
        """
        return await self._limited(Attempt(False, self._now), request, timeout_s)

    async def call(self, request: Request, timeout_s: float) -> Reply:
        """Send something that changes something, once, over a connection opened for it.

        A failure after the first byte may have left is an ``UnclearError``. 2xx and the 4xx that only the vendor's
        own words explain come back as a ``Reply``.
        """
        return await self._limited(Attempt(True, self._now), request, timeout_s)

    async def close(self) -> None:
        """Wait for what was given up on (a handler in this process still commits), then let go of all sockets."""
        if self._running:
            grace_s = CLOSE_GRACE_S if self._app is not None else _LEFTOVER_S
            _, late = await asyncio.wait(set(self._running), timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    async def _limited(self, attempt: Attempt, request: Request, timeout_s: float) -> Reply:
        """Give up waiting without breaking off: a handler in this process goes on and commits, whoever has left, and a
        library that is stopped while it connects loses the connection and, with it, a place for others. What has not
        left by then never does (see ``Attempt``)."""
        task = asyncio.ensure_future(self._rounds(attempt, request, timeout_s))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(_note)
        try:
            done, _ = await asyncio.wait({task}, timeout=timeout_s)
        finally:
            attempt.given_up = not task.done()
            if attempt.given_up and attempt.left and self._app is None:
                task.cancel()
        if not done:
            cause = Cause.TIMEOUT if attempt.left else Cause.POOL if attempt.waits else Cause.CONNECT
            raise attempt.failure(cause, f"no answer within {timeout_s:g} s")
        return task.result()

    async def _rounds(self, attempt: Attempt, request: Request, timeout_s: float) -> Reply:
        """Mostly one round. A 401 did nothing: one more with a fresh token, where tokens can be renewed. A read goes
        again when its kept connection turned out to be closed; a call never does."""
        fresh = again = False
        while True:
            try:
                return await self._round(attempt, request, timeout_s, fresh=fresh)
            except SignInError:
                if fresh or not self._sign.renews:
                    raise
                fresh = True
            except CallError:
                raise
            except _CLOSED_UNDER_US as error:
                if attempt.call or again or attempt.status:
                    raise _sort(error, attempt) from None
                again = True
            except Exception as error:
                # Whatever a library does with hostile input, the desk gets one of its own errors.
                raise _sort(error, attempt) from None

    async def _round(self, attempt: Attempt, request: Request, timeout_s: float, *, fresh: bool) -> Reply:
        attempt.left, attempt.status = False, 0
        attempt.request_id = request.request_id or str(uuid4())
        signed = await self._sign.headers(fresh=fresh)
        words = tuple(Secret(word) for value in signed.values() for word in value.split()[-1:])
        attempt.secrets = (*self._secrets, *request.secrets, *words)
        url = self._url(request.path, signed=bool(signed or request.secrets))
        headers = headers_of(request, attempt.request_id, call=attempt.call) | dict(signed)
        if self._app is not None:
            asked = inside.Asked(request.method, url, request.query, headers, request.body)
            return await self._ask(self._app, asked, attempt)
        async with self._place(attempt):
            return await self._over_a_port(request, url, headers, attempt, timeout_s)

    @asynccontextmanager
    async def _place(self, attempt: Attempt) -> AsyncIterator[None]:
        """One of the places for requests at a time. The library's own are lost by requests that give up."""
        attempt.waits = True
        async with self._places[attempt.call]:
            attempt.waits = False
            attempt.check()
            yield

    async def _over_a_port(
        self, request: Request, url: str, headers: Mapping[str, str], attempt: Attempt, timeout_s: float
    ) -> Reply:
        client = await self._client(attempt.call)
        client.cookies.clear()  # nothing that a server leaves with one request follows into the next
        # Reading and writing have no limit of their own: the one round the whole covers a byte a second too.
        limits = httpx.Timeout(None, connect=min(CONNECT_S, timeout_s))
        ready = client.build_request(
            request.method,
            url,
            params=list(request.query) or None,
            headers=headers,
            content=request.body or None,
            timeout=limits,
            extensions={"trace": attempt.follow},
        )
        return await self._exchange(client, ready, attempt)

    async def _ask(self, app: Callable[..., Any], asked: inside.Asked, attempt: Attempt) -> Reply:
        scope = asked.scope()
        attempt.check()
        attempt.left = True
        answered = await inside.ask(app, scope, asked.body)
        attempt.status = answered.status
        try:
            return read_reply(attempt, answered.headers, answered.body(self._most_bytes))
        except BodyError:
            if attempt.status not in _STATUS_SAYS_ALL:
                raise
            return read_reply(attempt, answered.headers, None)

    def _url(self, path: str, *, signed: bool) -> str:
        try:
            parts = urlsplit(self._base)
            usable = parts.hostname and parts.port != 0 and not (parts.query or parts.fragment or parts.username)
        except ValueError:
            raise NotSentError(Cause.NOT_SET_UP, "the address is no address") from None
        if self._app is not None:
            return f"{parts.path}/{path}"
        if parts.scheme not in ("http", "https") or not usable:
            raise NotSentError(Cause.NOT_SET_UP, "the address must be http://… or https://…")
        if signed and parts.scheme == "http" and not is_here(self._base):
            raise NotSentError(Cause.NOT_SET_UP, "credentials travel only over https, or to this computer")
        return f"{self._base}/{path}"

    async def _client(self, call: bool) -> httpx.AsyncClient:
        if self._trusting is None:
            # In a thread: reading some hundred certificates would hold up every other request. And once for all that
            # wait for it: a request that gives up leaves it to the next.
            self._trusting = asyncio.ensure_future(asyncio.to_thread(trust, self._base, self._ca_file))
            self._trusting.add_done_callback(_note)
        try:
            trusted = await asyncio.shield(self._trusting)
        except NotSentError:
            self._trusting = None  # the named file may be mended meanwhile
            raise
        if call not in self._clients:
            self._clients[call] = _open(self._base, trusted, self._at_once, keep=not call)
        return self._clients[call]

    async def _exchange(self, client: httpx.AsyncClient, ready: httpx.Request, attempt: Attempt) -> Reply:
        response = await client.send(ready, stream=True, follow_redirects=False)
        try:
            attempt.status = response.status_code
            headers = {name.lower(): value for name, value in response.headers.items()}
            if attempt.status in _STATUS_SAYS_ALL:
                body = await _leftover(response, self._most_bytes)
            else:
                body = await _body(response, self._most_bytes)
        finally:
            await response.aclose()
        return read_reply(attempt, headers, body)


def _note(task: asyncio.Task[Any]) -> None:
    """Take note of what a task that nobody waits for any more ended with, so that asyncio does not complain."""
    if not task.cancelled():
        task.exception()


async def _leftover(response: httpx.Response, most: int) -> bytes | None:
    try:
        async with asyncio.timeout(_LEFTOVER_S):
            return await _body(response, most)
    except (TimeoutError, BodyError, httpx.HTTPError):
        return None


async def _body(response: httpx.Response, most: int) -> bytes:
    unpacker = Unpacker(response.headers.get("content-encoding", ""), most)
    async for chunk in response.aiter_raw():
        unpacker.add(chunk)
    return unpacker.finish()


def _sort(error: Exception, attempt: Attempt) -> CallError:
    if isinstance(error, BodyError):
        return attempt.failure(error.cause, str(error))
    # The library's own words only where they cannot quote a header or a body of ours.
    quotable = isinstance(error, httpx.NetworkError | httpx.TimeoutException | httpx.ProxyError)
    words = f"{type(error).__name__}: {error}" if quotable else type(error).__name__
    return attempt.failure(_cause_of(error, attempt.left), words)


def _cause_of(error: Exception, left: bool) -> Cause:
    if isinstance(error, httpx.ProxyError):
        return Cause.PROXY
    if isinstance(error, httpx.PoolTimeout):
        return Cause.POOL
    if isinstance(error, httpx.TimeoutException):
        return Cause.TIMEOUT if left else Cause.CONNECT
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
        return Cause.CUT_OFF if left else connect_cause(error)
    return Cause.GARBAGE if left else Cause.NOT_SET_UP


def _open(base_url: str, trusted: ssl.SSLContext, at_once: int, *, keep: bool) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=at_once if keep else 0)
    try:
        # The system's proxy counts, but never for this computer itself.
        return httpx.AsyncClient(verify=trusted, limits=limits, trust_env=not is_here(base_url))
    except Exception as error:
        raise NotSentError(Cause.PROXY, f"the proxy settings cannot be used: {type(error).__name__}") from None


def trust(base_url: str, ca_file: str) -> ssl.SSLContext:
    """Whom to trust: the shipped authorities, this computer's own, and the named file's. Never everybody."""
    if urlsplit(base_url).scheme != "https":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; reading all authorities takes its time
    try:
        context = httpx.create_ssl_context()
        context.load_default_certs()
        if ca_file:
            context.load_verify_locations(ca_file)
    except OSError as error:
        raise NotSentError(Cause.TLS, f"the file of authorities cannot be used: {type(error).__name__}") from None
    return context
