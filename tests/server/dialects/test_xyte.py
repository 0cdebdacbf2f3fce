"""The device cloud's protocol over the practice delivery; every answer is held to a JSON schema of its documents.

The schemas are written from the vendor's documents and its own client. What the live service answers, nobody asked it.
"""

import asyncio
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from station.backends.wire import inside
from station.server.app import Pacing, build
from station.server.auth import account_of, grant, issue
from station.server.database import Busy
from station.server.dialects import xyte
from station.server.dialects.xyte import practice
from station.server.parts import Parts
from station.server.registry.house import find_organization, opened
from station.server.sample import fill_dialects
from station.server.tables import Account, Credential, Project, Token

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
RIVAL, READER = "a-key-of-northwind", "a-key-that-only-looks"
ORG = "/core/v1/organization"
SCHEMAS = {
    path.stem: Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
    for path in (Path(__file__).parent / "schemas" / "xyte").glob("*.json")
}
ANSWERS = (
    (r"GET /core/v1/organization/info", "info"),
    (r"GET /core/v1/organization/devices", "devices"),
    (r"GET /core/v1/organization/spaces", "spaces"),
    (r"POST /core/v1/organization/spaces/find_or_create", "space"),
    (r"POST /core/v1/organization/devices/claim|(GET|PATCH) /core/v1/organization/devices/[^/]+", "device"),
    (r"DELETE /core/v1/organization/devices/[^/]+|POST /core/v1/organization/devices/[^/]+/move", "success"),
    (r"POST /v1/devices", "registration"),
)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name].schema)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, delivery_file: Path) -> Path:
    """A registry with the sample delivery, this vendor's practice, and keys of two more accounts."""
    file = Path(shutil.copy(delivery_file, tmp_path_factory.mktemp("xyte") / "registry.db"))

    def keys(session: Session) -> None:
        ours, theirs = (find_organization(session, slug) for slug in ("example", "northwind"))
        assert ours is not None
        assert theirs is not None
        grant(session, theirs, "rival", RIVAL, NOW, "test")
        grant(session, ours, "reader", READER, NOW, "test").may_claim = False

    with opened(f"sqlite:///{file}") as database:
        for _ in range(2):  # at a second start nothing is added twice
            fill_dialects(database, {"xyte": practice}, NOW, known_secrets=True)
        database.write(keys)
    return file


@dataclass
class Hub:
    """The dialect as a caller of it sees it; what it answers is checked against its schema."""

    parts: Parts
    dialect: Any
    runner: asyncio.Runner
    key: str = practice.KEY
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, target: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
        address = urlsplit(target)
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        key = self.key if key is None else key
        headers = {"Authorization": key} if key else {}
        asked = inside.Asked(method, address.path, parse_qsl(address.query), headers, raw)
        told = self.runner.run(inside.ask(self.dialect, asked.scope(), raw))
        self.headers = told.headers
        answer = json.loads(told.body(10**7))
        SCHEMAS[self.schema(method, address.path, told.status)].validate(answer)
        return told.status, answer

    def schema(self, method: str, path: str, status: int) -> str:
        if status >= 400:
            return "error"
        return next(name for pattern, name in ANSWERS if re.fullmatch(pattern, f"{method} {path}"))

    def claim(self, space: int, key: str | None = None, **named: str | None) -> tuple[int, Any]:
        return self.ask("POST", f"{ORG}/devices/claim", {"name": "Screen", "space_id": space, **named}, key)

    def spaces(self) -> dict[str, int]:
        items = self.ask("GET", f"{ORG}/spaces")[1]["items"]
        return {space["full_path"]: space["id"] for space in items}


def hub_over(url: str, runner: asyncio.Runner, **options: Any) -> Hub:
    parts = build(url, clock=lambda: NOW, **options).state.parts
    return Hub(parts, xyte.build(parts), runner)


@pytest.fixture
def url(tmp_path: Path, filled: Path) -> str:
    return f"sqlite:///{shutil.copy(filled, tmp_path / 'registry.db')}"


@pytest.fixture
def hub(url: str) -> Iterator[Hub]:
    with asyncio.Runner() as runner:
        found = hub_over(url, runner)
        yield found
        found.parts.database.close()


def md55(number: int) -> dict[str, str]:
    return {"sn": f"MD55-2026-{number:04}", "mac": f"02:58:59:54:00:{number:02x}"}


def test_who_calls(hub: Hub) -> None:
    assert hub.ask("GET", f"{ORG}/info") == (200, {"id": "example", "name": "Example Building Services"})
    assert hub.ask("GET", f"{ORG}/info", key=RIVAL)[1]["id"] == "northwind"
    for key in ("", " ", "nobody", f"Bearer {practice.KEY}", "x" * 10_000):
        assert hub.ask("GET", f"{ORG}/info", key=key)[0] == 401


def test_a_key_that_expired_or_is_for_something_else(hub: Hub) -> None:
    def work(session: Session) -> tuple[str, str, str]:
        organization = find_organization(session, "example")
        assert organization is not None
        account = account_of(session, organization, "other").id
        day, ago = timedelta(days=1), timedelta(days=-1)
        return (
            issue(session, account, NOW, day, "test", "xyte"), issue(session, account, NOW, day, "test", "tracking"),
            issue(session, account, NOW, ago, "test"),
        )

    good, other, old = hub.parts.database.write(work)
    assert [hub.ask("GET", f"{ORG}/info", key=key)[0] for key in (good, other, old)] == [200, 401, 401]


def test_spaces_are_a_tree_with_paths(hub: Hub) -> None:
    spaces = hub.spaces()
    assert "Overview/Oslo/Auditorium" in spaces
    assert not any("Harbour" in path for path in spaces), "another's are not shown"
    oslo = spaces["Overview/Oslo"]
    inside_oslo = hub.ask("GET", f"{ORG}/spaces?parent_id={oslo}")[1]["items"]
    assert {space["name"] for space in inside_oslo} == {"Auditorium", "Meeting room 1"}
    one = hub.ask("GET", f"{ORG}/spaces?path_includes=oslo/AUD&name=auditorium&space_type=space")[1]["items"]
    assert [space["id"] for space in one] == [spaces["Overview/Oslo/Auditorium"]]
    assert hub.ask("GET", f"{ORG}/spaces?id={oslo}")[1]["items"][0]["full_path"] == "Overview/Oslo"


def test_pages_are_cut_and_end(hub: Hub) -> None:
    for what in ("spaces", "devices"):
        whole = hub.ask("GET", f"{ORG}/{what}")[1]
        assert whole["next_page"] is None
        seen, page = [], 1
        while page:
            told = hub.ask("GET", f"{ORG}/{what}?per_page=2&page={page}")[1]
            assert 0 < len(told["items"]) <= 2
            seen += told["items"]
            page = told["next_page"]
        assert seen == whole["items"]
        assert hub.ask("GET", f"{ORG}/{what}?page=999")[1] == {"items": [], "next_page": None}
        for odd in ("page=0", "per_page=0", "page=x", "page=-1", "page=99999999999999999999"):
            assert hub.ask("GET", f"{ORG}/{what}?{odd}")[0] == 422


def test_the_organizations_devices_alone(hub: Hub) -> None:
    mine = hub.ask("GET", f"{ORG}/devices")[1]["items"]
    assert {device["sn"] or device["cloud_id"] for device in mine} >= {"MD55-2026-0021", "Lk3practF0gHw8RcP725"}
    theirs = hub.ask("GET", f"{ORG}/devices", key=RIVAL)[1]["items"]
    assert {device["sn"] or device["cloud_id"] for device in theirs} >= {"MD55-2026-0031", "Vn6practS4eUi1OzX946"}
    assert not {device["id"] for device in mine} & {device["id"] for device in theirs}
    room = hub.spaces()["Overview/Oslo/Meeting room 1"]
    (one,) = hub.ask("GET", f"{ORG}/devices?space_id={room}")[1]["items"]
    assert one["space"] == {"id": room, "full_path": "Overview/Oslo/Meeting room 1"}
    assert hub.ask("GET", f"{ORG}/devices/{theirs[0]['id']}")[0] == 404


def test_three_statuses(hub: Hub) -> None:
    """Unregistered devices are unknown until they come online; registered ones are claimed once; claimed ones not."""
    space = hub.spaces()["Overview/Oslo/Auditorium"]
    shy = md55(11)
    assert hub.claim(space, **shy) == (422, {"error": "No device found"})
    assert hub.claim(space, sn="MD55-2026-0001", mac="02:58:59:54:00:02") == (422, {"error": "No device found"})
    report = {"hardware_key": practice.HARDWARE_KEY, "firmware_version": "1.0.0", **shy}
    assert hub.ask("POST", "/v1/devices", report, key="")[0] == 200
    assert hub.ask("POST", "/v1/devices", report, key="") == (422, {"error": "Device already exists"})
    status, device = hub.claim(space, **shy, cloud_id=None)
    assert (status, device["name"], device["space"]["full_path"]) == (200, "Screen", "Overview/Oslo/Auditorium")
    for key in (practice.KEY, RIVAL):
        number = space if key == practice.KEY else hub.ask("GET", f"{ORG}/spaces", key=RIVAL)[1]["items"][0]["id"]
        assert hub.claim(number, key=key, **shy) == (422, {"error": "Device already claimed"})
    assert hub.claim(space, **md55(31)) == (422, {"error": "Device already claimed"})


def test_a_cloud_id_is_told_by_its_capitals(hub: Hub) -> None:
    space = hub.spaces()["Overview"]
    assert hub.claim(space, cloud_id="qw7zpractk9mxs2ldv41") == (422, {"error": "No device found"})
    assert hub.claim(space, cloud_id="Qw7ZpractK9mXs2LdV41", **md55(1)) == (422, {"error": "No device found"})
    assert hub.claim(space, cloud_id="Qw7ZpractK9mXs2LdV41", sn=None, mac="")[0] == 200


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"name": ""}, 422, "name"), ({"name": None}, 422, "name"), ({"name": 7}, 422, "name"),
        ({"space_id": None}, 422, "space_id"), ({"space_id": "x"}, 422, "space_id"),
        ({"space_id": 1.5}, 422, "space_id"), ({"space_id": True}, 422, "space_id"),
        ({"space_id": 987654}, 404, "Space"), ({"sn": None}, 422, "required"), ({"mac": "zz"}, 422, "mac"),
        ({"mac": ["x"]}, 422, "mac"), ({"sn": "x" * 5000}, 422, "sn"), ({"sn": "\ud800"}, 422, "No device"),
    ],
)  # fmt: skip
def test_a_claim_that_is_not_as_it_should_be(hub: Hub, changed: Mapping[str, Any], status: int, words: str) -> None:
    space = hub.spaces()["Overview"]
    body: dict[str, Any] = {"name": "Screen", "space_id": space, **md55(1), **changed}
    got, told = hub.ask("POST", f"{ORG}/devices/claim", body)
    assert (got, words.lower() in told["error"].lower()) == (status, True), told
    assert hub.ask("POST", f"{ORG}/devices/claim", {**body, "name": "A", "space_id": str(space), **md55(1)})[0] == 200


def test_what_may_not_be_claimed(hub: Hub) -> None:
    spaces = hub.spaces()
    assert hub.claim(spaces["Overview"], key=READER, **md55(1))[0] == 403
    assert hub.claim(spaces["Overview/Archive (closed)"], **md55(1))[0] == 403
    assert hub.claim(spaces["Overview/Kiosk (one device)"], **md55(1)) == (422, {"error": "Device limit reached"})
    assert hub.claim(spaces["Overview"], **md55(41)) == (422, {"error": "Device cannot be claimed"})
    assert hub.claim(hub.ask("GET", f"{ORG}/spaces", key=RIVAL)[1]["items"][0]["id"], **md55(1))[0] == 404


def test_rename_move_and_delete(hub: Hub) -> None:
    spaces = hub.spaces()
    device = hub.claim(spaces["Overview"], **md55(1))[1]["id"]
    assert hub.ask("PATCH", f"{ORG}/devices/{device}", {"name": "Møterom\n1"})[1]["name"] == "Møterom 1"
    assert hub.ask("PATCH", f"{ORG}/devices/{device}", {"configuration": {"a": 1}})[1]["name"] == "Møterom 1"
    assert hub.ask("PATCH", f"{ORG}/devices/{device}", {"name": " "})[0] == 422
    move = f"{ORG}/devices/{device}/move"
    assert hub.ask("POST", move, {"space_id": spaces["Overview/Oslo"]}) == (200, {"success": True})
    assert hub.ask("GET", f"{ORG}/devices/{device}")[1]["space"]["full_path"] == "Overview/Oslo"
    assert hub.ask("POST", move, {"space_id": spaces["Overview/Kiosk (one device)"]})[0] == 422
    assert hub.ask("POST", move, {"space_id": 987654}) == (404, {"error": "Space not found"})
    assert hub.ask("POST", move, {})[0] == 422
    for key, status in ((RIVAL, 404), (READER, 403), (practice.KEY, 200), (practice.KEY, 404)):
        assert hub.ask("DELETE", f"{ORG}/devices/{device}", key=key)[0] == status
    again = hub.claim(spaces["Overview"], **md55(1))[1]["id"]
    assert again != device, "its history is gone, and its ID with it"


def test_find_or_create_makes_a_path_once(hub: Hub) -> None:
    before = hub.spaces()
    oslo, target = before["Overview/Oslo"], f"{ORG}/spaces/find_or_create"
    first = hub.ask("POST", target, {"name": "Floor 2/Room 4", "parent_id": oslo, "config": {}})[1]
    assert first["full_path"] == "Overview/Oslo/Floor 2/Room 4"
    assert hub.ask("POST", target, {"name": "Floor 2/Room 4", "parent_id": str(oslo)})[1] == first
    assert hub.spaces().keys() - before.keys() == {"Overview/Oslo/Floor 2", first["full_path"]}
    assert hub.ask("POST", target, {"name": "Bergen"})[1]["parent_id"] is None
    for odd in ({}, {"name": ""}, {"name": "a//b"}, {"name": "x" * 300}, {"name": "a", "parent_id": 987654}):
        assert hub.ask("POST", target, odd)[0] == 422
    assert hub.ask("POST", target, {"name": "Room 5", "parent_id": oslo}, key=READER)[0] == 403
    assert hub.claim(first["id"], **md55(1))[1]["space"]["full_path"] == first["full_path"]


def test_targets_of_no_vendor_are_shown_where_there_are_no_others(hub: Hub) -> None:
    database = hub.parts.database
    database.write(lambda session: session.execute(update(Project).values(vendor="")))
    made = hub.ask("POST", f"{ORG}/spaces/find_or_create", {"name": "New"})[1]
    assert {"Inventory", "New", "Overview/Oslo"} <= hub.spaces().keys()
    assert hub.claim(made["id"], **md55(1))[0] == 200


@pytest.mark.parametrize(
    ("report", "status"),
    [
        ({"hardware_key": "wrong", **md55(11)}, 403), (md55(11), 403), ({"hardware_key": practice.HARDWARE_KEY}, 422),
        ({"hardware_key": practice.HARDWARE_KEY, "sn": "MD55-2026-0011"}, 422),
        ({"hardware_key": practice.HARDWARE_KEY, "sn": "NOBODY", "mac": "00:00:00:00:00:00"}, 422),
        ({"hardware_key": practice.HARDWARE_KEY, "cloud_id": "Jx9practD2sAz7TyB504"}, 200),
        ({"hardware_key": practice.HARDWARE_KEY, "cloud_id": "Jx9practD2sAz7TyB504", **md55(11)}, 422),
        ([], 400), (b"{", 400),
    ],
)  # fmt: skip
def test_who_may_register(hub: Hub, report: Any, status: int) -> None:
    assert hub.ask("POST", "/v1/devices", report, key="")[0] == status


def test_a_hardware_key_that_was_taken_back(hub: Hub) -> None:
    hub.parts.database.write(lambda session: session.execute(update(Credential).values(revoked_at=NOW)))
    report = {"hardware_key": practice.HARDWARE_KEY, **md55(11)}
    assert hub.ask("POST", "/v1/devices", report, key="")[0] == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404), ("GET", "/core/v1/organization", 404), ("PUT", f"{ORG}/info", 405),
        ("GET", f"{ORG}/devices/claim", 404), ("GET", f"{ORG}/devices/{'x' * 5000}", 404),
        ("GET", f"{ORG}/devices/%00%ED%A0%80", 404), ("GET", f"{ORG}/devices/a%2Fb", 404), ("GET", "/v1/devices", 405),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_in_the_same_form(hub: Hub, method: str, path: str, status: int) -> None:
    assert hub.ask(method, path)[0] == status


_PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
_JSON = st.recursive(_PLAIN, lambda inner: st.lists(inner, max_size=3), max_leaves=5)
_FIELDS = st.sampled_from(["name", "space_id", "sn", "mac", "cloud_id", "parent_id"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(_FIELDS, _JSON), st.booleans())
def test_no_body_breaks_anything(hub: Hub, body: dict[str, Any], claims: bool) -> None:
    status, _ = hub.ask("POST", f"{ORG}/devices/claim" if claims else f"{ORG}/spaces/find_or_create", body)
    assert status in (200, 400, 404, 422)


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 5000, b"[]", b'"x"'])
def test_a_body_that_is_no_object(hub: Hub, body: bytes) -> None:
    assert hub.ask("POST", f"{ORG}/devices/claim", body)[0] == 400


def test_too_many_calls(url: str) -> None:
    with asyncio.Runner() as runner:
        hub = hub_over(url, runner, pacing=Pacing(2, 60.0), monotonic=lambda: 1000.0)
        assert [hub.ask("GET", f"{ORG}/info")[0] for _ in range(3)] == [200, 200, 429]
        assert int(hub.headers["retry-after"]) > 0
        hub.parts.database.close()


def test_a_database_that_fails_is_told_in_the_same_form(url: str, caplog: pytest.LogCaptureFixture) -> None:
    trouble: list[Exception] = []

    def faults(point: str) -> None:
        if point == "before_commit" and trouble:
            raise trouble.pop()

    with asyncio.Runner() as runner:
        hub = hub_over(url, runner, faults=faults)
        space = hub.spaces()["Overview"]
        for error, status in ((Busy(), 503), (RuntimeError("boom"), 500)):
            trouble.append(error)
            assert hub.claim(space, **md55(1))[0] == status
        assert hub.claim(space, **md55(1))[0] == 200, "nothing of it was kept"
        hub.parts.database.close()
    assert "boom" in caplog.text
    assert practice.KEY not in caplog.text


def test_practice_is_let_in_only_where_it_was_asked_for(filled: Path) -> None:
    settings_, secrets = practice.connection("http://127.0.0.1:8470/")
    assert settings_ == {"base_url": "http://127.0.0.1:8470/xyte"}
    assert secrets == {"api_key": practice.KEY}
    with opened(f"sqlite:///{filled}") as database:
        counted = database.read(lambda session: (
            len(list(session.scalars(select(Credential).where(Credential.vendor == "xyte")))),
            len(list(session.scalars(select(Token).join(Account).where(Token.label == practice.LABEL)))),
        ))
    assert counted == (1, 1)
