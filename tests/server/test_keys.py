"""A key never works twice: replays, other content, calls at the same moment, calls cut off at any point."""

import asyncio
import threading
from typing import Any

import pytest

from tests.server.desks import (
    RIVAL,
    TOKEN,
    Desk,
    by_code,
    desk_at,
    let_rival_in,
    new_key,
    outcomes,
    practice_app,
    with_desk,
)

BODY: dict[str, Any] = {"project": "oslo-west", "dry_run": False, "devices": [by_code("maple-harbor-lantern")]}


def test_the_same_call_again_gets_the_same_answer(database_url: str) -> None:
    async def story(desk: Desk) -> None:
        key = new_key()
        first = await desk.post("/claims", BODY, key)
        again = await desk.post("/claims", BODY, key.upper())
        kept = await desk.get(f"/operations/{key}")
        assert first.content == again.content == kept.content
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"
        assert first.json()["request_id"] == first.headers["X-Request-Id"] != again.headers["X-Request-Id"]
        assert len((await desk.get("/claims", project="oslo-west")).json()["claims"]) == 5

    with_desk(practice_app(database_url), story)


def test_a_key_belongs_to_its_content(database_url: str) -> None:
    pinned = {"kind": "serial_pin", "fields": {"serial": "SN-7788-0003", "pin": "1"}}
    right = {"kind": "serial_pin", "fields": {"serial": "SN-7788-0003", "pin": "4711"}}

    async def story(desk: Desk) -> None:
        key, other = new_key(), new_key()
        await desk.post("/claims", BODY, key)
        for path, body in (("/claims", BODY | {"project": "inventory"}), ("/releases", {"handles": ["h"]})):
            answer = await desk.post(path, body, key)
            assert (answer.status_code, answer.json()["error"]) == (422, "key_reused")
        await desk.post("/claims", BODY | {"devices": [{"identifier": pinned}]}, other)
        answer = await desk.post("/claims", BODY | {"devices": [{"identifier": right}]}, other)
        assert answer.json()["error"] == "key_reused", "another PIN is another content"
        for header, error in ((None, "key_missing"), (" ", "key_missing"), ("7", "key_invalid"), ("é", "key_invalid")):
            headers = {} if header is None else {"Idempotency-Key": header.encode()}
            answer = await desk.client.post("/api/v1/claims", json=BODY, headers=headers)  # type: ignore[arg-type]
            assert (answer.status_code, answer.json()["error"]) == (400, error)

    with_desk(practice_app(database_url), story)


def test_two_calls_at_once_for_the_same_devices_have_one_winner(database_url: str) -> None:
    """Two servers over one database, many devices in opposite orders: each device is claimed once, nothing stalls."""
    other = practice_app(database_url, token=None)

    async def story(desk: Desk) -> None:
        let_rival_in(database_url)
        async with other.router.lifespan_context(other), desk_at(other, RIVAL) as rival, desk_at(other) as sister:
            items = [by_code(f"c1sample00000000p0{n:02d}") for n in range(40)]
            calls = [desk.claim(*items), rival.claim(*reversed(items), project="estates"), sister.claim(*items[20:])]
            ours, theirs, sisters = await asyncio.gather(*calls)
        ours_now = [one["id"] for one in [*ours, *sisters] if one["outcome"] == "claimed_now"]
        theirs_now = [one["id"] for one in theirs if one["outcome"] == "claimed_now"]
        assert sorted([*ours_now, *theirs_now]) == sorted(one["id"] for one in ours)
        assert set(outcomes([*ours, *theirs, *sisters])) <= {"claimed_now", "already_ours", "already_claimed"}

    with_desk(practice_app(database_url), story)


def test_the_same_key_at_the_same_moment_has_one_effect(database_url: str) -> None:
    """At one server the second call is told to wait; at two servers it waits in the database and gets the answer."""
    arrived, go_on = threading.Event(), threading.Event()
    key = new_key()

    def hold(point: str) -> None:
        if point == "before_commit" and armed:
            arrived.set()
            go_on.wait(3)

    armed: list[bool] = []
    app = practice_app(database_url, faults=hold)
    other = practice_app(database_url, token=None, practice=False)

    async def story(desk: Desk) -> None:
        async with other.router.lifespan_context(other), desk_at(other, TOKEN) as second:
            armed.append(True)
            first = asyncio.create_task(desk.post("/claims", BODY, key))
            await asyncio.to_thread(arrived.wait, 3)
            same = await desk.post("/claims", BODY, key)
            waiting = asyncio.create_task(second.post("/claims", BODY, key))
            await asyncio.sleep(0.2)
            go_on.set()
            answers = [await first, await waiting]
        assert (same.status_code, same.json()["error"]) == (409, "in_flight")
        assert same.headers["Retry-After"] == "1"
        assert answers[0].content == answers[1].content
        assert outcomes(answers[0].json()["results"]) == ["claimed_now"] * 5
        assert answers[1].headers["Idempotency-Replayed"] == "true"

    with_desk(app, story)


@pytest.mark.parametrize("cut", ["before_commit", "after_commit", "before_answer"])
def test_a_call_cut_off_anywhere_is_settled_by_its_key(database_url: str, cut: str) -> None:
    cuts: list[str] = []

    def fault(point: str) -> None:
        if cuts and point == cuts[0]:
            cuts.clear()
            raise RuntimeError("cut")

    async def story(desk: Desk) -> None:
        key = new_key()
        cuts.append(cut)
        lost = await desk.post("/claims", BODY, key)
        assert (lost.status_code, lost.json()["error"]) == (500, "internal")
        kept = await desk.get(f"/operations/{key}")
        assert kept.status_code == (404 if cut == "before_commit" else 200)
        assert len((await desk.get("/claims", project="oslo-west")).json()["claims"]) == (
            0 if cut == "before_commit" else 5
        )
        again = await desk.post("/claims", BODY, key)
        assert outcomes(again.json()["results"]) == ["claimed_now"] * 5
        assert len((await desk.get("/claims", project="oslo-west")).json()["claims"]) == 5

    with_desk(practice_app(database_url, faults=fault), story)
