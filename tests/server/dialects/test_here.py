"""HERE Tracking's protocol over the practice delivery; every answer is held to a JSON schema of its descriptions.

The schemas are written from the vendor's own API descriptions. What the live service answers, nobody asked it.
"""

import asyncio
import json
import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client
from sqlalchemy import update
from sqlalchemy.orm import Session

from station.backends.wire import inside
from station.server.app import Pacing, build
from station.server.auth import grant
from station.server.database import Busy
from station.server.dialects.here import practice
from station.server.registry.house import find_organization, opened
from station.server.sample import fill_dialects
from station.server.tables import Credential
from tests.server.desks import Clock

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DESK, RIVAL, READER = "a-token-of-the-desk", "a-token-of-northwind", "a-token-that-only-looks"
YARD, DEPOT, KIOSK, OLD, GUEST = (target.id for target in practice.TARGETS[:5])
THEIRS = practice.TARGETS[5].id
PHYSICAL = "5a2e0f00-0000-4000-8000-0000000001"
SCHEMAS = {
    path.stem: Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
    for path in (Path(__file__).parent / "schemas" / "here").glob("*.json")
}
ANSWERS = (
    (r"GET /(registry|users)/v2/health", "health"),
    (r"(GET|PUT) /registry/v2/devices/.+", "claimed"),
    (r"GET /registry/v2/licenses", "licenses"),
    (r"GET /registry/v2/[^/]+/licenseCount", "license_count"),
    (r"GET /registry/v2/[^/]+/devices", "provisioned"),
    (r"POST /registry/v2/[^/]+/devices", "job"),
    (r"POST /registry/v2/[^/]+/one-device", "one_device"),
    (r"GET /registry/v2/[^/]+/status", "job_status"),
    (r"GET /registry/v2/[^/]+/results", "job_results"),
    (r"GET /registry/v2/[^/]+", "device"),
    (r"GET /users/v2/devices", "project_devices"),
    (r"POST /users/v2/(login|refresh)", "login"),
    (r"POST /users/v2/tokenExchange", "exchange"),
    (r"POST /oauth2/token", "token"),
    (r"(GET|PUT) /metadata/v2/devices/.+", "metadata"),
    (r"GET /aliases/v2/[^/]+", "aliases"),
    (r"PUT /aliases/v2/.+", "claimed"),
)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name].schema)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, delivery_file: Path) -> Path:
    """A registry with the sample delivery, this vendor's practice, and tokens of three more accounts."""
    file = Path(shutil.copy(delivery_file, tmp_path_factory.mktemp("here") / "registry.db"))

    def tokens(session: Session) -> None:
        ours, theirs = (find_organization(session, slug) for slug in ("example", "northwind"))
        assert ours is not None
        assert theirs is not None
        grant(session, ours, "desk", DESK, NOW, "test")
        grant(session, theirs, "rival", RIVAL, NOW, "test")
        grant(session, ours, "reader", READER, NOW, "test").may_claim = False

    with opened(f"sqlite:///{file}") as database:
        for _ in range(2):  # at a second start nothing is added twice
            fill_dialects(database, {"here": practice}, NOW, known_secrets=True)
        database.write(tokens)
    return file


@dataclass
class Tracking:
    """The dialect as a caller of it sees it; what it answers is checked against its schema."""

    app: Any
    runner: asyncio.Runner
    clock: Clock
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, target: str, body: Any = None, token: str = DESK, **headers: str
    ) -> tuple[int, Any]:
        address = urlsplit(target)
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = ({"Authorization": f"Bearer {token}"} if token else {}) | headers
        asked = inside.Asked(method, f"/here{address.path}", parse_qsl(address.query), sent, raw)
        told = self.runner.run(inside.ask(self.app, asked.scope(), raw))
        self.headers = told.headers
        raw = told.body(10**7)
        if told.status == 204:
            assert raw == b""
            return 204, None
        answer = json.loads(raw)
        SCHEMAS[self.schema(method, unquote(address.path), told.status)].validate(answer)
        return told.status, answer

    def schema(self, method: str, path: str, status: int) -> str:
        if status >= 400:
            return "account_error" if path == "/oauth2/token" and status != 400 else "error"
        return next(name for pattern, name in ANSWERS if re.fullmatch(pattern, f"{method} {path}", re.DOTALL))

    def claim(self, named: str, project: str = YARD, app: str = practice.APP, token: str = DESK) -> tuple[int, Any]:
        query = {"projectId": project} | ({"appId": app} if app else {})
        return self.ask("PUT", f"/registry/v2/devices/{quote(named, safe='')}?{urlencode(query)}", token=token)

    def sign(
        self, key: str = practice.KEY, secret: str = practice.SECRET, scope: str = "", **more: Any
    ) -> dict[str, Any]:
        """A signed request for a client token, to be asked."""
        form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        stamp = more.pop("timestamp", str(int(self.clock.now.timestamp())))
        client = Client(key, secret, **({"signature_method": SIGNATURE_HMAC_SHA256, "timestamp": stamp} | more))
        body = urlencode(form)
        _, headers, _ = client.sign(
            "http://localhost/here/oauth2/token", "POST", body, {"Content-Type": "application/x-www-form-urlencoded"}
        )
        return {"method": "POST", "target": "/oauth2/token", "body": body.encode(), "token": "", **headers}


def tracking_over(url: str, runner: asyncio.Runner, **options: Any) -> Tracking:
    """The time that calls are counted by stands still: no count begins anew in the middle of a test."""
    clock = Clock(NOW)
    return Tracking(build(url, clock=clock, **{"monotonic": lambda: 1000.0} | options), runner, clock)


@pytest.fixture
def url(tmp_path: Path, filled: Path) -> str:
    return f"sqlite:///{shutil.copy(filled, tmp_path / 'registry.db')}"


@pytest.fixture
def here(url: str) -> Iterator[Tracking]:
    with asyncio.Runner() as runner:
        found = tracking_over(url, runner)
        yield found
        found.app.state.parts.database.close()


def test_who_calls(here: Tracking) -> None:
    assert here.ask("GET", "/registry/v2/health", token="") == (200, {"message": "healthy"})
    assert here.ask("GET", "/registry/v2/licenses")[0] == 200
    for token in ("", " ", "nobody", "x" * 10_000):
        assert here.ask("GET", "/registry/v2/licenses", token=token)[0] == 401
    assert here.ask("GET", "/registry/v2/licenses", token="", Authorization=f"Token {DESK}")[0] == 401


def test_a_request_id_is_a_uuid4_where_it_is_sent(here: Tracking) -> None:
    path = "/registry/v2/licenses"
    assert here.ask("GET", path, **{"X-Request-Id": str(uuid4())})[0] == 200
    for odd in ("", "desk-1", "0f9a3c1e-6d2b-1b7a-8c5d-1e2f3a4b5c6d", "0f9a3c1e6d2b4b7a8c5d1e2f3a4b5c6d"):
        status, answer = here.ask("GET", path, **{"X-Request-Id": odd})
        assert (status, answer["details"]) == (400, {"hereErrorCode": 400306})
    path = f"/registry/v2/devices/{PHYSICAL}01?projectId={YARD}"
    assert here.ask("PUT", path, **{"X-Request-Id": "desk-1"})[0] == 400
    assert here.ask("GET", path)[0] == 404, "and nothing was claimed"


def test_projects_with_their_licences(here: Tracking) -> None:
    answer = here.ask("GET", "/registry/v2/licenses")[1]
    found = {each["projectId"]: each for each in answer["licenses"]}
    assert set(found) == {YARD, DEPOT, KIOSK, OLD, GUEST}
    assert (answer["start"], answer["end"], answer["total"]) == (0, 5, 5)
    assert found[YARD]["projectHrn"] == f"hrn:here:authorization::{practice.REALM}:project/practice-yard"
    assert [found[each]["expired"] for each in (YARD, OLD)] == [False, True]
    assert [found[each].get("quota") for each in (YARD, KIOSK, DEPOT)] == [
        {"provisioning": 499}, {"provisioning": 0}, None]  # fmt: skip
    page = here.ask("GET", "/registry/v2/licenses?startIndex=1&endIndex=3")[1]
    assert [each["projectId"] for each in page["licenses"]] == [DEPOT, KIOSK]
    assert (page["start"], page["end"], page["total"]) == (1, 3, 5)
    named = here.ask("GET", f"/registry/v2/licenses?projectIds={YARD}&projectIds={THEIRS}")[1]
    assert [each["projectId"] for each in named["licenses"]] == [YARD]
    for odd in ("startIndex=-1", "endIndex=x", "startIndex=99999999999", "projectIds=" + "x" * 51):
        assert here.ask("GET", f"/registry/v2/licenses?{odd}")[0] == 400
    assert here.ask("GET", f"/registry/v2/{practice.APP}/licenseCount")[1]["count"] == 1
    assert here.ask("GET", "/registry/v2/northwind-app/licenseCount")[0] == 404


def test_a_device_is_claimed_once_and_told_to_its_holder_alone(here: Tracking) -> None:
    status, first = here.claim("pallet-001")
    assert status == 201
    assert here.claim("pallet-001") == (200, first), "the same user again"
    assert here.claim("pallet-001", DEPOT) == (200, first), "wherever it is"
    assert here.claim("pallet-001", THEIRS, token=RIVAL)[0] == 409
    path = f"/registry/v2/devices/pallet-001?appId={practice.APP}"
    assert here.ask("GET", path) == (200, first)
    assert here.ask("GET", path, token=RIVAL)[0] == 404, "not visible, not claimed, not provisioned: one answer"
    assert here.ask("GET", "/registry/v2/devices/pallet-001")[0] == 404, "an external ID means nothing without its app"
    assert here.claim("pallet-001", app="another-app-01")[0] == 404
    assert here.ask("GET", f"/registry/v2/{first['trackingId']}")[1]["deviceId"].startswith("VRDE-")
    status, second = here.claim(f"{PHYSICAL}01", app="")
    assert (status, second["trackingId"][:5]) == (201, "HERE-")
    data = here.ask("GET", f"/users/v2/devices?projectId={YARD}")[1]["data"]
    assert {"trackingId": first["trackingId"], "externalId": "pallet-001", "appId": practice.APP} in data
    assert {"trackingId": second["trackingId"]} in data


def test_a_claim_given_back_comes_again_under_another_tracking_id(here: Tracking) -> None:
    _, first = here.claim("pallet-ø/9 #1")
    path = f"/registry/v2/{first['trackingId']}"
    assert here.ask("DELETE", path, token=RIVAL)[0] == 404
    assert here.ask("DELETE", path, token=READER)[0] == 403
    assert here.ask("DELETE", path) == (204, None)
    assert here.ask("DELETE", path)[0] == 404
    assert here.ask("GET", path)[0] == 404
    status, second = here.claim("pallet-ø/9 #1", THEIRS, token=RIVAL)
    assert status == 201
    assert second["trackingId"] != first["trackingId"]
    assert here.ask("GET", f"/metadata/v2/devices/{first['trackingId']}", token=RIVAL)[0] == 404


def test_claims_that_came_with_the_delivery_have_tracking_ids_too(here: Tracking) -> None:
    status, held = here.ask("GET", f"/registry/v2/devices/pallet-102?appId={practice.APP}")
    assert status == 200
    assert here.ask("GET", f"/registry/v2/{held['trackingId']}")[0] == 200
    wrong = held["trackingId"].replace("VRTR-", "HERE-")
    assert here.ask("GET", f"/registry/v2/{wrong}")[0] == 404
    assert here.ask("DELETE", f"/registry/v2/{held['trackingId']}") == (204, None)


REFUSED = [
    ("pallet-201", YARD, practice.APP, 409, "already exists"),
    ("pallet-301", YARD, practice.APP, 404, "resource was not found"),
    ("pallet-302", YARD, practice.APP, 403, "privileges"),
    ("pallet-303", YARD, practice.APP, 404, "resource was not found"),
    ("pallet-999", YARD, practice.APP, 404, "resource was not found"),
    ("kiosk-002", KIOSK, "practice-kiosk-app", 403, "quota"),
    ("pallet-002", OLD, practice.APP, 403, "license"),
    ("pallet-002", GUEST, practice.APP, 403, "privileges"),
    ("pallet-002", THEIRS, practice.APP, 404, "project"),
    ("pallet-002", "gone", practice.APP, 404, "project"),
    ("pallet-002", "inventory", practice.APP, 404, "project"),
    ("pallet-002", "x" * 51, practice.APP, 400, "format"),
    ("pallet-002", YARD, "short", 400, "format"),
    ("x" * 51, YARD, practice.APP, 400, "format"),
]


def test_refusals_say_what_is_wrong_and_claim_nothing(here: Tracking) -> None:
    for named, project, app, status, word in REFUSED:
        told, answer = here.claim(named, project, app)
        assert (told, answer["code"]) == (status, status), (named, project)
        assert word in answer["message"], (named, project)
    assert here.claim("pallet-002", token=READER)[0] == 403
    for query in ("", "&appId=practice-app"):
        told, answer = here.ask("PUT", f"/registry/v2/devices/pallet-002?{query}")
        assert told == 400
        assert "projectId" in answer["message"]
    assert here.claim("pallet-002")[0] == 201, "and none of them had an effect"
    assert here.ask("PUT", f"/registry/v2/devices/{PHYSICAL}06", token=RIVAL)[0] == 200, "one project alone is meant"


def test_two_at_once_get_one_claim(here: Tracking, url: str) -> None:
    one_by_one = threading.Lock()

    def work(token: str) -> int:
        with asyncio.Runner() as runner:
            other = tracking_over(url, runner)
            try:
                with one_by_one:  # its first request builds an app, and what builds it changes Python's warnings
                    other.ask("GET", "/registry/v2/health")
                return other.claim("pallet-003", THEIRS if token == RIVAL else YARD, token=token)[0]
            finally:
                other.app.state.parts.database.close()

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(work, [DESK, RIVAL, DESK, RIVAL]))
    assert told == [200, 201, 409, 409]


def test_client_tokens_are_given_for_good_signatures_alone(here: Tracking) -> None:
    status, granted = here.ask(**here.sign())
    assert (status, granted["token_type"], granted["expires_in"]) == (200, "bearer", 86399)
    assert here.ask("GET", "/registry/v2/licenses", token=granted["access_token"])[1]["total"] == 5
    wrong: list[tuple[dict[str, Any], int]] = [
        (here.sign(secret="guess"), 401300), (here.sign(key="nobody"), 401300), (here.sign(key=practice.EMAIL), 401300),
        (here.sign(timestamp=str(int(NOW.timestamp()) - 3600)), 401204), (here.sign(timestamp="soon"), 401204),
        (here.sign(signature_method="HMAC-SHA1"), 401205), (here.sign() | {"Authorization": ""}, 401200),
        (here.sign() | {"Authorization": 'OAuth oauth_nonce="1"'}, 401202),
        (here.sign() | {"body": b"grant_type=client_credentials&scope=x"}, 401300),
        (here.sign(scope=f"hrn:here:authorization::{practice.RIVAL_REALM}:project/estates"), 403109),
    ]  # fmt: skip
    for asked, code in wrong:
        assert here.ask(**asked)[1]["errorCode"] == code
    signed = here.sign()
    assert here.ask(**signed)[0] == 200
    assert here.ask(**signed)[1]["errorCode"] == 401207, "a nonce counts once"
    here.clock.turn(days=1)
    here.app.state.parts.sign_ins._known.clear()
    assert here.ask("GET", "/registry/v2/licenses", token=granted["access_token"])[0] == 401


def test_a_token_of_one_project_opens_that_one(here: Tracking) -> None:
    scope = f"hrn:here:authorization::{practice.REALM}:project/practice-depot"
    token = here.ask(**here.sign(scope=scope))[1]["access_token"]
    found = here.ask("GET", "/registry/v2/licenses", token=token)[1]["licenses"]
    assert [each["projectId"] for each in found] == [DEPOT]
    assert here.claim("pallet-004", token=token)[0] == 403, "the yard is another project"
    assert here.ask("PUT", f"/registry/v2/devices/{PHYSICAL}02", token=token)[0] == 201, "its own need not be named"
    assert here.ask("GET", f"/registry/v2/devices/pallet-101?appId={practice.APP}", token=token)[0] == 404
    assert here.ask("GET", f"/registry/v2/devices/pallet-102?appId={practice.APP}", token=token)[0] == 200
    native = here.runner.run(inside.ask(here.app, inside.Asked(
        "GET", "/xyte/core/v1/organization/info", (), {"Authorization": token}, b"").scope(), b""))
    assert native.status == 401, "at another vendor's it opens nothing"


def test_users_log_in_exchange_and_renew(here: Tracking) -> None:
    user = {"email": practice.EMAIL, "password": practice.PASSWORD}
    status, session = here.ask("POST", "/users/v2/login", user, token="")
    assert (status, session["realm"]) == (200, practice.REALM)
    assert here.ask("POST", "/users/v2/login", user | {"realm": practice.REALM.upper()}, token="")[0] == 200
    access, renewal = session["accessToken"], session["refreshToken"]
    assert here.ask("GET", "/registry/v2/licenses", token=access)[0] == 200
    assert here.ask("GET", "/registry/v2/licenses", token=renewal)[0] == 401, "a refresh token opens nothing"
    scope = f"hrn:here:authorization::{practice.REALM}:project/practice-yard"
    own = here.ask("POST", "/users/v2/tokenExchange", {"accessToken": access, "scope": scope}, token="")[1]
    assert here.ask("GET", "/registry/v2/licenses", token=own["accessToken"])[1]["total"] == 1
    for body, expected in (
        ({"accessToken": access, "scope": "no scope"}, 400), ({"accessToken": "nobody", "scope": scope}, 401),
        ({"accessToken": renewal, "scope": scope}, 401), ({"accessToken": access}, 400),
        ({"accessToken": access, "scope": scope.replace("practice-yard", "gone")}, 403),
    ):  # fmt: skip
        assert here.ask("POST", "/users/v2/tokenExchange", body, token="")[0] == expected
    again = {"accessToken": access, "refreshToken": renewal}
    status, renewed = here.ask("POST", "/users/v2/refresh", again, token="")
    assert (status, renewed["userId"], renewed["realm"]) == (200, session["userId"], practice.REALM)
    assert here.ask("POST", "/users/v2/refresh", again, token="")[0] == 401, "a refresh token counts once"
    assert here.ask("POST", "/users/v2/refresh", again | {"refreshToken": access}, token="")[0] == 401


def test_passwords_are_not_guessed_quickly(here: Tracking) -> None:
    for email in (practice.EMAIL, "nobody@example.org", practice.KEY):
        told = [
            here.ask("POST", "/users/v2/login", {"email": email, "password": f"guess {number}"}, token="")[0]
            for number in range(12)
        ]
        assert told[:10] == [401] * 10
        assert told[10:] == [429] * 2
        assert "retry-after" in here.headers


def test_keys_that_were_taken_back_or_have_ended_open_nothing(here: Tracking) -> None:
    database = here.app.state.parts.database
    for values in ({"revoked_at": NOW}, {"revoked_at": None, "expires_at": NOW - timedelta(days=1)}):
        database.write(lambda session, values=values: session.execute(update(Credential).values(**values)))
        assert here.ask(**here.sign())[0] == 401
        user = {"email": practice.EMAIL, "password": practice.PASSWORD}
        assert here.ask("POST", "/users/v2/login", user, token="")[0] == 401


def test_metadata_merges_and_aliases_stand_beside_it(here: Tracking) -> None:
    tracking = here.claim("pallet-005")[1]["trackingId"]
    path, aliases = f"/metadata/v2/devices/{tracking}", f"/aliases/v2/{tracking}"
    assert here.ask("PUT", path, {"name": "Pallet 5", "row": 7}) == (200, {"name": "Pallet 5", "row": 7})
    assert here.ask("PUT", path, {"row": None, "hall": "B"})[1] == {"name": "Pallet 5", "hall": "B"}
    assert here.ask("PUT", f"{aliases}/asset/{quote('A/17 ø', safe='')}")[0] == 200
    assert here.ask("GET", aliases)[1] == {"data": {"asset": ["A/17 ø"]}}
    assert here.ask("GET", path)[1] == {"name": "Pallet 5", "hall": "B"}
    assert here.ask("DELETE", f"{aliases}/asset/{quote('A/17 ø', safe='')}") == (204, None)
    assert here.ask("DELETE", f"{aliases}/asset/gone")[0] == 404
    assert here.ask("GET", aliases)[1] == {"data": {}}
    for body in (b"[]", b"{", b"\xff", b"[" * 10_000, {"x": "y" * 20_000}):
        assert here.ask("PUT", path, body)[0] == 400
    assert here.ask("PUT", path, {"name": "x"}, token=RIVAL)[0] == 404
    assert here.ask("PUT", path, {"name": "x"}, token=READER)[0] == 403
    assert here.ask("DELETE", path) == (204, None)
    assert here.ask("GET", path)[1] == {}


def test_licences_are_made_in_batches_and_claimed_at_once(here: Tracking) -> None:
    devices, app = f"/registry/v2/{practice.APP}/devices", practice.APP
    body = {"devices": [{"id": "new-1"}, {"id": "pallet-001"}, {"id": "new-2"}]}
    status, job = here.ask("POST", f"{devices}?autoclaim=true", body)
    assert status == 202
    assert here.ask("GET", f"/registry/v2/{job['jobId']}/status")[1] == {"status": "complete", "percent": 100}
    results = here.ask("GET", f"/registry/v2/{job['jobId']}/results")[1]
    assert [each["id"] for each in results["errors"]] == ["pallet-001"]
    assert [each["externalId"] for each in results["data"]] == ["new-1", "new-2"]
    assert here.ask("GET", f"/registry/v2/devices/new-1?appId={app}")[1] == {
        "trackingId": results["data"][0]["trackingId"]}  # fmt: skip
    assert here.ask("GET", f"/registry/v2/{job['jobId']}/results", token=RIVAL)[0] == 404
    one = here.ask("POST", f"/registry/v2/{app}/one-device")[1]
    assert here.claim(one["deviceId"], app="")[0] == 201
    seen: list[str] = []
    token = ""
    while True:
        page = here.ask("GET", f"{devices}?count=5{f'&pageToken={token}' if token else ''}")[1]
        seen += [each["deviceId"] for each in page["data"]]
        token = page.get("pageToken", "")
        if not token:
            break
    assert len(seen) == len(set(seen)) > 15
    assert one["deviceId"] in seen
    wrong: list[dict[str, Any]] = [
        {}, {"count": 0}, {"count": 1001}, {"count": True}, {"devices": []}, {"devices": [{"id": ""}]},
        {"count": 1, "devices": [{"id": "a"}]}, {"devices": [{"id": "x" * 51}]}, {"devices": "a"},
    ]  # fmt: skip
    for odd in wrong:
        assert here.ask("POST", devices, odd)[0] == 400, odd
    assert here.ask("POST", f"{devices}?autoclaim=true", {"count": 1})[0] == 400, "only virtual devices"
    assert here.ask("POST", "/registry/v2/northwind-app/devices", {"count": 1})[0] == 404
    assert here.ask("POST", devices, {"devices": [{"id": "n"}]}, token=READER)[0] == 202, "with an error for each"
    here.clock.turn(days=2)
    assert here.ask("GET", f"/registry/v2/{job['jobId']}/status")[0] == 404


def test_a_licence_that_was_given_back_is_gone_for_good(here: Tracking) -> None:
    path = f"/registry/v2/devices/{PHYSICAL}03"
    assert here.ask("DELETE", f"/registry/v2/devices/{PHYSICAL}05")[0] == 409, "claimed: not before it was given back"
    assert here.ask("DELETE", path, token=RIVAL)[0] == 403
    assert here.ask("DELETE", path) == (204, None)
    assert here.claim(f"{PHYSICAL}03", app="")[0] == 404
    assert here.ask("DELETE", path)[0] == 404


def test_nothing_is_here(here: Tracking) -> None:
    for method, path in (("GET", "/"), ("GET", "/registry/v3/licenses"), ("POST", "/nothing"), ("GET", "/oauth2")):
        assert here.ask(method, path)[0] == 404
    assert here.ask("POST", "/registry/v2/licenses")[0] == 405
    assert here.ask("GET", "/registry/v2/devices/status")[0] == 404, "a device of that name"


def test_pace_and_trouble_are_said_in_the_vendors_words(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with asyncio.Runner() as runner:
        here = tracking_over(url, runner, pacing=Pacing(2, 60.0))
        told = [here.ask("GET", "/registry/v2/licenses") for _ in range(3)]
        assert [status for status, _ in told] == [200, 200, 429]
        assert told[2][1]["message"] == "Too Many Requests"
        assert int(here.headers["retry-after"]) > 0
        here.app.state.parts.database.close()
        here = tracking_over(url, runner)
        here.ask("GET", "/registry/v2/licenses")
        for error, status in ((Busy(), 503), (RuntimeError("broken"), 500)):

            def fail(*_: Any, error: Exception = error) -> None:
                raise error

            with monkeypatch.context() as patched:
                patched.setattr(type(here.app.state.parts.database), "write", fail)
                assert here.claim("pallet-006")[0] == status
        assert here.claim("pallet-006")[0] == 201
        here.app.state.parts.database.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE"]),
    head=st.sampled_from([
        "/registry/v2/devices/", "/registry/v2/", "/aliases/v2/", "/metadata/v2/devices/", "/users/v2/", "/oauth2/",
        "/registry/v2/practice-app/", "/",
    ]),
    tail=st.text(max_size=60),
    query=st.dictionaries(
        st.sampled_from(["projectId", "appId", "count", "pageToken", "startIndex", "autoclaim"]), st.text(max_size=60)),
    body=st.binary(max_size=60) | st.dictionaries(
        st.sampled_from(["email", "password", "accessToken", "scope", "devices", "count", "refreshToken"]),
        st.none() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5))).map(
            lambda value: json.dumps(value).encode()),
)  # fmt: skip
def test_any_request_gets_an_answer(
    here: Tracking, method: str, head: str, tail: str, query: dict[str, str], body: bytes
) -> None:
    target = f"{head}{quote(tail, safe='', errors='surrogatepass')}"
    query = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    sent = {"Authorization": f"Bearer {DESK}"}
    asked = inside.Asked(method, f"/here{target}", [*query.items()], sent, body)
    told = here.runner.run(inside.ask(here.app, asked.scope(), body))
    assert told.status < 500
    assert told.whole


def test_a_practice_connection_names_what_the_practice_has(here: Tracking) -> None:
    wanted, secrets = practice.connection("http://127.0.0.1:8470/")
    assert wanted["token_url"] == "http://127.0.0.1:8470/here/oauth2/token"
    assert here.ask(**here.sign(secrets["key"], secrets["secret"]))[0] == 200
