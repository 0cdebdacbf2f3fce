"""A practice server and a desk that calls it over the ASGI transport, for the tests of this folder."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from sqlalchemy.orm import Session

from station.server.app import build
from station.server.auth import grant
from station.server.registry.house import find_organization, opened

T = TypeVar("T")
TOKEN = "a-token-of-the-tests-0123456789"
RIVAL = "a-token-of-northwind-0123456789"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until somebody turns it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


def practice_app(url: str, **options: Any) -> FastAPI:
    """A server on a registry with the sample delivery, which TOKEN opens."""
    settings: dict[str, Any] = {"clock": Clock(), "token": TOKEN} | options
    return build(url, **settings)


def let_rival_in(url: str) -> None:
    """Let RIVAL in for the other organization of the sample delivery."""
    with opened(url) as database:

        def work(session: Session) -> None:
            organization = find_organization(session, "northwind")
            assert organization is not None
            grant(session, organization, "rival", RIVAL, START, "tests")

        database.write(work)


class Desk:
    """The calls of one account."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def post(self, path: str, body: Any, key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.client.post(f"/api/v1{path}", json=body, headers=headers)

    async def get(self, path: str, **query: str | int) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", params=query)

    async def look_up(self, *codes: str) -> list[dict[str, Any]]:
        answer = await self.post("/look-ups", {"identifiers": [code(one) for one in codes]})
        assert answer.status_code == 200, answer.text
        findings: list[dict[str, Any]] = answer.json()["findings"]
        return findings

    async def key_of(self, text: str) -> str:
        key: str = (await self.look_up(text))[0]["devices"][0]["key"]
        return key

    async def claim(
        self, *items: dict[str, Any], project: str = "oslo-west", dry_run: bool = False, key: str | None = None
    ) -> list[dict[str, Any]]:
        body = {"project": project, "dry_run": dry_run, "devices": list(items)}
        answer = await self.post("/claims", body, key or new_key())
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results


def code(text: str) -> dict[str, Any]:
    return {"kind": "code", "fields": {"code": text}}


def by_code(text: str, name: str | None = None) -> dict[str, Any]:
    return {"identifier": code(text)} | ({"name": name} if name else {})


def new_key() -> str:
    return str(uuid.uuid4())


def outcomes(results: Iterable[dict[str, Any]]) -> list[str]:
    return [result["outcome"] for result in results]


@asynccontextmanager
async def desk_at(app: FastAPI, token: str = TOKEN) -> AsyncIterator[Desk]:
    """A desk at a server that is running already."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://station", headers=headers) as client:
        yield Desk(client)


def with_desk(app: FastAPI, story: Callable[[Desk], Awaitable[T]]) -> T:
    """Run a server from start to end, and one desk's story with it."""

    async def run() -> T:
        async with app.router.lifespan_context(app), desk_at(app) as desk:
            return await story(desk)

    return asyncio.run(run())
