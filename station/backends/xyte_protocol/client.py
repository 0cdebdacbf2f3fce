"""Speaks the organization API: the spaces, the list of all our devices, and all that changes something."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from station.core.call import CallDevice
from station.core.errors import CallError, Cause, NotSentError, TargetError, UnclearError
from station.core.target import Account

from ..http import Http
from ..wire.answers import Reply
from ..wire.requests import Request
from .answers import Own, Space, is_device, path_of, read_device, read_space
from .outcomes import success_of, words_of
from .owned import Owned
from .reading import Limits, Query, Reader
from .requests import at

_TIMES_AS_LONG = 5.0


@dataclass(frozen=True, slots=True)
class Changed:
    """The answer to a change of one device; ``now`` is the device after it where it was ``looked`` at again."""

    reply: Reply
    now: Own | None = None
    looked: bool = False


class Client:
    """The list of all devices is the only look-up that the vendor has: it is read once for many, and kept a while."""

    def __init__(self, http: Http, limits: Limits, filters: Query, clock: Callable[[], float]) -> None:
        """``filters`` narrow the list of spaces; ``clock`` is monotonic."""
        self._http = http
        self._reader = Reader(http, limits)
        self._call_s, self._kept_s = limits.call_s, limits.kept_s
        self._filters = filters
        self._clock = clock
        self._lock = asyncio.Lock()
        self._kept: Owned | None = None
        self._begun = self._ended = 0.0
        self._changes = 0
        self._paths: dict[str, str] = {}

    async def account(self) -> Account:
        return await self._reader.account()

    async def spaces(self) -> dict[str, Space]:
        """The organization's spaces by ID, as far as the connection's filters let them through."""
        found = {space.id: space for space in await self._reader.pages(at("spaces"), read_space, self._filters)}
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
            for own in await self._reader.pages(at("devices"), read_device):
                owned.put(self._placed(own))
            # What was changed meanwhile may stand in it or not: it answers this question and is not kept.
            self._kept = owned if changes == self._changes else None
            self._begun, self._ended = begun, self._clock()
            return owned

    async def device(self, handle: str) -> Own | None:
        """One device of ours by its ID; None where it is not ours (any more)."""
        own = await self._reader.device(handle)
        return self._placed(own) if own is not None else None

    async def change(self, request: Request) -> Reply:
        """Send something that changes something, once."""
        self._changes += 1
        try:
            reply = await self._http.call(request, self._call_s)
        except UnclearError:
            self._kept = None
            raise
        finally:
            self._changes += 1
        if reply.status == 403:
            raise await self._forbidden(reply)
        return reply

    async def changed(self, request: Request, device: CallDevice) -> Changed:
        """Change one device of ours. Where the answer is no JSON, or says neither yes nor no, it is looked at again; a
        204 has nothing to say but yes."""
        try:
            reply = await self.change(request)
            told = reply.status == 204 or success_of(reply.json) is not None or is_device(reply.json)
            if told or reply.status >= 300:
                return Changed(reply)
            unclear = UnclearError(Cause.GARBAGE, "the answer says nothing", reply.request_id, reply.status)
        except UnclearError as error:
            if not 200 <= error.status < 300:
                raise
            unclear = error
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
        """A list that took long to read is kept longer: else a large organization would read nothing but lists."""
        lives = max(self._kept_s, _TIMES_AS_LONG * (self._ended - self._begun)) if self._kept_s > 0 else 0.0
        return self._clock() - self._ended < lives

    def _placed(self, own: Own) -> Own:
        return own if own.place else replace(own, place=self._paths.get(own.space, ""))

    async def _forbidden(self, reply: Reply) -> CallError:
        """Why a call was answered with 403: a key that is refused everywhere is a wrong one, else it lacks the right.

        Raises SignInError.
        """
        with suppress(NotSentError):
            await self.account()
        return TargetError(Cause.NO_RIGHTS, words_of(reply), reply.request_id, reply.status)
