"""Datacake's own rules: the gate of the plan, the lock, sharing, privacy, and documents that nobody should send."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from graphql import get_introspection_query
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.server.app import build
from station.server.dialects.datacake import practice
from tests.backends.world_datacake import CLOSED, FLEET, GOOD, MAKER, MAKERS_TOKEN, MISSING, SMALL, THEIRS, fill
from tests.backends.worlds import READER, TOKEN
from tests.server.desks import Clock

CLAIM = """mutation Claim($input: AddPincodeDeviceInputType!) {
  addPincodeDevice(input: $input) { ok error device { id verboseName serialNumber } }
}"""
UPDATE = """mutation($id: String!, $input: UpdateDeviceInputType) {
  updateDevice(deviceId: $id, input: $input) { ok device { verboseName claimed claimingEnabled claimCode } }
}"""
SHARE = "mutation($id: String!, $w: String!) { claimDeviceIntoWorkspace(deviceId: $id, workspaceId: $w) { ok } }"
REVOKE = """mutation($input: RevokeDeviceClaimsInput!) {
  revokeDeviceClaims(input: $input) { ok error revokedCount devices { serialNumber } }
}"""
REMOVE = "mutation($input: RemoveDeviceInput!) { removeDevice(input: $input) { ok } }"
LIST = """query($w: String!) { workspace(id: $w) { deviceCount devicesFiltered(pageSize: 50) {
  total devices { id serialNumber verboseName claimed plan(workspace: $w) { slug } product { workspace { id } } }
} } }"""
DISABLED = "Claiming is disabled for this device"
Story = Callable[["Kiosk"], Awaitable[None]]


class Kiosk:
    """Asks the dialect under a token, and may change it."""

    def __init__(self, client: httpx.AsyncClient, clock: Clock) -> None:
        self.client, self.clock, self.token = client, clock, TOKEN

    async def post(self, body: Any, **headers: str) -> httpx.Response:
        sign = {"Authorization": f"Token {self.token}"} if self.token else {}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Content-Type": "application/json", **sign, **headers}
        return await self.client.post("/datacake/graphql/", content=content, headers=given)

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        told = await self.post({"query": query, "variables": variables})
        assert told.status_code == 200, told.text
        answer: dict[str, Any] = told.json()
        return answer

    async def claim(self, serial: str, pin: str = "4711", workspace: str = GOOD) -> dict[str, Any]:
        given = {"workspace": workspace, "serialNumber": serial, "pinCode": pin}
        told = await self.ask(CLAIM, input=given)
        if told.get("errors"):
            return {"code": told["errors"][0]["extensions"]["code"]}
        result: dict[str, Any] = told["data"]["addPincodeDevice"]
        return result

    async def ids(self, workspace: str) -> dict[str, str]:
        told = await self.ask(LIST, w=workspace)
        devices = told["data"]["workspace"]["devicesFiltered"]["devices"]
        return {device["serialNumber"]: device["id"] for device in devices}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("datacake-dialect"))


@pytest.fixture
def tell(tmp_path: Path, template: Path) -> Callable[[Story], None]:
    """Runs a story against a server of its own."""
    url = f"sqlite:///{shutil.copy(template, tmp_path / 'registry.db')}"

    def run(story: Story) -> None:
        async def told() -> None:
            clock = Clock()
            app = build(url, clock=clock)
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url="http://server")
            async with app.router.lifespan_context(app), client:
                await story(Kiosk(client, clock))

        asyncio.run(told())

    return run


Tell = Callable[[Story], None]


def test_a_claim_shares_and_closes_the_lock(tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        claimed = await kiosk.claim("sn-free-1")
        assert claimed["ok"] is True
        again = await kiosk.claim("SN-FREE-1")
        assert (again["ok"], "already" in again["error"]) == (False, True)
        assert (await kiosk.claim("SN-FREE-1", workspace=FLEET))["error"] == DISABLED, "the lock is closed"
        here = (await kiosk.ask(LIST, w=GOOD))["data"]["workspace"]
        shared = {each["serialNumber"]: each for each in here["devicesFiltered"]["devices"]}["SN-FREE-1"]
        assert (shared["plan"], shared["product"]["workspace"], shared["claimed"]) == (None, None, True)
        assert here["deviceCount"] == 0, "a shared device counts with its owner"
        kiosk.token = MAKERS_TOKEN
        owned = (await kiosk.ask(LIST, w=MAKER))["data"]["workspace"]
        mine = {each["serialNumber"]: each for each in owned["devicesFiltered"]["devices"]}
        assert mine["SN-FREE-1"]["id"] == claimed["device"]["id"], "the owner keeps it"
        assert mine["SN-FREE-1"]["product"]["workspace"] == {"id": MAKER}

    tell(story)


def test_the_owner_never_learns_who_claimed(tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        before = await _seen_by_owner(kiosk)
        kiosk.token = TOKEN
        assert (await kiosk.claim("SN-FREE-1"))["ok"] is True
        after = await _seen_by_owner(kiosk)
        assert before.replace('"claimed": false', '"claimed": true', 1).count("true") == after.count("true")
        assert GOOD not in after
        assert "Good" not in after
        told = await kiosk.post({"query": f'{{ workspace(id: "{GOOD}") {{ id }} }}'})
        assert told.json()["data"] == {"workspace": None}

    tell(story)


async def _seen_by_owner(kiosk: Kiosk) -> str:
    kiosk.token = MAKERS_TOKEN
    return json.dumps(await kiosk.ask(LIST, w=MAKER))


def test_the_gate_the_lock_and_what_is_unknown(tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        for serial in ("SN-PLAN-1", "SN-CLOSED-1", "SN-THEIRS-1"):
            assert await kiosk.claim(serial) == {"ok": False, "error": DISABLED, "device": None}
        for serial in ("SN-NOWHERE", "SN-SHY-1", "SN-OTHER-1", "", "\x00", "\ud800", "x" * 10_000):
            assert (await kiosk.claim(serial))["error"] == "Device not found", serial[:20]
        assert await kiosk.claim("SN-FREE-1", workspace=MISSING) == {"code": "NOT_FOUND"}
        assert await kiosk.claim("SN-FREE-1", workspace=THEIRS) == {"code": "NOT_FOUND"}
        assert await kiosk.claim("SN-FREE-1", workspace=CLOSED) == {"code": "NOT_AUTHORIZED"}
        assert (await kiosk.claim("SN-FREE-1", workspace=SMALL))["ok"] is True
        assert await kiosk.claim("SN-FREE-2", workspace=SMALL) == {"code": "INSUFFICIENT_QUOTA"}
        kiosk.token = READER
        assert await kiosk.claim("SN-FREE-2") == {"code": "NOT_AUTHORIZED"}
        kiosk.token = ""
        assert await kiosk.claim("SN-FREE-2") == {"code": "NOT_AUTHENTICATED"}

    tell(story)


def test_several_may_hold_what_allows_multiple_claims(tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        for workspace in (GOOD, FLEET):
            assert (await kiosk.claim("SN-MANY-1", workspace=workspace))["ok"] is True
        assert "already" in (await kiosk.claim("SN-MANY-1"))["error"]

    tell(story)


def test_guessing_pins_is_slowed_down(tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        for _ in range(5):
            assert (await kiosk.claim("SN-FREE-1", "0000"))["error"] == "Wrong pin code"
        assert "Too many" in (await kiosk.claim("SN-FREE-1"))["error"], "even the right one waits now"
        valid = 'mutation { kemperDeviceValid(pinCode: "4711", serialNumber: "SN-FREE-1") { ok } }'
        assert (await kiosk.ask(valid))["data"]["kemperDeviceValid"]["ok"] is False, "no other way round it"
        kiosk.clock.now += timedelta(minutes=1)
        assert (await kiosk.claim("SN-FREE-1"))["ok"] is True

    tell(story)


def test_the_claimer_opens_claiming_with_a_new_code(tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        device = (await kiosk.claim("SN-FREE-1"))["device"]["id"]
        for half in ({"canBeClaimed": True}, {"claimCode": "neu-1"}):
            flags = (await kiosk.ask(UPDATE, id=device, input=half))["data"]["updateDevice"]["device"]
            assert flags["claimed"] is True, "either alone leaves the lock closed"
        both = {"canBeClaimed": True, "claimCode": "neu-1", "claimSerialNumber": "ALIAS-7", "verboseName": "Hall 4"}
        opened = (await kiosk.ask(UPDATE, id=device, input=both))["data"]["updateDevice"]["device"]
        assert opened == {"verboseName": "Hall 4", "claimed": False, "claimingEnabled": True, "claimCode": None}
        assert (await kiosk.claim("SN-FREE-1", "neu-1", FLEET))["error"] == "Device not found", "it has another serial"
        assert (await kiosk.claim("ALIAS-7", "4711", FLEET))["error"] == "Wrong pin code"
        assert (await kiosk.claim("alias-7", "neu-1", FLEET))["ok"] is True
        kiosk.token = MAKERS_TOKEN
        shut = (await kiosk.ask(UPDATE, id=device, input={"canBeClaimed": False}))["data"]["updateDevice"]
        assert (shut["ok"], shut["device"]["claimed"], shut["device"]["verboseName"]) == (True, True, "Hall 4")
        stranger = await kiosk.ask(UPDATE, id=str(uuid4()), input={"canBeClaimed": False})
        assert stranger["errors"][0]["extensions"]["code"] == "DEVICE_NOT_FOUND"

    tell(story)


def test_the_owner_shares_and_revokes(tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        ids = await kiosk.ids(FLEET)
        free, locked = ids["SN-OWN-1"], ids["SN-OWN-2"]
        for _ in range(2):
            assert (await kiosk.ask(SHARE, id=free, w=GOOD))["data"]["claimDeviceIntoWorkspace"] == {"ok": True}
        assert (await kiosk.ask(SHARE, id=locked, w=GOOD))["data"]["claimDeviceIntoWorkspace"] == {"ok": False}
        foreign = (await kiosk.ids(GOOD))["SN-OURS-1"]
        assert (await kiosk.ask(SHARE, id=foreign, w=FLEET))["data"]["claimDeviceIntoWorkspace"] == {"ok": False}
        for workspace, device, count in ((THEIRS, locked, 1), (THEIRS, locked, 0), (GOOD, free, 1), (MISSING, free, 0)):
            asked = {"deviceIds": [device], "workspaceId": workspace}
            told = (await kiosk.ask(REVOKE, input=asked))["data"]["revokeDeviceClaims"]
            assert (told["ok"], told["revokedCount"], len(told["devices"])) == (True, count, count)
        assert "SN-OWN-1" not in await kiosk.ids(GOOD)
        told = await kiosk.ask(REVOKE, input={"deviceIds": [foreign], "workspaceId": GOOD})
        assert told["errors"][0]["extensions"]["code"] == "DEVICE_NOT_FOUND", "not ours to revoke"

    tell(story)


def test_removing_drops_a_reference_here_and_the_device_at_its_owner(tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        shared = (await kiosk.ids(GOOD))["SN-OURS-1"]
        asked = {"deviceId": shared, "workspaceId": GOOD}
        assert (await kiosk.ask(REMOVE, input=asked))["data"]["removeDevice"] == {"ok": True}
        assert "SN-OURS-1" not in await kiosk.ids(GOOD)
        assert (await kiosk.ask(REMOVE, input=asked))["errors"][0]["extensions"]["code"] == "DEVICE_NOT_FOUND"
        owned = (await kiosk.ids(FLEET))["SN-OWN-1"]
        gone = {"deviceId": owned, "workspaceId": FLEET}
        assert (await kiosk.ask(REMOVE, input=gone))["data"]["removeDevice"] == {"ok": True}
        assert "SN-OWN-1" not in await kiosk.ids(FLEET)
        assert (await kiosk.claim("SN-OWN-1"))["error"] == "Device not found"

    tell(story)


def test_pages_hold_every_device_once(tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        kiosk.token = MAKERS_TOKEN
        query = """query($w: String!, $p: Int) { workspace(id: $w) {
          devicesFiltered(page: $p, pageSize: 4, orderBy: { serialNumber: ASC }) { total devices { serialNumber } }
        } }"""
        found: list[str] = []
        for page in range(5):
            listed = (await kiosk.ask(query, w=MAKER, p=page))["data"]["workspace"]["devicesFiltered"]
            found += [device["serialNumber"] for device in listed["devices"]]
        assert listed["devices"] == []
        assert len(found) == len(set(found)) == listed["total"] == 10
        free = "query($s: String!) { serialNumberAvailable(serialNumber: $s) }"
        assert [(await kiosk.ask(free, s=serial))["data"] for serial in ("SN-FREE-1", "SN-9")] == [
            {"serialNumberAvailable": False}, {"serialNumberAvailable": True}
        ]

    tell(story)


HOSTILE = {
    "no query": {"variables": {}},
    "not an object": [],
    "variables are no object": {"query": "{ user { id } }", "variables": [1]},
    "not a document": {"query": "}{"},
    "deep": {"query": "{ a " * 2000},
    "long": {"query": "{ user { id } }" + " " * 60_000},
    "many aliases": {"query": "{" + " ".join(f"a{at}: allWorkspaces {{ id }}" for at in range(100)) + "}"},
    "a fragment in itself": {"query": "{ ...A } fragment A on Query { ...A user { id } }"},
    "fragments that double": {
        "query": "{ ...F0 } fragment F30 on Query { user { id } } "
        + " ".join(f"fragment F{at} on Query {{ ...F{at + 1} ...F{at + 1} }}" for at in range(30))
    },
    "schema in circles": {"query": "{ __schema { types { fields { type { fields { type { fields { name }}}}}}}}"},
    "a workspace that is none": {"query": CLAIM, "variables": {"input": {"workspace": "x", "serialNumber": "S"}}},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_nobody_should_send_is_refused(name: str, tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        told = await kiosk.post(HOSTILE[name])
        assert told.status_code == 400, told.text
        assert told.json()["errors"][0]["message"]

    tell(story)


def test_a_pin_is_in_no_refusal(tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        given = {"workspace": "no uuid", "serialNumber": "SN-FREE-1", "pinCode": "canary-77"}
        told = await kiosk.post({"query": CLAIM, "variables": {"input": given}})
        assert told.status_code == 400
        assert "canary-77" not in told.text
        for body in (b"\xff\xfe", b"[" * 100_000, b"{", b""):
            assert (await kiosk.post(body)).status_code == 400

    tell(story)


def test_the_schema_may_be_read_and_bearer_is_no_token(tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        told = await kiosk.ask(get_introspection_query())
        assert told["data"]["__schema"]["mutationType"]["name"] == "Mutations"
        answer = await kiosk.post({"query": "{ user { id } }"}, Authorization=f"Bearer {TOKEN}")
        assert answer.json() == {"data": {"user": None}}
        assert (await kiosk.client.get("/datacake/graphql/")).status_code == 405
        assert (await kiosk.client.get("/datacake/v1/devices/")).status_code == 404

    tell(story)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(codec=None), max_size=30) | st.binary(max_size=30), min_size=1, max_size=9))
def test_any_body_gets_an_answer(texts: list[str | bytes], tell: Tell) -> None:
    async def story(kiosk: Kiosk) -> None:
        for text in texts:
            body = text if isinstance(text, bytes) else {"query": text}
            assert (await kiosk.post(body)).status_code in (200, 400)
            if isinstance(text, str):
                assert "errors" in (await kiosk.post({"query": "{ user { id } }", "operationName": text or "x"})).json()

    tell(story)


def test_practice_names_what_its_delivery_uses() -> None:
    slugs = {target.id for target in practice.TARGETS}
    text = practice.DELIVERY.read_text(encoding="utf-8")
    named = {word for line in text.splitlines() for word in line.replace("/", ",").split(",") if word.count("-") == 4}
    assert named <= slugs
    made, secrets = practice.connection("http://127.0.0.1:8470/")
    assert made == {"base_url": "http://127.0.0.1:8470/datacake/graphql/", "workspace": practice.SITE}
    assert secrets == {"token": practice.TOKEN}
