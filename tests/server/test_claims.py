"""What a claim does to each device, and what a rehearsal says it would."""

from collections import Counter
from pathlib import Path
from typing import Any

from station.server.importing import import_file
from station.server.registry.claiming import MOST_AT_ONCE
from tests.server.desks import START, Clock, Desk, by_code, new_key, outcomes, practice_app, with_desk


def test_a_kit_is_claimed_device_by_device(database_url: str) -> None:
    async def story(desk: Desk) -> None:
        results = await desk.claim(by_code("oak-river-signal"))
        assert Counter(outcomes(results)) == {"claimed_now": 22, "already_claimed": 3}
        assert {result["item"] for result in results} == {0}
        assert all(bool(result["handle"]) == (result["outcome"] == "claimed_now") for result in results)
        oak = (await desk.look_up("oak-river-signal"))[0]
        assert oak["status"] == "claimed"
        assert {device["project"]["id"] for device in oak["devices"] if device["holder"] == "ours"} == {"oslo-west"}
        again = await desk.claim(by_code("oak-river-signal"), project="bergen-harbour")
        assert Counter(outcomes(again)) == {"already_ours": 22, "already_claimed": 3}
        assert {result["project"]["id"] for result in again if result["project"]} == {"oslo-west"}

    with_desk(practice_app(database_url), story)


def test_each_device_gets_an_outcome_of_its_own_in_the_order_asked(database_url: str) -> None:
    wanted = {
        "c1sample0000000000d0": "claimed_now",
        "zz-unknown-zz": "not_found",
        "c1sample0000000000d2": "already_claimed",
        "c1sample0000000000d3": "not_registered",
        "c1sample0000000000d4": "already_ours",
        "SN-7788-0002": "claiming_closed",
        "SN-7788-0003": "wrong_secret",
    }

    async def story(desk: Desk) -> None:
        items = [by_code(text, name=f"Name of {text}") for text in wanted]
        rehearsed = await desk.claim(*items, dry_run=True)
        results = await desk.claim(*items)
        assert outcomes(results) == outcomes(rehearsed) == list(wanted.values())
        assert [result["id"] for result in results] == list(wanted)
        assert [result["code"] for result in results][-1] == "pin_needed"
        device = (await desk.look_up("c1sample0000000000d0"))[0]["devices"][0]
        assert device["name"] == "Name of c1sample0000000000d0"

    with_desk(practice_app(database_url), story)


def test_a_dry_run_changes_nothing(database_url: str) -> None:
    async def story(desk: Desk) -> None:
        before = (await desk.get("/claims")).json()
        key = new_key()
        results = await desk.claim(by_code("maple-harbor-lantern"), dry_run=True, key=key)
        assert outcomes(results) == ["claimed_now"] * 5
        assert {result["handle"] for result in results} == {None}
        assert (await desk.get("/claims")).json() == before
        assert (await desk.get(f"/operations/{key}")).status_code == 404
        assert outcomes(await desk.claim(by_code("maple-harbor-lantern"), key=key)) == ["claimed_now"] * 5

    with_desk(practice_app(database_url), story)


def test_a_device_named_twice_is_claimed_once(database_url: str) -> None:
    async def story(desk: Desk) -> None:
        key = await desk.key_of("c1sample0000000000a1")
        first = by_code("c1sample0000000000a1", "First")
        results = await desk.claim(first, {"key": key}, by_code("maple-harbor-lantern"))
        assert [result["item"] for result in results] == [0, 1, 2, 2, 2, 2, 2]
        twice = [result for result in results if result["code"] == "twice"]
        assert [result["key"] for result in twice] == [key, key]
        assert len({result["handle"] for result in results}) == 5
        assert (await desk.look_up("c1sample0000000000a1"))[0]["devices"][0]["name"] == "First"

    with_desk(practice_app(database_url), story)


def test_seats_run_out(database_url: str) -> None:
    async def story(desk: Desk) -> None:
        items = [by_code(f"c1sample00000000p0{n:02d}") for n in range(5)]
        for dry_run in (True, False):
            results = await desk.claim(*items, project="tiny-office", dry_run=dry_run)
            assert Counter(outcomes(results)) == {"claimed_now": 3, "over_quota": 2}
        listed = {one["id"]: one["seats_left"] for one in (await desk.get("/projects")).json()["projects"]}
        assert (listed["tiny-office"], listed["oslo-west"]) == (0, None)
        handle = next(result["handle"] for result in results if result["handle"])
        await desk.post("/releases", {"handles": [handle]}, new_key())
        assert "claimed_now" in outcomes(await desk.claim(*items[3:], project="tiny-office"))

    with_desk(practice_app(database_url), story)


def test_where_nothing_may_be_claimed_the_whole_call_is_refused(database_url: str) -> None:
    async def story(desk: Desk) -> None:
        for project, status, error in (
            ("archive", 403, "not_allowed"),
            ("nowhere", 404, "project_not_found"),
            ("estates", 404, "project_not_found"),
        ):
            for dry_run in (True, False):
                body: dict[str, Any] = {"project": project, "dry_run": dry_run, "devices": [by_code("SN-7788-0001")]}
                answer = await desk.post("/claims", body, new_key())
                assert (answer.status_code, answer.json()["error"]) == (status, error)
                assert answer.json()["request_id"] == answer.headers["X-Request-Id"]

    with_desk(practice_app(database_url), story)


def test_a_pin_proves_and_guessing_is_slowed_down(database_url: str) -> None:
    clock = Clock()

    def pinned(pin: str) -> dict[str, Any]:
        return {"identifier": {"kind": "serial_pin", "fields": {"serial": "SN-7788-0003", "pin": pin}}}

    async def story(desk: Desk) -> None:
        key = await desk.key_of("SN-7788-0003")
        for n in range(5):
            wrong = (await desk.claim(pinned(f"000{n}"), dry_run=n % 2 == 0))[0]
            assert (wrong["outcome"], wrong["code"]) == ("wrong_secret", "pin_wrong")
        locked = (await desk.claim(pinned("4711")))[0]
        assert (locked["outcome"], locked["code"]) == ("wrong_secret", "pin_locked")
        clock.turn(seconds=31)
        assert outcomes(await desk.claim({"key": key} | pinned("9999"))) == ["wrong_secret"]
        clock.turn(seconds=31)
        assert (await desk.claim(pinned("4711")))[0]["code"] == "pin_locked", "the second wait is twice as long"
        clock.turn(seconds=31)
        assert outcomes(await desk.claim({"key": key} | pinned(" 4711 "))) == ["claimed_now"]

    with_desk(practice_app(database_url, clock=clock), story)


def test_claims_can_be_listed_named_moved_and_released(database_url: str) -> None:
    async def story(desk: Desk) -> None:
        results = await desk.claim(*(by_code(f"c1sample00000000p0{n:02d}") for n in range(3)))
        first, second, third = (result["handle"] for result in results)
        pages = [(await desk.get("/claims", page_size=2)).json()]
        pages.append((await desk.get("/claims", page_size=2, page_token=pages[0]["next_page_token"])).json())
        assert [len(page["claims"]) for page in pages] == [2, 2]
        assert pages[1]["next_page_token"] == ""
        assert (await desk.get("/claims", project="oslo-west")).json()["claims"][0]["handle"] == first
        named = await desk.client.patch(f"/api/v1/claims/{first}", json={"name": "Fridge\x003"})
        assert named.json()["name"] == "Fridge 3"
        moved = await desk.post("/moves", {"handles": [second, "nothing"], "project": "tiny-office"}, new_key())
        assert [one["result"] for one in moved.json()["results"]] == ["moved", "not_found"]
        key = new_key()
        for _ in range(2):
            released = await desk.post("/releases", {"handles": [third, "nothing", third]}, key)
            assert [one["result"] for one in released.json()["results"]] == ["released", "not_found", "released"]
        keys = [result["key"] for result in results] + ["nothing", await desk.key_of("c1sample0000000000d2")]
        back = await desk.post("/read-backs", {"devices": [{"key": one} for one in keys]})
        answers = [(one["result"], one["project"] and one["project"]["id"]) for one in back.json()["results"]]
        ours = [("ours", "oslo-west"), ("ours", "tiny-office")]
        assert answers == [*ours, ("free", None), ("not_found", None), ("another", None)]
        assert outcomes(await desk.claim(by_code("c1sample00000000p002"))) == ["claimed_now"], "released is free again"

    with_desk(practice_app(database_url), story)


def test_a_kit_that_one_call_cannot_carry_is_refused_whole(url: str, tmp_path: Path) -> None:
    rows = "".join(f"pallet-of-many,M-{n:04d}\n" for n in range(MOST_AT_ONCE))
    file = tmp_path / "many.csv"
    file.write_text("kit_id,device_id\n" + rows, encoding="utf-8")
    assert import_file(url, file, START).new == MOST_AT_ONCE

    async def story(desk: Desk) -> None:
        results = await desk.claim(by_code("c1sample0000000000d0"), by_code("pallet-of-many"), by_code("SN-7788-0001"))
        assert outcomes(results) == ["claimed_now", "rejected", "claimed_now"]
        assert (results[1]["code"], results[1]["item"]) == ("kit_too_large", 1)
        assert outcomes(await desk.claim(by_code("pallet-of-many"))) == ["claimed_now"] * MOST_AT_ONCE

    with_desk(practice_app(url), story)


def test_a_code_that_several_devices_bear_names_none_of_them(url: str, tmp_path: Path) -> None:
    file = tmp_path / "same.csv"
    file.write_text("vendor,device_id,serial\none,A-1,SAME\ntwo,A-2,SAME\none,Case,\ntwo,CASE,\n", encoding="utf-8")
    assert import_file(url, file, START).new == 4

    async def story(desk: Desk) -> None:
        same, exact, either = await desk.look_up("same", "Case", "case")
        assert (same["status"], same["code"], same["devices"]) == ("not_found", "ambiguous", [])
        assert exact["devices"][0]["id"] == "Case"
        assert either["code"] == "ambiguous"
        result = (await desk.claim(by_code("SAME")))[0]
        assert (result["outcome"], result["code"], result["key"]) == ("rejected", "ambiguous", None)

    with_desk(practice_app(url), story)
