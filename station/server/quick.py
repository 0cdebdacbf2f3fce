"""A short way to the two calls that a desk makes all day, look-ups and claims: past the framework, to its endpoints.

The framework's routing, dependencies and checks cost a third of a look-up inside the station. What is out of the
ordinary in any way goes the long way, which also describes the API: the answers are the same.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from anyio import to_thread
from pydantic import BaseModel, ValidationError
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import native
from .database import Busy, Unreachable
from .messages import Claiming, LookUps
from .parts import Asking, Parts, who_asks
from .refusals import busy, unreachable

Headers = Mapping[bytes, bytes]
_JSON = b"application/json"
_CALLS: Mapping[str, tuple[type[BaseModel], Callable[[Any, Asking, Headers], Response]]] = {
    "/api/v1/look-ups": (LookUps, lambda asked, asking, _: native.look_up(asked, asking)),
    "/api/v1/claims": (Claiming, lambda asked, asking, headers: native.claim(asked, asking, _key(headers))),
}


class Quick:
    """Wraps the framework's app; stands inside the ``Edge``, which hands on a body as a whole."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self._app, self._parts = app, parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises Refused, as the Edge expects."""
        call = _CALLS.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if call is None:
            await self._app(scope, receive, send)
            return
        message = await receive()
        headers = _single(scope["headers"])
        asked = _read(call[0], message, headers)
        if asked is None:
            await self._app(scope, _again(message, receive), send)
            return
        header = headers.get(b"authorization")
        try:
            asking = await who_asks(
                self._parts, header.decode("latin-1") if header is not None else None, scope["state"]["request_id"]
            )
            answer = await to_thread.run_sync(call[1], asked, asking, headers)
        except Busy as error:
            raise busy() from error
        except Unreachable as error:
            raise unreachable() from error
        await answer(scope, receive, send)


def _single(pairs: list[tuple[bytes, bytes]]) -> Headers:
    """The headers by name; of one that stands twice the first counts, as for the framework."""
    return dict(reversed(pairs))


def _read(kind: type[BaseModel], message: Message, headers: Headers) -> BaseModel | None:
    """The body as the endpoint takes it; None for all that the framework has something to say of."""
    if headers.get(b"content-type") != _JSON or message.get("more_body", False):
        return None
    try:
        return kind.model_validate(json.loads(message.get("body", b"")))
    except (ValidationError, ValueError, RecursionError):
        return None


def _key(headers: Headers) -> str | None:
    key = headers.get(b"idempotency-key")
    return key.decode("latin-1") if key is not None else None


def _again(message: Message, receive: Receive) -> Receive:
    messages = [message]

    async def once_more() -> Message:
        return messages.pop() if messages else await receive()

    return once_more
