"""After the claim, and beside it: labels, targets made by their path, and what an owner does with a shared device."""

from pathlib import Path
from typing import Any

from station.server.importing import import_file
from tests.server.desks import RIVAL, START, Desk, by_code, desk_at, let_rival_in, new_key, outcomes, practice_app
from tests.server.desks import with_desk as run

SHARED = (
    "vendor,device_id,serial,pin,claiming,owner,multiple,organization,target\n"
    "datacake,LEND-1,SN-LEND-1,4711,closed,example/oslo-west,,,\n"
    "datacake,LEND-2,SN-LEND-2,4711,,northwind/estates,,,\n"
)


def test_labels_are_set_one_by_one_and_taken_away(database_url: str) -> None:
    async def story(desk: Desk) -> None:
        (claimed,) = await desk.claim(by_code("c1sample0000000000d0"))
        handle = claimed["handle"]

        async def label(labels: dict[str, str], status: int = 200) -> Any:
            answer = await desk.client.patch(f"/api/v1/claims/{handle}", json={"labels": labels})
            assert answer.status_code == status, answer.text
            return answer.json()

        assert (await label({"room": "12", "floor": " 3\n"}))["labels"] == {"room": "12", "floor": "3"}
        assert (await label({"room": "", "side": "øst"}))["labels"] == {"floor": "3", "side": "øst"}
        assert (await label({" \n": "x"}, 422))["error"] == "invalid"
        assert (await label({str(n): "x" for n in range(49)}, 422))["error"] == "invalid", "51 with the two"
        named = await desk.client.patch(f"/api/v1/claims/{handle}", json={"name": "Door"})
        assert (named.json()["name"], named.json()["labels"]) == ("Door", {"floor": "3", "side": "øst"})
        listed = (await desk.get("/claims", project="oslo-west")).json()["claims"]
        assert [one["labels"] for one in listed] == [{"floor": "3", "side": "øst"}]

    run(practice_app(database_url), story)


def test_a_path_is_made_where_it_is_missing(database_url: str) -> None:
    async def story(desk: Desk) -> None:
        async def make(path: str, status: int = 200) -> Any:
            answer = await desk.post("/projects", {"path": path})
            assert answer.status_code == status, answer.text
            return answer.json()

        made = await make("OSLO-west / Møterom/ 2. etasje ")
        assert (made["id"], made["path"], made["parent"]) == (
            "2-etasje", ["Oslo-West", "Møterom", "2. etasje"], "mterom"
        )
        assert await make("Oslo-West/møterom/2. ETASJE") == made
        assert (await make("Oslo-West"))["id"] == "oslo-west"
        other = await make("2. etasje")
        assert (other["id"], other["parent"]) == ("2-etasje-2", None)
        assert (await make("漢字"))["id"] == "target"
        for bad in ("", " / ", "a//b", "/".join("x" * 21), "\x00"):
            assert (await make(bad, 422))["error"] == "invalid"
        listed = {one["id"]: one["parent"] for one in (await desk.get("/projects")).json()["projects"]}
        assert (listed["2-etasje"], listed["mterom"], listed["oslo-west"]) == ("mterom", "oslo-west", None)
        assert outcomes(await desk.claim(by_code("c1sample0000000000d0"), project="2-etasje")) == ["claimed_now"]

    run(practice_app(database_url), story)


def test_an_owner_opens_shares_and_takes_back(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "shared.csv"
    file.write_text(SHARED, encoding="utf-8")
    assert import_file(database_url, file, START).stored
    let_rival_in(database_url)
    app = practice_app(database_url)
    pin = {"identifier": {"kind": "serial_pin", "fields": {"serial": "SN-LEND-1", "pin": "neu-1"}}}

    async def story(desk: Desk) -> None:
        mine, theirs = (one["devices"][0] for one in await desk.look_up("LEND-1", "LEND-2"))
        assert (mine["owned"], mine["claiming_open"], theirs["owned"]) == (True, False, False)
        lock = f"/api/v1/devices/{mine['key']}/claiming"
        shares = f"/devices/{mine['key']}/shares"
        async with desk_at(app, RIVAL) as rival:
            assert (await rival.look_up("LEND-1"))[0]["devices"][0]["owned"] is False
            assert outcomes(await rival.claim(pin, project="estates")) == ["claiming_closed"]
            opened = await desk.client.put(lock, json={"open": True, "pin": "neu-1"})
            assert (opened.status_code, opened.json()["claiming_open"], opened.json()["needs_pin"]) == (200, True, True)
            assert "neu-1" not in opened.text
            assert outcomes(await rival.claim(pin, project="estates")) == ["claimed_now"]
            assert (await desk.look_up("LEND-1"))[0]["devices"][0]["claiming_open"] is False, "locked after the claim"
            assert (await rival.client.put(lock, json={"open": True})).status_code == 200, "whoever has it may lend on"
            for stranger in (rival.client.delete(f"/api/v1{shares}"), rival.post(shares, _to("northwind", "estates"))):
                assert (await stranger).status_code == 404
            foreign = f"/api/v1/devices/{theirs['key']}/claiming"
            assert (await desk.client.put(foreign, json={"open": True})).status_code == 404
            again = [await desk.post(shares, _to("northwind", "estates")) for _ in range(2)]
            assert [one.status_code for one in again] == [200, 200]
            ended = [(await desk.client.delete(f"/api/v1{shares}")).json()["revoked"] for _ in range(2)]
            assert ended == [1, 0]
            assert (await rival.look_up("LEND-1"))[0]["status"] == "unclaimed"
            assert (await desk.post(shares, _to("northwind", "estates"))).status_code == 200
            assert (await rival.look_up("LEND-1"))[0]["devices"][0]["holder"] == "ours"
        assert (await desk.post(shares, _to("nobody", "estates"))).json()["error"] == "project_not_found"
        half = await desk.client.put(lock, content=b'{"open": true, "pin": "\\ud800"}')
        assert half.status_code in (400, 422)
        closed = await desk.client.put(lock, json={"open": False})
        assert (closed.json()["claiming_open"], closed.json()["needs_pin"]) == (False, True)

    run(app, story)


def test_a_shared_device_moves_only_where_it_is_not_yet(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "shared.csv"
    file.write_text("device_id,multiple,owner\nLEND-3,yes,northwind/estates\n", encoding="utf-8")
    assert import_file(database_url, file, START).stored

    let_rival_in(database_url)
    app = practice_app(database_url)

    async def story(desk: Desk) -> None:
        (first,) = await desk.claim(by_code("LEND-3"))
        moving = {"handles": [first["handle"]], "project": "bergen-harbour"}
        moved = await desk.post("/moves", moving, new_key())
        assert moved.json()["results"][0]["result"] == "moved"
        assert outcomes(await desk.claim(by_code("LEND-3"))) == ["already_ours"]
        found = (await desk.look_up("LEND-3"))[0]["devices"][0]
        assert found["project"]["id"] == "bergen-harbour"
        async with desk_at(app, RIVAL) as rival:
            shared = await rival.post(f"/devices/{found['key']}/shares", _to("example", "inventory"))
            assert shared.status_code == 200
        stays = await desk.post("/moves", moving | {"project": "inventory"}, new_key())
        assert [stays.json()["results"][0][part] for part in ("result", "project")] == [
            "there_already", {"id": "bergen-harbour", "title": "Bergen Harbour"}
        ]

    run(app, story)


def _to(organization: str, project: str) -> dict[str, str]:
    return {"organization": organization, "project": project}
