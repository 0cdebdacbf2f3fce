"""The server's doors: tokens, host names, sizes, pace, faults of the database, and what its log may say."""

import logging
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from station.server.app import Pacing
from station.server.registry.house import opened
from station.server.tables import Token
from tests.server.desks import (
    RIVAL,
    TOKEN,
    Desk,
    by_code,
    code,
    desk_at,
    let_rival_in,
    new_key,
    practice_app,
    with_desk,
)

CALLS: list[tuple[str, str]] = [
    ("GET", "/account"),
    ("GET", "/projects"),
    ("POST", "/look-ups"),
    ("POST", "/claims"),
    ("GET", "/claims"),
    ("PATCH", "/claims/h"),
    ("POST", "/releases"),
    ("POST", "/moves"),
    ("POST", "/read-backs"),
    ("GET", f"/operations/{new_key()}"),
    ("POST", "/projects"),
    ("PUT", "/devices/k/claiming"),
    ("POST", "/devices/k/shares"),
    ("DELETE", "/devices/k/shares"),
    ("GET", "/nothing/here"),
]


def test_every_call_but_health_needs_a_token(url: str) -> None:
    headers: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": "Bearer " + "x" * 5000},
    ]

    async def story(desk: Desk) -> None:
        app = practice_app(url, token=None)
        async with desk_at(app, token="") as stranger:
            for method, path in CALLS:
                for header in headers:
                    answer = await stranger.client.request(method, f"/api/v1{path}", headers=header)
                    assert (answer.status_code, answer.json()["error"]) == (401, "sign_in"), (method, path)
                    assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert (await stranger.get("/health")).json() == {"status": "ok", "version": "0.1.0", "practice": False}
        app.state.parts.database.close()

    with_desk(practice_app(url), story)


def test_a_token_opens_its_own_organization_only(url: str) -> None:
    async def story(desk: Desk) -> None:
        let_rival_in(url)
        results = await desk.claim(by_code("c1sample0000000000d0"))
        app = practice_app(url, token=None)
        async with app.router.lifespan_context(app), desk_at(app, RIVAL) as rival:
            account = (await rival.get("/account")).json()
            assert account["organization"] == {"id": "northwind", "title": "Northwind Estates"}
            assert [one["id"] for one in (await rival.get("/projects")).json()["projects"]] == ["estates"]
            handle = results[0]["handle"]
            released = await rival.post("/releases", {"handles": [handle]}, new_key())
            assert released.json()["results"][0]["result"] == "not_ours"
            named = await rival.client.patch(f"/api/v1/claims/{handle}", json={"name": "mine"})
            assert named.status_code == 404
            found = (await rival.look_up("c1sample0000000000d0"))[0]["devices"][0]
            assert (found["holder"], found["handle"], found["project"], found["name"]) == ("another", None, None, None)

    with_desk(practice_app(url), story)


def test_a_token_of_the_start_before_is_taken_back(url: str) -> None:
    second = "second-token-of-the-tests"

    async def first_start(desk: Desk) -> str:
        return str((await desk.get("/account")).json()["id"])

    async def later_start(desk: Desk) -> str:
        assert (await desk.get("/account")).status_code == 401
        answer = await desk.client.get("/api/v1/account", headers={"Authorization": f"bearer {second}"})
        return str(answer.json()["id"])

    accounts = [with_desk(practice_app(url), first_start)]
    accounts += [with_desk(practice_app(url, token=second), later_start) for _ in range(2)]
    assert len(set(accounts)) == 1, "a renewed token is the same account"
    with opened(url) as database:
        tokens = database.read(lambda session: session.query(Token).all())
    assert sorted(token.revoked_at is None for token in tokens) == [False, True]
    kept = b"".join(file.read_bytes() for file in Path(url.removeprefix("sqlite:///")).parent.glob("registry.db*"))
    assert TOKEN.encode() not in kept
    assert second.encode() not in kept


def test_nothing_secret_is_logged(url: str, caplog: pytest.LogCaptureFixture) -> None:
    def fault(point: str) -> None:
        if armed:
            raise RuntimeError("cut")

    armed: list[bool] = []
    pin = {"identifier": {"kind": "serial_pin", "fields": {"serial": "SN-7788-0003", "pin": "4711-canary"}}}

    async def story(desk: Desk) -> None:
        armed.append(True)
        await desk.post("/claims", {"project": "oslo-west", "dry_run": False, "devices": [pin]}, new_key())
        await desk.post("/claims", {"project": "oslo-west", "dry_run": "no", "devices": [pin]}, new_key())
        await desk.post("/look-ups", {"identifiers": [pin["identifier"] | {"kind": "4711-canary"}]})

    caplog.set_level(logging.DEBUG)
    with_desk(practice_app(url, faults=fault), story)
    assert "failed" in caplog.text
    assert TOKEN not in caplog.text
    assert "4711-canary" not in caplog.text


def test_a_refusal_never_repeats_a_secret(url: str) -> None:
    async def story(desk: Desk) -> None:
        fields = {"serial": ["4711-canary"], "pin": {"x": "4711-canary"}}
        wrong: list[Any] = [[{"kind": "serial_pin", "fields": fields}], "4711-canary"]
        for body in ({"identifiers": identifiers} for identifiers in wrong):
            answer = await desk.post("/look-ups", body)
            assert (answer.status_code, answer.json()["error"]) == (422, "invalid")
            assert "4711-canary" not in answer.text

    with_desk(practice_app(url), story)


def test_request_ids_are_echoed_or_made(url: str) -> None:
    async def story(desk: Desk) -> None:
        for asked, same in (("desk-1:42", True), ("x" * 101, False), ("a b", False), ("", False)):
            answer = await desk.client.get("/api/v1/health", headers={"X-Request-Id": asked})
            assert (answer.headers["X-Request-Id"] == asked) is same
            assert answer.headers["X-Request-Id"]

    with_desk(practice_app(url), story)


def test_only_known_host_names_are_answered(url: str) -> None:
    async def story(desk: Desk) -> None:
        known = ("127.0.0.1:8470", "localhost", "LOCALHOST:1", "[::1]:8470")
        for host in (*known, "evil.example", "localhost.evil.example", "", "127.0.0.1.nip.io"):
            answer = await desk.client.get("/api/v1/account", headers={"Host": host})
            assert answer.status_code == (200 if host in known else 421)

    with_desk(practice_app(url, hosts=("127.0.0.1", "localhost", "::1")), story)


def test_bodies_have_a_limit_and_a_shape(url: str) -> None:
    async def story(desk: Desk) -> None:
        async def post(content: Any, **headers: str) -> httpx.Response:
            sent = {"Content-Type": "application/json"} | headers
            return await desk.client.post("/api/v1/look-ups", content=content, headers=sent)

        async def endless() -> Any:
            for _ in range(100):
                yield b" " * 1000

        assert (await post(b" " * 50_001)).status_code == 413
        assert (await post(endless())).status_code == 413
        for bad in (b"", b"{", b"\xff\xfe", b"[" * 20_000, b"null", b'{"identifiers":[]}', b"NaN"):
            assert (await post(bad)).status_code in (400, 422), bad
        assert (await desk.look_up("a"))[0]["status"] == "not_found"
        many = await desk.post("/look-ups", {"identifiers": [code("a")] * 201})
        assert many.status_code == 422

    with_desk(practice_app(url, body_bytes=50_000), story)


def test_an_account_that_calls_too_often_is_told_when_to_come_back(url: str) -> None:
    now = [1000.0]

    async def story(desk: Desk) -> None:
        answers = [await desk.get("/account") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        wait = int(answers[-1].headers["Retry-After"])
        assert 1 <= wait <= 11
        now[0] += wait
        assert (await desk.get("/account")).status_code == 200

    with_desk(practice_app(url, pacing=Pacing(3, 10.0), monotonic=lambda: now[0]), story)


def test_a_locked_database_is_busy_and_then_well_again(url: str) -> None:
    file = url.removeprefix("sqlite:///")

    async def story(desk: Desk) -> None:
        for parts in [desk_app.state.parts]:
            with parts.database.writer.connect() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout = 10")
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        body = {"project": "oslo-west", "dry_run": False, "devices": [by_code("c1sample0000000000d0")]}
        key = new_key()
        busy = await desk.post("/claims", body, key)
        assert (busy.status_code, busy.json()["error"], busy.headers["Retry-After"]) == (503, "busy", "1")
        assert (await desk.get("/account")).status_code == 200, "reading goes on"
        holder.execute("ROLLBACK")
        holder.close()
        well = await desk.post("/claims", body, key)
        assert well.json()["results"][0]["outcome"] == "claimed_now"

    desk_app = practice_app(url)
    with_desk(desk_app, story)


def test_a_damaged_database_is_told_and_ends_nothing(url: str) -> None:
    file = Path(url.removeprefix("sqlite:///"))

    async def story(desk: Desk) -> None:
        app.state.parts.database.engine.dispose()
        for part in file.parent.glob("registry.db-*"):
            part.unlink()
        file.write_bytes(b"no database any more" * 1000)
        answer = await desk.post("/look-ups", {"identifiers": [code("a")]})
        assert (answer.status_code, answer.json()["error"]) == (503, "storage")
        assert (await desk.get("/health")).status_code == 200

    app = practice_app(url)
    with_desk(app, story)


def test_two_servers_in_one_process_share_nothing(url: str, tmp_path: Path, delivery_file: Path) -> None:
    second = f"sqlite:///{shutil.copy(delivery_file, tmp_path / 'second.db')}"

    async def story(desk: Desk) -> None:
        app = practice_app(second, token=RIVAL)
        async with app.router.lifespan_context(app), desk_at(app, RIVAL) as other:
            await desk.claim(by_code("c1sample0000000000d0"))
            assert (await other.look_up("c1sample0000000000d0"))[0]["status"] == "unclaimed"
            assert (await other.client.get("/api/v1/account", headers={"Authorization": TOKEN})).status_code == 401

    with_desk(practice_app(url), story)


def test_the_docs_need_nothing_from_outside(url: str) -> None:
    async def story(desk: Desk) -> None:
        page = await desk.client.get("/docs")
        described = (await desk.client.get("/openapi.json")).json()
        assert page.headers["Content-Type"].startswith("text/html")
        assert "http:" not in page.text
        assert "https:" not in page.text
        assert "<script" not in page.text
        for path in described["paths"]:
            assert path in page.text
        assert "#Claiming" in page.text

    with_desk(practice_app(url), story)
