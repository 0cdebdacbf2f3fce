"""The server's outermost ring: request IDs, host names, size and time of a body, and the last catch."""

import asyncio
import logging
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .codes import ErrorCode
from .messages import Refusal
from .refusals import Refused

LOG = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")


def refusal(error: Refused, request_id: str) -> JSONResponse:
    """The answer to a refused call."""
    body = Refusal(error=error.code, message=error.message, request_id=request_id)
    headers = {"Retry-After": str(error.wait_s)} if error.wait_s is not None else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body.model_dump(), error.status, headers)


@dataclass(frozen=True)
class Limits:
    """``hosts`` that a request may name in its Host header (None: any, for the server inside the station)."""

    hosts: Sequence[str] | None = None
    body_bytes: int = 2 * 1024 * 1024
    body_s: float = 30.0


class Edge:
    """Wraps the app. A body is read whole before the app sees it: it is small, and then it can be refused."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app, self.limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked = headers.get("x-request-id", "")
        request_id = asked if _REQUEST_ID.fullmatch(asked) else str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id)
        try:
            self._check_host(headers)
            body = await self._read(headers, receive)
            await self.app(scope, _once(body, receive), answer)
        except Refused as error:
            await refusal(error, request_id)(scope, receive, answer)
        except Exception:
            LOG.exception("request %s failed", request_id)
            if answer.started:
                raise  # half an answer is cut off: the caller must not take it for a whole one
            broken = Refused(500, ErrorCode.INTERNAL, "The server failed; its log tells more under this request ID.")
            await refusal(broken, request_id)(scope, receive, answer)

    def _check_host(self, headers: Headers) -> None:
        if self.limits.hosts is None:
            return
        host = headers.get("host", "").lower()
        name = host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0]
        if name.strip("[]") not in self.limits.hosts:
            raise Refused(421, ErrorCode.WRONG_HOST, "This server does not go by that host name.")

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        declared = headers.get("content-length", "0")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > self.limits.body_bytes:
            raise _too_large(self.limits.body_bytes)
        body = bytearray()
        try:
            async with asyncio.timeout(self.limits.body_s):
                while True:
                    message = await receive()
                    body += message.get("body", b"")
                    if len(body) > self.limits.body_bytes:
                        raise _too_large(self.limits.body_bytes)
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise Refused(408, ErrorCode.TIMED_OUT, "The request's body did not arrive in time.") from None


class _Answer:
    """Sends an answer on, with its request ID, and remembers that it began."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.send, self.request_id, self.started = send, request_id, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.request_id
            headers.setdefault("Cache-Control", "no-store")
            headers.setdefault("X-Content-Type-Options", "nosniff")
        await self.send(message)


def _once(body: bytes, receive: Receive) -> Receive:
    parts = [body]

    async def again() -> Message:
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}
        return await receive()

    return again


def _too_large(limit: int) -> Refused:
    return Refused(413, ErrorCode.TOO_LARGE, f"The request's body is over {limit} bytes.")
