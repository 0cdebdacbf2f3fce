"""Disruptive's dialect by itself: who is let in, hostile requests, its own form of each refusal, and practice."""

import asyncio
import base64
import shutil
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select

from station.backends.disruptive import Disruptive, DisruptiveSettings
from station.core.errors import SignInError
from station.core.finding import ClaimStatus, Holder
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from station.core.secret import Secret
from station.server.app import build
from station.server.database import Busy, Unreachable
from station.server.dialects.disruptive import practice
from station.server.registry.house import opened
from station.server.tables import Credential, Token
from tests.backends.wire.exchanges_disruptive import call_of
from tests.backends.world_disruptive import CLOSED, EMAIL, INVENTORY, OTHER, THEIRS, fill, secret_of
from tests.backends.worlds import READER, TOKEN

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
FREE, OURS, KITTED = "b5rj9ed7rihk942p4fr0", "b5rj9ed7rihk942p4urs", "b5rj9ed7rihk942p4f10"
BASE = "/disruptive/v2"
Work = Callable[[httpx.AsyncClient], Coroutine[Any, Any, None]]


class Clock:
    """A clock that stands until somebody turns it; ``ticks`` are its seconds."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def ticks(self) -> float:
        return (self.now - START).total_seconds()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def url(tmp_path: Path, registry: Path) -> str:
    return f"sqlite:///{Path(shutil.copyfile(registry, tmp_path / 'registry.db')).as_posix()}"


def with_client(app: FastAPI, work: Work, header: str | None = None) -> None:
    async def run() -> None:
        transport = httpx.ASGITransport(app=app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://s") as c:
            c.headers["Authorization"] = basic() if header is None else header
            await work(c)

    asyncio.run(asyncio.wait_for(run(), 20))


def basic(key: str = TOKEN, secret: str = "") -> str:
    return f"Basic {base64.b64encode(f'{key}:{secret or secret_of(key)}'.encode()).decode()}"


def signed(secret: str = "", key: str = TOKEN, algorithm: str = "HS256", **changed: Any) -> str:
    at = int(START.timestamp())
    claim = {"iat": at, "exp": at + 3600, "aud": "https://s/disruptive/oauth2/token", "iss": EMAIL} | changed
    return jwt.encode(claim, secret or secret_of(key), algorithm, headers={"kid": key})


async def exchange(client: httpx.AsyncClient, assertion: str, **changed: str) -> httpx.Response:
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    form = {"grant_type": grant, "assertion": assertion} | changed
    return await client.post("/disruptive/oauth2/token", data=form)


def check_refusal(answer: httpx.Response, status: int) -> str:
    body = answer.json()
    assert answer.status_code == status, body
    assert body.keys() == {"error", "code", "help"}
    assert (body["code"], type(body["error"]), body["help"].endswith(f"#{status}")) == (status, str, True)
    text: str = body["error"]
    return text


def test_a_token_lives_for_an_hour_and_opens_nothing_but_this(url: str) -> None:
    clock = Clock()

    async def work(client: httpx.AsyncClient) -> None:
        told = (await exchange(client, signed())).json()
        assert told["expires_in"] == 3600
        client.headers["Authorization"] = f"Bearer {told['access_token']}"
        assert (await client.get(f"{BASE}/organizations")).status_code == 200
        clock.now += timedelta(seconds=3601)
        check_refusal(await client.get(f"{BASE}/organizations"), 401)
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        check_refusal(await client.get(f"{BASE}/organizations"), 401)

    with_client(build(url, clock=clock, token=TOKEN, monotonic=clock.ticks), work)


def test_a_claim_that_is_not_right_is_refused_with_400(url: str) -> None:
    at = int(START.timestamp())
    wrong = {
        "another secret": signed(secret="another-secret-that-is-long-enough-for-it"),
        "no such key": signed(key="nobody"),
        "another's e-mail": signed(iss="other@example.org"),
        "another server": signed(aud="https://s/elsewhere"),
        "no audience": signed(aud=None),
        "from the future": signed(iat=at + 3600, exp=at + 7200),
        "over": signed(iat=at - 3700, exp=at - 100),
        "too long": signed(exp=at + 3601),
        "milliseconds": signed(iat=at * 1000, exp=at * 1000 + 3600),
        "texts for times": signed(iat="now", exp="later"),
        "another algorithm": signed(algorithm="HS512", secret="x" * 70),
        "none": jwt.encode({"iss": EMAIL}, "", "none", headers={"kid": TOKEN}),
        "no JWT": "nonsense", "nothing": "", "half a character": "\udfff", "long": "x" * 9000,
    }  # fmt: skip

    async def work(client: httpx.AsyncClient) -> None:
        for why, assertion in wrong.items():
            told = await exchange(client, assertion.encode("utf-8", "replace").decode())
            assert (told.status_code, told.json()["error"]) == (400, "invalid_grant"), why
        told = await exchange(client, signed(), grant_type="password")
        assert (told.status_code, told.json()["error"]) == (400, "unsupported_grant_type")
        told = await client.post("/disruptive/oauth2/token", params={"assertion": signed()})
        assert told.status_code == 400
        assert (await exchange(client, signed(iat=at - 5, exp=at + 3595))).status_code == 200

    with_client(build(url, clock=Clock()), work)


def test_keys_that_were_taken_back_have_ended_or_may_not_sign_in_plainly(url: str) -> None:
    def set_key(**values: Any) -> None:
        with opened(url) as database:

            def work(session: Any) -> None:
                key = session.scalars(select(Credential).where(Credential.name == TOKEN)).one()
                for name, value in values.items():
                    setattr(key, name, value)

            database.write(work)

    def status(header: str) -> list[int]:
        seen: list[int] = []

        async def work(client: httpx.AsyncClient) -> None:
            seen.append((await client.get(f"{BASE}/organizations")).status_code)
            seen.append((await exchange(client, signed())).status_code)

        with_client(build(url, clock=Clock()), work, header)
        return seen

    assert status(basic()) == [200, 200]
    odd = ["", "Basic", "Basic !!!", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Digest x", "Bearer ",
           "Bearer x", basic(secret="wrong")]  # fmt: skip
    assert {status(header)[0] for header in odd} == {401}
    set_key(basic=False)
    assert status(basic()) == [401, 200]
    set_key(basic=True, expires_at=START)
    assert status(basic()) == [401, 400]
    set_key(expires_at=None, revoked_at=START)
    assert status(basic()) == [401, 400]


def test_a_plain_key_opens_nothing_of_the_native_api(url: str) -> None:
    async def work(client: httpx.AsyncClient) -> None:
        assert (await client.get(f"{BASE}/organizations")).status_code == 200
        assert (await client.get("/api/v1/account")).status_code == 401

    with_client(build(url, clock=Clock()), work)


def test_refusals_have_the_vendors_form(url: str) -> None:
    claim = f"{BASE}/projects/{INVENTORY}/devices:claim"

    async def work(client: httpx.AsyncClient) -> None:
        verb = f"/projects/{INVENTORY}/devices:"
        for path in ("", "/", "/nothing", "/projects/", "/projects/a/b/c", "/projects/%2E%2E", "/v3", verb, f"{verb}x"):
            check_refusal(await client.get(f"{BASE}{path}"), 404)
        for project in ("gone", THEIRS, "%00", "%ED%A0%80", "x" * 5000, "a%2Fb"):
            check_refusal(await client.get(f"{BASE}/projects/{project}"), 404)
            check_refusal(await client.post(f"{BASE}/projects/{project}/devices:claim", json={"deviceIds": ["x"]}), 404)
        check_refusal(await client.post(f"{BASE}/projects/{CLOSED}/devices:claim", json={"deviceIds": ["x"]}), 403)
        for body in (b"", b"[]", b"{", b"null", b"[" * 100_000, b'{"deviceIds":"x"}', b'{"deviceIds":[1]}', b"{}",
                     b'{"kitIds":[[]]}', b'{"deviceIds":[]}', b"\xff", b"1" * 5000):  # fmt: skip
            check_refusal(await client.post(claim, content=body), 400)
        many = {"deviceIds": [str(n) for n in range(1001)]}
        check_refusal(await client.post(claim, json=many), 400)
        check_refusal(await client.post(f"{claim}?dryRun=maybe", json={"deviceIds": [FREE]}), 400)
        for query in ("pageToken=zz", "pageSize=0", "pageSize=-1", "pageSize=x", "organization=us"):
            check_refusal(await client.get(f"{BASE}/projects?{query}"), 400)
        check_refusal(await client.get(f"{BASE}/projects?organization=organizations/them"), 403)
        check_refusal(await client.get(f"{BASE}/claimInfo?identifier={FREE}&organization=organizations/them"), 403)
        check_refusal(await client.get(f"{BASE}/projects/-/devices"), 400)
        for code in ("", "%00", "x" * 300, "%0a"):
            check_refusal(await client.get(f"{BASE}/claimInfo?identifier={code}"), 400)

    with_client(build(url, clock=Clock()), work)


def test_a_reader_reads_and_changes_nothing(url: str) -> None:
    name = f"projects/{INVENTORY}/devices/{OURS}"

    async def work(client: httpx.AsyncClient) -> None:
        assert (await client.get(f"{BASE}/claimInfo?identifier={FREE}")).status_code == 200
        assert (await client.get(f"{BASE}/{name}")).status_code == 200
        for verb, body in (("claim", {"deviceIds": [FREE]}), ("transfer", {"devices": [name]}),
                           ("batchUpdate", {"devices": [name], "addLabels": {"a": "b"}})):  # fmt: skip
            check_refusal(await client.post(f"{BASE}/projects/{OTHER}/devices:{verb}", json=body), 403)

    with_client(build(url, clock=Clock()), work, basic(READER))


def test_a_server_in_trouble_says_so_in_the_vendors_form(url: str) -> None:
    faults: list[Exception] = []

    def fault(point: str) -> None:
        if point == "before_commit" and faults:
            raise faults.pop()

    async def work(client: httpx.AsyncClient) -> None:
        for error, status in ((Busy(), 503), (Unreachable(), 503), (RuntimeError("secret words"), 500)):
            faults.append(error)
            told = await client.post(f"{BASE}/projects/{INVENTORY}/devices:claim", json={"deviceIds": [FREE]})
            assert "secret" not in check_refusal(told, status)
        told = await client.get(f"{BASE}/claimInfo?identifier={FREE}")
        assert told.json()["device"]["isClaimed"] is False

    with_client(build(url, clock=Clock(), faults=fault), work)


def test_what_is_claimed_by_two_names_is_claimed_once(url: str) -> None:
    body = {"kitIds": ["MAPLE-free-box", "maple-free-box"], "deviceIds": [KITTED, "maple-free-box", "elsewhere-1"]}

    async def work(client: httpx.AsyncClient) -> None:
        told = (await client.post(f"{BASE}/projects/{INVENTORY}/devices:claim?dryRun=false", json=body)).json()
        assert sorted(each["deviceId"] for each in told["claimedDevices"]) == [
            KITTED, "b5rj9ed7rihk942p4f20", "b5rj9ed7rihk942p4f30",
        ]  # fmt: skip
        errors = [(each["deviceId"], each["code"]) for each in told["claimErrors"]["devices"]]
        assert errors == [("maple-free-box", "NOT_FOUND"), ("elsewhere-1", "NOT_FOUND")], "a kit is no device"
        assert told["claimErrors"]["kits"] == []

    with_client(build(url, clock=Clock()), work)


def test_pages_of_devices(url: str) -> None:
    async def work(client: httpx.AsyncClient) -> None:
        seen, token = [], ""
        for _ in range(5):
            query = f"organization=organizations/us&pageSize=1&pageToken={token}"
            told = (await client.get(f"{BASE}/projects/-/devices?{query}")).json()
            seen += [each["name"] for each in told["devices"]]
            token = told["nextPageToken"]
            if not token:
                break
        assert seen == [f"projects/{INVENTORY}/devices/{OURS}", f"projects/{INVENTORY}/devices/b5rj9ed7rihk942p4p10"]

    with_client(build(url, clock=Clock()), work)


def test_odd_names_and_labels_are_answered_one_by_one(url: str) -> None:
    name = f"projects/{INVENTORY}/devices/{OURS}"
    odd = ["", "devices/x", "projects//devices/x", f"projects/{INVENTORY}/devices/\x00", "x" * 9000]

    async def work(client: httpx.AsyncClient) -> None:
        told = await client.post(f"{BASE}/projects/{OTHER}/devices:transfer", json={"devices": [*odd, name]})
        assert told.json()["transferredDevices"] == [f"projects/{OTHER}/devices/{OURS}"]
        assert {each["status"]["code"] for each in told.json()["transferErrors"]} == {"INVALID_ARGUMENT"}
        assert len(told.json()["transferErrors"]) == len(odd)
        moved = f"projects/{OTHER}/devices/{OURS}"
        labels = {"a\x00b": "c\nd", "": "x", "k" * 900: "v" * 900, "name": "\x00"}
        change = {"devices": [moved], "addLabels": labels}
        told = await client.post(f"{BASE}/projects/{OTHER}/devices:batchUpdate", json=change)
        assert told.json()["batchErrors"] == []
        told = await client.get(f"{BASE}/{moved}")
        assert told.json()["labels"] == {"a b": "c d", "k" * 200: "v" * 200}
        for bad in ({"addLabels": [1]}, {"addLabels": {"a": 1}}, {"removeLabels": "a"}, {}):
            body = {"devices": [moved], **bad}
            check_refusal(await client.post(f"{BASE}/projects/{OTHER}/devices:batchUpdate", json=body), 400)

    with_client(build(url, clock=Clock()), work)


# Practice: the connection that ``station serve --practice`` prints, on the practice delivery.


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with the sample delivery and what all dialects practise with."""
    file = tmp_path_factory.mktemp("practice") / "registry.db"
    app = build(f"sqlite:///{file.as_posix()}", clock=lambda: datetime.now(UTC), practice=True, served=True)

    async def start() -> None:
        async with app.router.lifespan_context(app):
            pass

    asyncio.run(start())
    return file


@pytest.fixture
def practised(tmp_path: Path, delivery: Path) -> str:
    return f"sqlite:///{Path(shutil.copyfile(delivery, tmp_path / 'registry.db')).as_posix()}"


@contextmanager
def practising(url: str, **options: Any) -> Iterator[tuple[Callable[[Any], Any], Disruptive]]:
    app = build(url, clock=lambda: datetime.now(UTC), practice=True, served=True, **options)
    given, secrets = practice.connection("http://inside")
    own: dict[str, Any] = {**given, "settle_s": 0.0}
    backend = Disruptive(
        "practice_disruptive", DisruptiveSettings(**own), {name: Secret(text) for name, text in secrets.items()},
        lambda: datetime.now(UTC), app,
    )  # fmt: skip
    with asyncio.Runner() as runner:
        life = app.router.lifespan_context(app)
        runner.run(life.__aenter__())
        try:
            yield runner.run, backend
        finally:
            runner.run(backend.close())
            runner.run(life.__aexit__(None, None, None))


def code(text: str) -> Identifier:
    return Identifier.of(Kind.CODE, code=text)


def test_practice_holds_every_case(practised: str) -> None:
    asked = {
        "maple-harbor-lantern": ClaimStatus.UNCLAIMED,
        "oak-river-signal": ClaimStatus.PARTLY_CLAIMED,
        "birch-fjord-compass": ClaimStatus.UNCLAIMED,
        "cedar-valley-anchor": ClaimStatus.PARTLY_CLAIMED,
        "willow-meadow-kettle": ClaimStatus.CLAIMED,
        "c7pract1ce0d00000600": ClaimStatus.UNCLAIMED,
        "c7pract1ce0d00000640": ClaimStatus.NOT_FOUND,
        "c7pract1ce0d00000650": ClaimStatus.CLAIMED,
        "c7pract1ce0d00000660": ClaimStatus.CLAIMED,
        "c7pract1ce0d00000999": ClaimStatus.NOT_FOUND,
    }
    with practising(practised) as (run, backend):
        account = run(backend.account())
        assert (account.id, account.organization) == (practice.EMAIL, "Example Building Services")
        targets = run(backend.targets())
        assert [target.title for target in targets][:2] == ["Inventory", "Oslo-West"]
        assert len(targets) == 5
        found = run(backend.look_up([code(text) for text in asked], practice.INVENTORY))
        assert {finding.identifier.text: finding.status for finding in found} == asked
        holders = {one.device_id: one.holder for finding in found for one in finding.devices}
        assert holders["c7pract1ce0d00000650"] is Holder.OURS
        assert holders["c7pract1ce0d00000660"] is Holder.ANOTHER
        closed, tiny = "c7pract1ce0d00000670", "c7pract1ce0p00000050"
        told = run(backend.claim(call_of((closed, closed), target=practice.INVENTORY)))
        assert [each.outcome.kind for each in told.results] == [OutcomeKind.REJECTED]
        two = [(f"c7pract1ce0d000006{n}0",) * 2 for n in (0, 1)]
        told = run(backend.claim(call_of(*two, target=tiny)))
        assert sorted(each.outcome.kind for each in told.results) == [OutcomeKind.CLAIMED_NOW, OutcomeKind.OVER_QUOTA]


def test_practice_keys_are_kept_out_where_they_are_not_wanted(practised: str) -> None:
    with practising(practised, known_secrets=False) as (run, backend), pytest.raises(SignInError):
        run(backend.account())


def test_a_token_that_was_taken_back_is_replaced_in_passing(practised: str) -> None:
    ticks = [0.0]
    with practising(practised, monotonic=lambda: ticks[0]) as (run, backend):
        assert run(backend.account()).id
        with opened(practised) as database:
            database.write(lambda session: session.execute(delete(Token)))
        ticks[0] += 60  # who signed in is remembered for a moment
        assert run(backend.account()).id
