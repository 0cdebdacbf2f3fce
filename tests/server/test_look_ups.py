"""What a look-up says of the sample delivery, and of anything that a scanner may throw at it."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.server.importing import import_file
from tests.server.desks import START, Desk, by_code, code, practice_app, with_desk


def test_the_sample_delivery_is_what_the_labels_say(database_url: str) -> None:
    async def story(desk: Desk) -> None:
        maple, oak, d0, d2, d3, d4, none = await desk.look_up(
            "maple-harbor-lantern",
            "oak-river-signal",
            *(f"c1sample0000000000d{n}" for n in (0, 2, 3, 4)),
            "zz-unknown-zz",
        )
        assert (maple["what"], maple["status"], maple["title"]) == ("kit", "unclaimed", "Starter kit, 5 sensors")
        assert [device["id"] for device in maple["devices"]] == [f"c1sample0000000000a{n}" for n in range(5)]
        assert (oak["status"], len(oak["devices"])) == ("partly_claimed", 25)
        assert sum(device["status"] == "claimed" for device in oak["devices"]) == 3
        assert {device["holder"] for device in oak["devices"]} == {"another", None}
        assert (d0["what"], d0["status"], d0["devices"][0]["type"]) == ("device", "unclaimed", "temperature")
        assert (d2["status"], d2["devices"][0]["holder"], d2["devices"][0]["project"]) == ("claimed", "another", None)
        assert d3["status"] == "unregistered"
        assert d4["devices"][0]["holder"] == "ours"
        assert d4["devices"][0]["project"] == {"id": "inventory", "title": "Inventory"}
        assert d4["devices"][0]["handle"]
        assert (none["status"], none["what"], none["devices"]) == ("not_found", None, [])

    with_desk(practice_app(database_url), story)


def test_codes_are_found_in_any_notation_and_under_any_of_their_names(database_url: str) -> None:
    async def story(desk: Desk) -> None:
        notations = ["70B3D57ED0000011", "70-b3-d5-7e-d0-00-00-11", "70:B3:D5:7E:D0:00:00:11", "70b3.d57e.d000.0011"]
        names = ["SN-7788-0001", "sn-7788-0001", "00:11:22:33:44:55", "0011.2233.4455"]
        found = await desk.look_up(*notations, *names, "Dl8z6CASzFpiojfwy9kk", " pallet-17 ")
        ids = [finding["devices"][0]["id"] for finding in found]
        assert ids == ["70b3d57ed0000011"] * 4 + ["SN-7788-0001"] * 4 + ["Dl8z6CASzFpiojfwy9kk", "pallet-17"]

    with_desk(practice_app(database_url), story)


def test_identifiers_of_several_fields_must_fit_whole(database_url: str) -> None:
    wanted: list[tuple[str, dict[str, str], str]] = [
        ("serial_mac", {"serial": "SN-7788-0001", "mac": "00-11-22-33-44-55"}, "unclaimed"),
        ("serial_mac", {"serial": "SN-7788-0001", "mac": "001122334466"}, "not_found"),
        ("serial_mac", {"serial": "SN-7788-0001"}, "not_found"),
        ("cloud_id", {"cloud_id": "Dl8z6CASzFpiojfwy9kk"}, "unclaimed"),
        ("cloud_id", {"cloud_id": "SN-7788-0001"}, "not_found"),
        ("serial_pin", {"serial": "SN-7788-0003", "pin": "0000"}, "unclaimed"),
        ("external_id", {"external_id": "pallet-17", "app_id": "practice-app"}, "unclaimed"),
        ("external_id", {"external_id": "pallet-17", "app_id": "another-app"}, "not_found"),
    ]

    async def story(desk: Desk) -> None:
        asked = [{"kind": kind, "fields": fields} for kind, fields, _ in wanted]
        answer = await desk.post("/look-ups", {"identifiers": asked, "project": "oslo-west"})
        assert [one["status"] for one in answer.json()["findings"]] == [status for *_, status in wanted]
        pinned = answer.json()["findings"][5]["devices"][0]
        assert pinned["needs_pin"]
        assert '"0000"' not in answer.text

    with_desk(practice_app(database_url), story)


def test_hostile_codes_are_just_not_found(database_url: str) -> None:
    hostile = ["x" * 10_000, "a\x00b", "\x1b[2J", "'; DROP TABLE devices;--", "%", "_", "\u202egnp.exe"]
    hostile += ["\u2028", "ﬀ" * 255, "", "   ", "\\", "../../etc/passwd", "=1+1", "０" * 16]

    async def story(desk: Desk) -> None:
        found = await desk.look_up(*hostile)
        assert {finding["status"] for finding in found} == {"not_found"}
        answer = await desk.post("/look-ups", {"identifiers": [code("x" * 20_001)]})
        assert answer.status_code == 422
        assert "xxx" not in answer.text
        half = await desk.client.post(
            "/api/v1/look-ups",
            content=b'{"identifiers":[{"kind":"code","fields":{"code":"\\ud800","\\ud800":"x"}}]}',
            headers={"Content-Type": "application/json"},
        )
        assert half.status_code == 422
        results = await desk.claim(*(by_code(text, "\x00\u2028" + "n" * 300) for text in hostile))
        assert {result["outcome"] for result in results} == {"not_found"}

    with_desk(practice_app(database_url), story)


def test_any_text_gets_an_answer(url: str) -> None:
    texts = st.text(max_size=40)
    fields = st.dictionaries(st.sampled_from(["code", "serial", "mac", "pin", "external_id", "app_id", "kind"]), texts)
    kinds = st.sampled_from(["code", "serial_mac", "cloud_id", "serial_pin", "external_id"])

    async def story(desk: Desk) -> None:
        asked: list[dict[str, Any]] = []

        @settings(max_examples=200, suppress_health_check=list(HealthCheck))
        @given(st.fixed_dictionaries({"kind": kinds, "fields": fields}))
        def collect(identifier: dict[str, Any]) -> None:
            asked.append(identifier)

        collect()
        for start in range(0, len(asked), 200):
            answer = await desk.post("/look-ups", {"identifiers": asked[start : start + 200]})
            assert answer.status_code == 200, answer.text
            items = [{"identifier": one} for one in asked[start : start + 200]]
            answer = await desk.post("/claims", {"project": "oslo-west", "dry_run": True, "devices": items})
            assert answer.status_code == 200, answer.text

    with_desk(practice_app(url), story)


def test_an_id_within_an_app_and_ids_that_differ_by_case(database_url: str, tmp_path: Path) -> None:
    rows = ["vendor,device_id,cloud_id,external_id,app_id,serial,mac"]
    rows += [f"here,H-{number},,pallet-{number % 3},app-{number // 3},," for number in range(9)]
    rows += ["xyte,X-1,Dl8z6CASzFpiojfwy9aa,,,,", "xyte,X-2,dl8z6CASzFpiojfwy9aa,,,,"]
    rows += ["xyte,X-3,,,,SAME,02:00:00:00:00:01", "xyte,X-4,,,,SAME,02:00:00:00:00:02"]
    file = tmp_path / "devices.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    assert import_file(database_url, file, START).stored

    async def story(desk: Desk) -> None:
        async def find(kind: str, **fields: str) -> list[str]:
            answer = await desk.post("/look-ups", {"identifiers": [{"kind": kind, "fields": fields}]})
            return [device["id"] for device in answer.json()["findings"][0]["devices"]]

        assert await find("external_id", external_id="PALLET-1", app_id="App-2") == ["H-7"]
        assert await find("external_id", external_id="pallet-1", app_id="app-9") == []
        assert await find("external_id", external_id="app-1", app_id="app-1") == []
        assert await find("cloud_id", cloud_id="dl8z6CASzFpiojfwy9aa") == ["X-2"]
        assert await find("cloud_id", cloud_id="DL8Z6casZfPIOJFWY9AA") == [], "several, and none as it is written"
        assert await find("serial_mac", serial="same", mac="020000000002") == ["X-4"]
        assert await find("serial_mac", serial="same", mac="020000000003") == []

    with_desk(practice_app(database_url), story)
