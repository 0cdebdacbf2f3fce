"""Speaks the organization API: pages of spaces and devices, and all that changes something."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from station.core.call import CallDevice
from station.core.errors import CallError, Cause, NotSentError, SignInError, TargetError, UnclearError
from station.core.target import Account

from ..http import Http
from ..wire.answers import Reply, shorten
from ..wire.requests import Request
from .answers import Own, Space, path_of, read_account, read_device, read_page, read_space, take
from .outcomes import words_of
from .owned import Owned
from .requests import at

T = TypeVar("T")
MOST_PAGES = 2000
_INFO = Request("GET", at("info"))
_Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds; of devices or spaces no more than ``most`` are taken into memory."""

    read_s: float
    call_s: float
    kept_s: float
    page_size: int
    most: int


@dataclass(frozen=True, slots=True)
class Changed:
    """The answer to a change of one device; ``now`` is the device after it where it was ``looked`` at again."""

    reply: Reply
    now: Own | None = None
    looked: bool = False


class Client:
    """The list of all devices is the only look-up that the vendor has: it is read once for many, and kept a while."""

    def __init__(self, http: Http, limits: Limits, filters: _Query, clock: Callable[[], float]) -> None:
        """``filters`` narrow the list of spaces; ``clock`` is monotonic."""
        self._http = http
        self._limits = limits
        self._filters = filters
        self._clock = clock
        self._lock = asyncio.Lock()
        self._kept: Owned | None = None
        self._begun = self._ended = 0.0
        self._changes = 0
        self._paths: dict[str, str] = {}

    async def account(self) -> Account:
        reply = await self._http.read(_INFO, self._limits.read_s)
        if reply.status == 403:
            raise SignInError(Cause.CREDENTIALS, words_of(reply), reply.request_id, reply.status)
        return take(await self._checked(reply), read_account)

    async def spaces(self) -> dict[str, Space]:
        """The organization's spaces by ID, as far as the connection's filters let them through."""
        found = {space.id: space for space in await self._pages(at("spaces"), read_space, self._filters)}
        self._paths = {each.id: path_of(each, found) for each in found.values()}
        return found

    async def owned(self, *, fresh: bool = False) -> Owned:
        """All our devices: from a list that is some seconds old, or ``fresh`` from one that is begun after this call.

        Whoever asks while a list is being read waits for it, so that many look-ups cost one.
        """
        asked = self._clock()
        async with self._lock:
            if self._kept is not None and (self._begun >= asked if fresh else self._is_young()):
                return self._kept
            begun, changes, owned = self._clock(), self._changes, Owned()
            for own in await self._pages(at("devices"), read_device):
                owned.put(self._placed(own))
            # What was changed meanwhile may stand in it or not: it answers this question and is not kept.
            self._kept = owned if changes == self._changes else None
            self._begun, self._ended = begun, self._clock()
            return owned

    async def device(self, handle: str) -> Own | None:
        """One device of ours by its ID; None where it is not ours (any more)."""
        reply = await self._http.read(Request("GET", at("devices", handle)), self._limits.read_s)
        if reply.status == 404 and words_of(reply):
            return None
        return self._placed(take(await self._checked(reply), read_device))

    async def change(self, request: Request) -> Reply:
        """Send something that changes something, once."""
        self._changes += 1
        try:
            reply = await self._http.call(request, self._limits.call_s)
        except UnclearError:
            self._kept = None
            raise
        finally:
            self._changes += 1
        if reply.status == 403:
            raise await self._forbidden(reply)
        return reply

    async def changed(self, request: Request, device: CallDevice) -> Changed:
        """Change one device of ours. Where that was done with an answer that is no JSON, it is looked at again."""
        try:
            return Changed(await self.change(request))
        except UnclearError as unclear:
            if not 200 <= unclear.status < 300:
                raise
            try:
                now = await self.device(device.handle)
            except CallError:
                raise unclear from None
            return Changed(Reply(204, {}, None, "", None, unclear.request_id), now, looked=True)

    def placed(self, own: Own) -> Own:
        """Take up what a call has just told, so that the next look-up needs no new list."""
        own = self._placed(own)
        if self._kept is not None:
            self._kept.put(own)
        return own

    def drop(self, handle: str) -> None:
        if self._kept is not None:
            self._kept.drop(handle)

    def forget(self) -> None:
        """The next look-up reads the list anew."""
        self._kept = None

    def _is_young(self) -> bool:
        return self._clock() - self._ended < self._limits.kept_s

    def _placed(self, own: Own) -> Own:
        return own if own.place else replace(own, place=self._paths.get(own.space, ""))

    async def _forbidden(self, reply: Reply) -> CallError:
        """Why a call was answered with 403: a key that is refused everywhere is a wrong one, else it lacks the right.

        Raises SignInError.
        """
        with suppress(NotSentError):
            await self.account()
        return TargetError(Cause.NO_RIGHTS, words_of(reply), reply.request_id, reply.status)

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

    async def _pages(self, path: str, read: Callable[[Any], T], query: _Query = ()) -> list[T]:
        """All items of a list, its pages followed to the end. A list without an end is no answer."""
        found: list[T] = []
        page, seen = "1", {"1"}
        for _ in range(MOST_PAGES):
            asked = (("page", page), ("per_page", str(self._limits.page_size)), *query)
            reply = await self._checked(await self._http.read(Request("GET", path, query=asked), self._limits.read_s))
            items, page = take(reply, read_page)
            found.extend(take(replace(reply, json=item), read) for item in items)
            if not page:
                return found
            if page in seen or len(found) > self._limits.most:
                break
            seen.add(page)
        raise NotSentError(Cause.GARBAGE, "the list has no end")
