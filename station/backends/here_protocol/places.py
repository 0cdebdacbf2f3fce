"""Finds the project that a claimed device is in: a claim's answer does not say it, only each project's own list."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from station.core.errors import CallError, Cause, SignInError
from station.core.finding import Finding

from .client import Client

KEPT = timedelta(seconds=30)
SILENT = timedelta(minutes=10)
"""So long an account that may not read what a project holds, or its projects, is not asked again."""
MOST_PROJECTS = 20
"""In so many projects at most a device is looked for."""
MOST_S = 10.0
"""So long at most it is looked for: a claim's answer waits for it."""
_MAY_PASS = frozenset(Cause) - {Cause.NO_RIGHTS, Cause.NO_TARGET, Cause.LICENCE, Cause.BAD_REQUEST, Cause.GARBAGE}


class Places:
    """Titles of projects and what they hold, kept for a short time."""

    def __init__(self, client: Client, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._titles: dict[str, str] = {}
        self._titles_at: datetime | None = None
        self._held: dict[str, tuple[datetime, frozenset[str]]] = {}

    def title(self, project_id: str) -> str:
        return self._titles.get(project_id, project_id)

    def keep_titles(self, titles: dict[str, str]) -> None:
        self._titles, self._titles_at = titles, self._now()

    def forget(self) -> None:
        """What the projects hold has changed by us."""
        self._held.clear()

    async def of(self, handles: Iterable[str], first: str) -> dict[str, str]:
        """The title of the project of each tracking ID that is found in one; ``first`` is looked through first.

        A help, no more: where a list cannot be read, the devices are ours all the same, in a project that nobody has
        confirmed. Raises SignInError alone.
        """
        missing = set(handles)
        places: dict[str, str] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(MOST_S):
                for project_id in await self._projects(first) if missing else ():
                    held = missing & await self._holds(project_id)
                    places |= dict.fromkeys(held, self.title(project_id))
                    missing -= held
                    if not missing:
                        break
        return places

    async def _projects(self, first: str) -> list[str]:
        if self._titles_at is None or abs(self._now() - self._titles_at) > SILENT:
            try:
                self.keep_titles({each.project_id: each.title for each in await self._client.licences()})
            except SignInError:
                raise
            except CallError:
                self.keep_titles({})
        known = [project_id for project_id in self._titles if project_id]
        return list(dict.fromkeys([*([first] if first else []), *known]))[:MOST_PROJECTS]

    async def _holds(self, project_id: str) -> frozenset[str]:
        until, held = self._held.get(project_id, (self._now(), frozenset()))
        if until <= self._now():
            kept = KEPT
            try:
                held = await self._client.holds(project_id)
            except SignInError:
                raise
            except CallError as error:
                # What was refused once will be refused again; what only did not get through is tried the next time.
                held, kept = frozenset(), timedelta(0) if error.cause in _MAY_PASS else SILENT
            self._held[project_id] = (self._now() + kept, held)
        return held

    async def fill(self, findings: list[Finding], first: str) -> list[Finding]:
        """The findings of ours with the project that each device is in."""
        handles = [device.handle for finding in findings for device in finding.devices]
        places = await self.of(handles, first) if handles else {}
        return [
            replace(each, devices=tuple(replace(one, place=places.get(one.handle, "")) for one in each.devices))
            for each in findings
        ]
