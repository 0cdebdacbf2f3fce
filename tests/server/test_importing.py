"""Registry imports: good files, bad rows named, nothing of a file with bad rows unless asked, hostile files."""

import zipfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from station.server.importing import import_file, import_rows
from station.server.registry.house import SetupProblem, SetupRefused, Target, add_target, opened
from station.server.rows import BadRow, FileRefused, Row, RowProblem, read_rows
from station.server.tables import Project
from tests.server.desks import START, Desk, by_code, new_key, outcomes, practice_app, with_desk

HEADER = "vendor,kit_id,kit_name,device_id,device_type,serial,mac,pin,registered,organization,target,claiming,seats\n"


def write(folder: Path, text: str, name: str = "devices.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_an_import_adds_and_changes_and_keeps_claims(database_url: str, tmp_path: Path) -> None:
    rows = (
        ",blue-box-one,Two of them,NEW-1,co2,,,,,,,,\n"
        ",blue-box-one,,NEW-2,co2,,,,no,,,,\n"
        ",,,NEW-3,,,,77,,,,closed,\n"
        ",,,,,S-9,aa-bb-cc-dd-ee-ff,,,northwind,estates,,\n"
        ",,,NEW-4,,,,,,,,,\n"
        ",,,,,,,,,example,tiny-office,,1\n"
        "disruptive,,,c1sample0000000000d4,humidity,,,,,,,,\n"
    )
    file = write(tmp_path, HEADER + rows)
    first = import_file(database_url, file, START)
    assert (first.stored, first.new, first.changed, first.targets, first.bad) == (True, 5, 1, 1, ())
    again = import_file(database_url, write(tmp_path, HEADER + rows.replace(",77,", ",,")), START)
    assert (again.new, again.changed, again.same) == (0, 0, 6)

    async def story(desk: Desk) -> None:
        kit, closed, held, d4 = await desk.look_up("BLUE-BOX-ONE", "new-3", "aabbccddeeff", "c1sample0000000000d4")
        assert (kit["what"], kit["title"], [one["status"] for one in kit["devices"]]) == (
            "kit",
            "Two of them",
            ["unclaimed", "unregistered"],
        )
        assert (closed["devices"][0]["claiming_open"], closed["devices"][0]["needs_pin"]) == (False, True)
        assert (held["status"], held["devices"][0]["holder"]) == ("claimed", "another")
        assert (d4["devices"][0]["type"], d4["devices"][0]["holder"]) == ("humidity", "ours")
        many = [by_code("NEW-4"), by_code("c1sample0000000000d0")]
        assert sorted(outcomes(await desk.claim(*many, project="tiny-office"))) == ["claimed_now", "over_quota"]

    with_desk(practice_app(database_url), story)


def test_shared_devices_are_claimed_by_several(database_url: str, tmp_path: Path) -> None:
    shared = "device_id,multiple,organization,target\nSHARED-1,yes,northwind,estates\n"
    assert import_file(database_url, write(tmp_path, shared), START).stored

    async def story(desk: Desk) -> None:
        assert (await desk.look_up("SHARED-1"))[0]["status"] == "unclaimed"
        assert outcomes(await desk.claim(by_code("SHARED-1"))) == ["claimed_now"]
        assert outcomes(await desk.claim(by_code("SHARED-1"))) == ["already_ours"]

    with_desk(practice_app(database_url), story)
    refused = import_file(database_url, write(tmp_path, "device_id,multiple\nSHARED-1,no\n"), START)
    assert refused.bad == (BadRow(2, RowProblem.HELD_BY_ANOTHER, "multiple"),)


def test_an_owner_shares_a_device_that_is_locked_after_each_claim(database_url: str, tmp_path: Path) -> None:
    rows = (
        "vendor,device_id,pin,claiming,owner,plan_open,multiple,organization,target\n"
        "datacake,LEND-1,,,northwind/estates,,,,\n"
        "datacake,LEND-2,,,northwind/estates,no,,,\n"
        "datacake,LEND-3,,,northwind / estates,,yes,northwind,estates\n"
        "datacake,LEND-4,,closed,northwind/estates,,,northwind,estates\n"
    )
    imported = import_file(database_url, write(tmp_path, rows), START)
    assert (imported.stored, imported.new, imported.bad) == (True, 4, ())
    again = import_file(database_url, write(tmp_path, rows), START)
    assert (again.new, again.changed, again.same) == (0, 0, 4)

    async def story(desk: Desk) -> None:
        found = [one["devices"][0] for one in await desk.look_up("LEND-1", "LEND-2", "LEND-3", "LEND-4")]
        assert [(one["status"], one["claiming_open"], one["shared"]) for one in found] == [
            ("unclaimed", True, True),
            ("unclaimed", False, True),
            ("unclaimed", True, True),
            ("unclaimed", False, True),
        ]
        codes = [by_code(f"LEND-{number}") for number in range(1, 5)]
        closed = "claiming_closed"
        assert outcomes(await desk.claim(*codes, dry_run=True)) == ["claimed_now", closed, "claimed_now", closed]
        results = await desk.claim(*codes)
        assert outcomes(results) == ["claimed_now", closed, "claimed_now", closed]
        assert [one["code"] for one in results] == [None, "plan_closed", None, None]
        first, _, third, _ = (one["devices"][0] for one in await desk.look_up("LEND-1", "LEND-2", "LEND-3", "LEND-4"))
        assert (first["claiming_open"], third["claiming_open"]) == (False, True), "several may claim the third"
        released = await desk.post("/releases", {"handles": [results[0]["handle"]]}, new_key())
        assert released.json()["results"][0]["result"] == "released"
        assert outcomes(await desk.claim(codes[0])) == [closed], "its owner has not opened it again"

    with_desk(practice_app(database_url), story)
    gone = import_file(database_url, write(tmp_path, "device_id,owner\nA,northwind/gone\nB,estates\nC,/x\n"), START)
    assert [(bad.number, bad.problem, bad.column) for bad in gone.bad] == [
        (3, RowProblem.BAD_OWNER, "owner"),
        (4, RowProblem.BAD_OWNER, "owner"),
    ]
    unknown = import_file(database_url, write(tmp_path, "device_id,owner\nA,northwind/gone\n"), START)
    assert unknown.bad == (BadRow(2, RowProblem.UNKNOWN_TARGET, "owner"),)


def test_bad_rows_are_named_and_keep_the_good_ones_out(url: str, tmp_path: Path) -> None:
    rows = (
        ",,,GOOD-1,,,,,,,,,\n"
        ",,,BAD,,,not-a-mac,,,,,,\n"
        ",,,BAD,,,,,maybe,,,,\n"
        ",,,BAD,,,,,,northwind,,,\n"
        ",,,BAD,,,,,,northwind,nowhere,,\n"
        ",a-kit,,,,,,,,,,,\n"
        ",,,GOOD-1,,,,,,,,,\n"
        ",,,BAD,,,,,,,,,many\n"
        "disruptive,,,c1sample0000000000d2,,,,,,example,inventory,,\n"
        ",,,\x07BAD,,,,,,,,,\n"
    )
    file = write(tmp_path, HEADER + rows)
    wanted = [
        BadRow(3, RowProblem.BAD_MAC, "mac"),
        BadRow(4, RowProblem.BAD_YES_NO, "registered"),
        BadRow(5, RowProblem.NO_TARGET, "target"),
        BadRow(6, RowProblem.UNKNOWN_TARGET, "target"),
        BadRow(7, RowProblem.NO_DEVICE),
        BadRow(8, RowProblem.TWICE),
        BadRow(9, RowProblem.BAD_NUMBER, "seats"),
        BadRow(10, RowProblem.HELD_BY_ANOTHER, "organization"),
        BadRow(11, RowProblem.BAD_TEXT, "device_id"),
    ]
    refused = import_file(url, file, START)
    assert not refused.stored
    assert set(refused.bad) < set(wanted), "what the file alone shows"
    kept = import_file(url, file, START, keep_good=True)
    assert (kept.stored, kept.new, list(kept.bad)) == (True, 1, wanted)
    late = write(tmp_path, HEADER + ",,,GOOD-2,,,,,,,,,\n" + rows.splitlines(keepends=True)[4])
    assert import_file(url, late, START) == import_file(url, late, START)
    assert import_file(url, late, START).bad == (BadRow(3, RowProblem.UNKNOWN_TARGET, "target"),)

    async def story(desk: Desk) -> None:
        assert [one["status"] for one in await desk.look_up("GOOD-1", "GOOD-2")] == ["unclaimed", "not_found"]

    with_desk(practice_app(url), story)


def test_spreadsheets_and_other_notations_are_read(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    lines = ["Device ID", "Product Number", "note"], ["A1", 102058, "x"], [None, None, None], [17.0, "=1+1", None]
    for line in lines:
        sheet.append(line)
    book.save(tmp_path / "devices.xlsx")
    rows = list(read_rows(tmp_path / "devices.xlsx"))
    assert [(row.number, row.device_id) for row in rows if isinstance(row, Row)] == [(2, "A1"), (4, "17")]
    for name, text in (("a.csv", "device_id;serial\nA1;S1\n"), ("b.csv", "\ufeffdevice_id\tserial\r\nA1\tS1\r\n")):
        (row,) = read_rows(write(tmp_path, text, name))
        assert isinstance(row, Row)
        assert (row.device_id, row.get("serial")) == ("A1", "S1")
    (tmp_path / "c.csv").write_bytes("device_id,serial\nA1,S1\n".encode("utf-16"))
    assert len(list(read_rows(tmp_path / "c.csv"))) == 1


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.csv", b"", RowProblem.NO_HEADER),
        ("a.csv", b"one,two\n1,2\n", RowProblem.NO_HEADER),
        ("a.csv", b"device_id\n\xe9\xff\n", RowProblem.ENCODING),
        ("a.csv", b'device_id\n"' + b"x" * 200_000, RowProblem.UNREADABLE),
        ("a.xlsx", b"PK\x03\x04 not a workbook", RowProblem.UNREADABLE),
        ("a.xlsx", b"", RowProblem.UNREADABLE),
        ("missing/a.csv", None, RowProblem.UNREADABLE),
    ],
)
def test_files_that_are_none_are_refused_whole(
    url: str, tmp_path: Path, name: str, data: bytes | None, problem: RowProblem
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    done = import_file(url, tmp_path / name, START, keep_good=True)
    assert (done.stored, [(bad.number, bad.problem) for bad in done.bad]) == (False, [(0, problem)])


def test_a_packed_bomb_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("big", b"0" * 1000)
        bomb.infolist()[0].file_size = 600 * 1024 * 1024  # what the packed file says of itself
    with pytest.raises(FileRefused, match="too_large"):
        list(read_rows(tmp_path / "bomb.xlsx"))


@given(data=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: ("device_id,mac\n" + text).encode()))
def test_any_bytes_get_an_answer(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    for name in ("any.csv", "any.xlsx"):
        (folder / name).write_bytes(data)
        with suppress(FileRefused):
            assert all(isinstance(row, Row | BadRow) for row in read_rows(folder / name))


def test_targets_are_added_and_changed(database_url: str) -> None:
    with opened(database_url) as database:
        add_target(database, Target("norway", "Norway", organization="example"))
        add_target(database, Target("oslo-east", "Oslo-East", organization="example", parent="norway", seats=2))
        add_target(database, Target("oslo-east", organization="example", parent="norway", expires_at=START))
        for target, problem in (
            (Target("x"), SetupProblem.NO_ORGANIZATION),
            (Target("norway", organization="example", parent="oslo-east"), SetupProblem.RING),
            (Target("x", organization="example", parent="nowhere"), SetupProblem.NO_PARENT),
            (Target("a/b", organization="example"), SetupProblem.BAD_ID),
            (Target("a\x00b", organization="example"), SetupProblem.BAD_ID),
        ):
            with pytest.raises(SetupRefused, match=problem):
                add_target(database, target)
        count = database.read(lambda session: session.query(Project).count())
    assert count == 8

    async def story(desk: Desk) -> None:
        found = (await desk.get("/projects", query="OSLO")).json()["projects"]
        assert [one["path"] for one in found] == [["Oslo-West"], ["Norway", "Oslo-East"]]
        east = found[1]
        assert (east["may_claim"], east["seats_left"], east["expires_at"]) == (False, None, START.isoformat())
        first = (await desk.get("/projects", page_size=4)).json()
        rest = (await desk.get("/projects", page_size=4, page_token=first["next_page_token"])).json()
        assert len({one["id"] for one in first["projects"] + rest["projects"]}) == 7
        for query in ("%", "_", "\x00"):
            assert (await desk.get("/projects", query=query)).json()["projects"] == []
        for token in ("b1", "a-1", "a²", "a99999999999", "é"):
            assert (await desk.get("/projects", page_token=token)).json()["error"] == "bad_page_token"

    with_desk(practice_app(database_url), story)


def test_a_fresh_registry_gets_its_first_organization(empty_url: str) -> None:
    with opened(empty_url) as database:
        assert add_target(database, Target("shelf", "Shelf")) == "main"
        rows = [Row(2, {"device_id": "D1"}, "D1", "", True, True, False, None)]
        assert import_rows(database, lambda: rows, START + timedelta(days=1)).new == 1

    async def story(desk: Desk) -> None:
        assert (await desk.get("/account")).json()["organization"]["id"] == "main"
        assert outcomes(await desk.claim(by_code("D1"), project="shelf")) == ["claimed_now"]

    with_desk(practice_app(empty_url, practice=False), story)
