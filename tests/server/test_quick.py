"""The short way past the framework answers as the long way does, and a token lives as long as it was given out for."""

import json
from datetime import timedelta
from typing import Any

import pytest

from station.server.auth import issue
from station.server.registry.house import opened
from station.server.tables import Account
from tests.server.desks import START, Clock, Desk, by_code, code, desk_at, new_key, practice_app
from tests.server.desks import with_desk as run

SHORT, LONG = "application/json", "application/json; charset=utf-8"
KNOWN, DARK = "c1sample0000000000d0", {"project": "oslo-west", "dry_run": True}
BODIES: list[tuple[str, Any]] = [
    ("look-ups", {"identifiers": [code(KNOWN), code("nothing"), code("")]}),
    ("look-ups", {"identifiers": [code(KNOWN)], "project": "nowhere"}),
    ("look-ups", {"identifiers": [code(KNOWN)], "unknown": 1}),
    ("look-ups", {"identifiers": []}),
    ("look-ups", {"identifiers": [{"kind": "secret-4711", "fields": {"pin": ["4711"]}}]}),
    ("look-ups", [1, 2]),
    ("claims", DARK | {"devices": [by_code(KNOWN, "Door"), by_code("nothing")]}),
    ("claims", DARK | {"devices": [by_code(KNOWN)], "dry_run": "yes"}),
    ("claims", DARK | {"devices": [by_code(KNOWN)], "project": "archive"}),
    ("claims", {"project": "oslo-west", "dry_run": False, "devices": [by_code(KNOWN)]}),
    ("claims", DARK | {"devices": [{}]}),
]
RAW = [b"", b"{", b"null", b"\xff", b"[" * 5000, b'{"identifiers":[{"kind":"code","fields":{"code":"\\ud800"}}]}']


def test_both_ways_answer_alike(url: str) -> None:
    async def story(desk: Desk) -> None:
        async def ask(path: str, content: bytes, kind: str, **headers: str) -> tuple[int, Any]:
            sent = {"Content-Type": kind, "X-Request-Id": "same"} | headers
            answer = await desk.client.post(f"/api/v1/{path}", content=content, headers=sent)
            return answer.status_code, answer.json()

        contents = [(path, json.dumps(body).encode()) for path, body in BODIES]
        contents += [(path, raw) for path in ("look-ups", "claims") for raw in RAW]
        for path, content in contents:
            for headers in ({}, {"Authorization": "Bearer nobody"}, {"Idempotency-Key": "no-uuid"}):
                assert await ask(path, content, SHORT, **headers) == await ask(path, content, LONG, **headers), content

    run(practice_app(url), story)


def test_a_claim_is_one_and_the_same_by_both_ways(url: str) -> None:
    async def story(desk: Desk) -> None:
        key, body = new_key(), json.dumps(BODIES[9][1])
        answers = [
            await desk.client.post(
                "/api/v1/claims", content=body, headers={"Content-Type": kind, "Idempotency-Key": key}
            )
            for kind in (SHORT, LONG, SHORT)
        ]
        assert len({answer.text for answer in answers}) == 1
        assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true", "true"]
        other = {"Content-Type": SHORT, "Idempotency-Key": key}
        reused = await desk.client.post("/api/v1/claims", content=body.replace(KNOWN, "x"), headers=other)
        assert (reused.status_code, reused.json()["error"]) == (422, "key_reused")

    run(practice_app(url), story)


@pytest.mark.parametrize(("scope", "after", "status"), [(None, 0, 200), (None, 61, 401), ("one project", 0, 401)])
def test_short_lived_tokens(url: str, scope: str | None, after: int, status: int) -> None:
    with opened(url) as database:

        def give(session: Any) -> str:
            account = session.query(Account).filter_by(name="station").one()
            return issue(session, account.id, START, timedelta(seconds=60), "tests", scope)

        app = practice_app(url, clock=(clock := Clock()))

        async def story(desk: Desk) -> None:
            token = database.write(give)
            clock.turn(seconds=after)
            async with desk_at(app, token) as other:
                assert (await other.get("/account")).status_code == status
                looked = await other.post("/look-ups", {"identifiers": [code(KNOWN)]})
                assert looked.status_code == status
            assert (await desk.get("/account")).status_code == 200

        run(app, story)
