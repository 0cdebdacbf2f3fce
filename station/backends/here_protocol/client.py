"""Speaks HERE Tracking: one method for each of its questions, pages followed to the end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from station.core.call import CallDevice
from station.core.errors import CallError, Cause, NotSentError, SignInError
from station.core.finding import ClaimStatus, Finding, FoundDevice, Holder
from station.core.identifier import Identifier

from ..http import Http
from ..wire.answers import Reply
from ..wire.requests import Request
from ..wire.shapes import object_of
from . import answers, forms, requests
from .answers import Licence

T = TypeVar("T")
MOST_PAGES = 1000
MOST_HELD = 30
"""Of a project's devices so many pages at most are read: beyond them, where a device is stays unconfirmed."""
MOST_COUNTS = 100
"""Of so many licences at most the devices are counted: one request each."""


class Client:
    """``http`` is signed, ``plain`` is not. ``read_s`` is a read's time limit in seconds, ``at_once`` how many of them
    may be under way."""

    def __init__(self, http: Http, plain: Http, read_s: float, at_once: int, now: Callable[[], datetime]) -> None:
        self._http = http
        self._plain = plain
        self._read_s = read_s
        self._now = now
        self._slots = asyncio.Semaphore(at_once)

    async def look_up(self, identifiers: Sequence[Identifier]) -> list[Finding]:
        """One finding for each, in order. Nothing is told of what is not ours: it stays unchecked."""
        handles = await _all(map(self._handle, identifiers))
        return [self._finding(*each) for each in zip(identifiers, handles, strict=True)]

    async def handles(self, identifiers: Sequence[Identifier]) -> list[str]:
        """The tracking ID of each device that is ours, empty for every other."""
        return await _all(map(self._handle, identifiers))

    async def metadata(self, device: CallDevice) -> Mapping[str, object] | None:
        """What is kept of a device of ours beside its data; None where no device of ours has that tracking ID."""
        reply = await self._read(requests.metadata(device))
        if reply.status in (400, 404) and answers.refusal_of(reply) is not None:
            return None
        return answers.read(reply, lambda value: object_of(value, "the answer"))

    def _finding(self, identifier: Identifier, handle: str) -> Finding:
        if not handle:
            askable = forms.is_askable(identifier)
            return Finding(identifier, ClaimStatus.UNCHECKED if askable else ClaimStatus.NOT_FOUND, self._now())
        device = FoundDevice(identifier.text, ClaimStatus.CLAIMED, identifier.text, holder=Holder.OURS, handle=handle)
        return Finding(identifier, ClaimStatus.CLAIMED, self._now(), "device", "", (device,))

    async def _handle(self, identifier: Identifier) -> str:
        """400 and 404 say no more than that no device of ours goes by that ID."""
        if not forms.is_askable(identifier):
            return ""
        reply = await self._read(requests.device(identifier))
        if reply.status in (400, 404) and answers.refusal_of(reply) is not None:
            return ""
        return answers.read(reply, answers.tracking_id)

    async def first_licences(self) -> list[Licence]:
        """The first page of the projects with their licences. Raises as ``licences`` does."""
        return answers.read(await self._read(requests.licences(0)), answers.licences)[0]

    async def licences(self) -> list[Licence]:
        """All projects with their licences. Raises TargetError where the account may not see them."""
        found: dict[tuple[str, str], Licence] = {}
        start = 0
        for _ in range(MOST_PAGES):
            page, begin, total = answers.read(await self._read(requests.licences(start)), answers.licences)
            known = len(found)
            found |= {(each.project_id, each.app_id): each for each in page}
            start = max(begin, start) + len(page)
            if not page or (total is not None and start >= total) or (total is None and len(page) < requests.PAGE):
                return list(found.values())
            if len(found) == known:
                break
        raise NotSentError(Cause.GARBAGE, "the list of licences has no end")

    async def counts(self, app_ids: Iterable[str]) -> dict[str, int]:
        """How many devices each app's licence counts, where that is told."""
        asked = sorted(set(app_ids))[:MOST_COUNTS]
        told = await _all(map(self._count, asked))
        return {app_id: count for app_id, count in zip(asked, told, strict=True) if count is not None}

    async def _count(self, app_id: str) -> int | None:
        """A count is a help, no more: nothing but refused credentials is worth stopping for."""
        if not forms.is_app(app_id):
            return None
        try:
            return answers.read(await self._read(requests.licence_count(app_id)), answers.count)
        except SignInError:
            raise
        except CallError:
            return None

    async def holds(self, project_id: str) -> frozenset[str]:
        """The tracking IDs of the devices in a project."""
        found: set[str] = set()
        token = ""
        for _ in range(MOST_HELD):
            reply = await self._read(requests.project_devices(project_id, token))
            page, following = answers.read(reply, answers.project_devices)
            found.update(page)
            if not following or following == token:
                break
            token = following
        return frozenset(found)

    async def check_health(self) -> None:
        """Raises NotSentError where no HERE Tracking answers at that address."""
        answers.read(await self._plain.read(requests.health(), self._read_s), answers.healthy)

    async def _read(self, request: Request) -> Reply:
        async with self._slots:
            return await self._http.read(request, self._read_s)


async def _all(work: Iterable[Awaitable[T]]) -> list[T]:
    """All results, in order. Where one fails, the others are waited for first: none goes on behind our back."""
    done = await asyncio.gather(*work, return_exceptions=True)
    for each in done:
        if isinstance(each, BaseException):
            raise each
    return [each for each in done if not isinstance(each, BaseException)]
