"""Asks Disruptive's API: all that changes nothing, so many requests at a time as the settings allow."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from station.core.errors import CallError, Cause, NotSentError, TargetError
from station.core.target import Target

from ..http import Http
from ..wire.answers import Reply, take
from ..wire.requests import Request
from ..wire.shapes import maybe_text, text_at
from . import answers, requests

T = TypeVar("T")
MOST_PAGES = 1000


class Client:
    """``read_s`` limits one request in seconds; ``at_once`` is how many are under way at a time."""

    def __init__(self, http: Http, read_s: float, at_once: int) -> None:
        self._http = http
        self._read_s = read_s
        self._gate = asyncio.Semaphore(at_once)
        self._asking_title = asyncio.Lock()
        self._projects: dict[str, Target] = {}
        self._organizations: dict[str, str] = {}
        self._not_named: set[str] = set()

    async def organizations(self) -> list[tuple[str, str]]:
        """ID and title of each organization that the account sees; none for an account of one project."""
        try:
            found = await self._list("organizations", "organizations")
        except TargetError:  # let in, and not allowed to list them
            return []
        return [(answers.last_step(text_at(each, "name")), maybe_text(each, "displayName")) for each in found]

    async def projects(self, organization: str) -> list[Target]:
        """All projects (of one organization, if named), inventory projects first, else as the vendor sorts them."""
        query = {"organization": f"organizations/{organization}"} if organization else {}
        found = await self._list("projects", "projects", **query)
        targets = {}
        for each in found:
            target = answers.read_project(each)
            targets[target.id] = target
            self._organizations[target.id] = answers.last_step(maybe_text(each, "organization"))
        self._projects |= targets
        return sorted(targets.values(), key=lambda target: not target.inventory)

    def organization_of(self, project: str) -> str:
        """The ID of a project's organization, where the list of projects has told it."""
        return self._organizations.get(project, "")

    def known_title(self, project: str) -> str:
        return self._projects[project].title if project in self._projects else project

    async def title(self, project: str) -> str:
        """A project's title; its ID where it cannot be read."""
        async with self._asking_title:  # one question for all the devices of a kit
            if project not in self._projects:
                reply = await self._read(requests.project_request(project))
                if reply.status >= 400:
                    return project
                self._projects[project] = take(reply, answers.read_project)
        return self._projects[project].title

    async def claim_info(self, code: str, organization: str) -> answers.Info | None:
        """What a code stands for; None for what is not found, or is malformed to the vendor.

        The organization only says more: an account that may not name it asks without it.
        """
        organization = "" if organization in self._not_named else organization
        reply = await self._read(requests.claim_info_request(code, organization))
        if organization and answers.is_refused_by_vendor(reply, 403):
            self._not_named.add(organization)
            reply = await self._read(requests.claim_info_request(code, ""))
        if answers.is_refused_by_vendor(reply, 400, 404):
            return None
        return take(_checked(reply), answers.read_info)

    async def whereabouts(self, device_id: str) -> str:
        """The device's resource name, in whichever project of the account it is; "" where the account sees none."""
        held = await self.device(device_id)
        return held.name if held is not None else ""

    async def device(self, device_id: str) -> answers.Held | None:
        """The device, in whichever project of the account it is; None where the account sees none."""
        reply = await self._read(requests.device_request(device_id))
        if answers.is_refused_by_vendor(reply, 400, 403, 404):
            return None
        held = take(_checked(reply), answers.read_device)
        if not requests.project_of(held.name):
            raise NotSentError(Cause.GARBAGE, "a device's name names no project", reply.request_id, reply.status)
        return held

    async def _list(self, path: str, name: str, **query: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        token = ""
        for _ in range(MOST_PAGES):
            reply = _checked(await self._read(requests.list_request(path, token, **query)))
            page, following = take(reply, lambda value: answers.read_page(value, name))
            found += page
            if not following:
                return found
            if following == token:
                break
            token = following
        raise NotSentError(Cause.GARBAGE, f"the list of {name} has no end")

    async def _read(self, request: Request) -> Reply:
        async with self._gate:
            return await self._http.read(request, self._read_s)


def _checked(reply: Reply) -> Reply:
    if reply.status >= 400:
        raise answers.refusal(reply)
    return reply


async def all_of(works: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """All results in order; the first failure ends the others and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
    except BaseExceptionGroup as failures:
        raise _first(failures) from None
    return [task.result() for task in tasks]


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    known, others = failures.split(CallError)
    first = (known or others or failures).exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
