"""Reads from the organization API: what it answers is checked, and its pages are followed to the end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from station.core.errors import Cause, NotSentError, SignInError
from station.core.target import Account

from ..http import Http
from ..wire.answers import Reply, shorten, take
from ..wire.requests import Request
from .answers import Own, read_account, read_device, read_page
from .outcomes import words_of
from .requests import at

T = TypeVar("T")
MOST_PAGES = 2000
_PATIENCE, _WAIT_S, _LONGEST_WAIT_S = 3, 2.0, 60.0
Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds; of devices or spaces no more than ``most`` are taken into memory."""

    read_s: float
    call_s: float
    kept_s: float
    page_size: int
    most: int


class Reader:
    """All that changes nothing. Raises NotSentError where nothing usable came, SignInError for a refused key."""

    def __init__(self, http: Http, limits: Limits) -> None:
        self._http = http
        self._limits = limits

    async def account(self) -> Account:
        reply = await self._read(Request("GET", at("info")))
        if reply.status == 403:
            raise SignInError(Cause.CREDENTIALS, words_of(reply), reply.request_id, reply.status)
        return take(await self._checked(reply), read_account)

    async def device(self, handle: str) -> Own | None:
        """One device of ours by its ID; None where it is not ours (any more)."""
        reply = await self._read(Request("GET", at("devices", handle)))
        if reply.status == 404 and words_of(reply):
            return None
        return take(await self._checked(reply), read_device)

    async def pages(self, path: str, read: Callable[[Any], T], query: Query = ()) -> list[T]:
        """All items of a list, its pages followed to the end. A list without an end is no answer."""
        found: list[T] = []
        page, seen = "1", {"1"}
        for _ in range(MOST_PAGES):
            asked = (("page", page), ("per_page", str(self._limits.page_size)), *query)
            reply = await self._checked(await self._patiently(Request("GET", path, query=asked)))
            items, page = take(reply, read_page)
            found.extend(take(replace(reply, json=item), read) for item in items)
            if not page:
                return found
            if page in seen or len(found) > self._limits.most:
                break
            seen.add(page)
        raise NotSentError(Cause.GARBAGE, "the list has no end")

    async def _patiently(self, request: Request) -> Reply:
        """A page that is held back is waited for: a long list that begins anew each time would never be read."""
        for _ in range(_PATIENCE):
            try:
                return await self._read(request)
            except NotSentError as error:
                if error.cause is not Cause.RATE_LIMIT or ("page", "1") in request.query:
                    raise
                wait = error.retry_after if error.retry_after is not None else _WAIT_S
                if wait > _LONGEST_WAIT_S:
                    raise
                await asyncio.sleep(wait)
        return await self._read(request)

    async def _read(self, request: Request) -> Reply:
        return await self._http.read(request, self._limits.read_s)

    async def _checked(self, reply: Reply) -> Reply:
        """A reading that was let through."""
        words = words_of(reply) or shorten(reply.text, reply.secrets)
        if reply.status == 403:
            await self.account()
            raise SignInError(Cause.NO_RIGHTS, words, reply.request_id, reply.status)
        if reply.status in (404, 405, 410):
            raise NotSentError(Cause.NOT_SET_UP, words, reply.request_id, reply.status)
        if reply.status >= 400:
            raise NotSentError(Cause.GARBAGE, words, reply.request_id, reply.status)
        return reply
