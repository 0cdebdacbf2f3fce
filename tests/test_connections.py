"""Backends are made of settings and secrets; a keyring that keeps people waiting holds up nothing but its own."""

import asyncio
import inspect
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from station.backends.base import Backend
from station.backends.listing import UnavailableError
from station.connections import REQUESTS, build_backend, late_backend
from station.core.errors import CallError, Cause, SignInError
from station.core.identifier import Identifier, Kind
from station.core.secret import Secret
from station.credentials import Credentials
from station.secret_file import SecretFile
from station.settings import ConnectionSettings, SettingsError
from tests.test_credentials import MemoryKeyring
from tests.test_secret_file import CHEAP, PASSPHRASE

FAR = {"base_url": "http://127.0.0.1:1"}
CANARY = "canary-2Lx"


def now() -> datetime:
    return datetime.now(UTC)


class Waiting(MemoryKeyring):
    """A keyring that asks a person, who takes their time."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.answered.wait(10)
        return super().get_password(service, username)


@pytest.fixture
def file(tmp_path: Path) -> SecretFile:
    return SecretFile(tmp_path / "secrets.sealed", CHEAP)


async def asked(backend: Backend) -> CallError:
    """The failure of one question, asked as the network asks it."""
    await backend.open()
    try:
        with pytest.raises(CallError) as error:
            await backend.account()
    finally:
        await backend.close()
    return error.value


@pytest.mark.parametrize(("values", "told"), [
    ({"nothing": 1}, "does not know nothing"),
    ({"base_url": 7}, "base_url must be a text"),
    ({"claim_timeout_s": "soon"}, "claim_timeout_s must be a number"),
    ({"look_ups_at_once": 1.5}, "look_ups_at_once must be a whole number"),
    ({"auth": "magic"}, "auth must be one of oauth, basic"),
    ({"whole_organization": "yes"}, "whole_organization must be true or false"),
])
def test_settings_of_the_wrong_shape_are_named(file: SecretFile, values: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        build_backend(ConnectionSettings("oslo", "disruptive", values), Credentials(file, {}), now)


def test_a_whole_number_of_seconds_will_do(file: SecretFile) -> None:
    made = build_backend(ConnectionSettings("a", "local", {**FAR, "claim_timeout_s": 90}), Credentials(file, {}), now)
    assert made.settings.claim_timeout_s == 90.0


def test_an_unknown_kind_is_unavailable(file: SecretFile) -> None:
    with pytest.raises(UnavailableError):
        late_backend(ConnectionSettings("a", "teapot"), Credentials(file, {}), now)


def test_a_keyring_that_waits_holds_up_only_the_first_request(file: SecretFile) -> None:
    ring = Waiting()
    ring.held["claiming-station", "shop.token"] = CANARY
    began = time.monotonic()
    made = late_backend(ConnectionSettings("shop", "local", FAR), Credentials(file, {}, lambda: ring), now)
    accepted = made.accept(Identifier.of(Kind.CODE, code="  abc "))
    assert accepted is not None
    assert accepted.get("code") == "abc"
    assert time.monotonic() - began < 5
    assert made.secrets == {}

    async def ask() -> CallError:
        answer = asyncio.ensure_future(asked(made))
        await asyncio.sleep(0.05)
        assert not answer.done()
        ring.answered.set()
        return await answer

    assert asyncio.run(ask()).cause is Cause.CONNECT


def test_what_is_locked_away_asks_nobody_until_it_is_opened(file: SecretFile) -> None:
    file.create(PASSPHRASE)
    Credentials(file, {}).keep("shop", "token", Secret(CANARY), in_file=True)
    credentials = Credentials(SecretFile(file.path), {})
    wanted = ConnectionSettings("shop", "local", FAR)
    error = asyncio.run(asked(late_backend(wanted, credentials, now)))
    assert isinstance(error, SignInError)
    assert (error.cause, error.detail) == (Cause.CREDENTIALS, "locked_file")
    credentials.file.unlock(PASSPHRASE)
    made = build_backend(wanted, credentials, now)
    assert made.secrets == {"token": Secret(CANARY)}
    assert asyncio.run(asked(made)).cause is Cause.CONNECT
    assert CANARY not in f"{made!r} {vars(made)!r}"


def test_a_keyring_that_does_not_answer_is_said(file: SecretFile) -> None:
    ring = MemoryKeyring()
    ring.locked = True
    made = late_backend(ConnectionSettings("shop", "local", FAR), Credentials(file, {}, lambda: ring), now)
    assert asyncio.run(asked(made)).detail == "locked_keyring"


def test_typed_secrets_go_before_kept_ones(file: SecretFile) -> None:
    ring = MemoryKeyring()
    ring.held["claiming-station", "shop.token"] = "old"
    made = build_backend(ConnectionSettings("shop", "local", FAR), Credentials(file, {}, lambda: ring), now,
                         typed={"token": Secret("new")})
    assert made.secrets == {"token": Secret("new")}


def test_no_request_of_a_backend_is_forgotten_where_all_are_passed_on() -> None:
    asked = {name for name, _ in inspect.getmembers(Backend, inspect.iscoroutinefunction)}
    assert asked == {*REQUESTS, "open", "close"}
