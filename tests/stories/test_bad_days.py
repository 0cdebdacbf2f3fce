"""Bad days at the five systems, on a real port: each gets a sentence that says what happened and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from station.credentials import variable
from station.server import dialects
from station.server.app import build
from station.settings_file import write_connection
from tests.backends.worlds import on_a_port
from tests.cli.conftest import Cli, cli, home

__all__ = ["cli", "home"]  # the command line in this process, and its folder
TOKEN = "a-token-that-is-long-enough-for-the-server"
KINDS = ("local", "disruptive", "xyte", "datacake", "here")
TITLES = {"local": "Local backend", "disruptive": "Disruptive Technologies", "xyte": "Spaces device cloud",
          "datacake": "Datacake", "here": "HERE Tracking"}
SECRETS = {"local": {"token": TOKEN}}


@dataclass
class Served:
    """The practice server; its clock is ``ahead`` of this computer's, and its answers say so."""

    app: Any = None
    address: str = ""
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def dated(message: Any) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self.now(), usegmt=True).encode()
                message = {**message, "headers": [*message.get("headers", []), (b"date", date)]}
            await send(message)

        await self.app(scope, receive, dated if scope["type"] == "http" else send)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    served = Served()
    url = f"sqlite:///{(tmp_path / 'registry.db').as_posix()}"
    served.app = build(url, clock=served.now, practice=True, served=True, token=TOKEN)
    with on_a_port(served) as served.address:
        yield served


@pytest.fixture
def connected(server: Served, home: Path, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A home with a connection of each kind, its secrets in the environment."""
    home.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        given: dict[str, Any] = {"base_url": server.address}
        secrets = SECRETS.get(kind, {})
        if kind != "local":
            given, secrets = dialects.practices()[kind].connection(server.address)
        write_connection(home / "settings.toml", kind, kind, given)
        for name, value in secrets.items():
            monkeypatch.setenv(variable(kind, name), value)
    return server


def test_credentials_that_are_wrong_or_were_taken_back(
    connected: Served, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in KINDS:
        names = SECRETS[kind] if kind == "local" else dialects.practices()[kind].connection("")[1]
        for name in names:
            monkeypatch.setenv(variable(kind, name), "no-credentials-that-anybody-was-ever-given")
        told = cli("connection", "try", kind)
        assert (told.status, told.out) == (1, "")
        assert TITLES[kind] in told.err
        assert "refuses our sign-in. Give its key or password anew: station secret set" in told.err
        assert "anybody-was-ever" not in told.err


def test_a_clock_that_is_an_hour_off_is_named_with_its_minutes(connected: Served, cli: Cli) -> None:
    for kind in ("disruptive", "here"):
        assert cli("connection", "try", kind).status == 0
        connected.ahead = timedelta(hours=1)
        told = cli("connection", "try", kind)
        connected.ahead = timedelta()
        assert told.status == 1
        assert "This computer's clock is 60 minutes off" in told.err
        assert "Set the computer's date and time" in told.err


def test_an_identifier_without_end_is_answered_and_not_printed(connected: Served, cli: Cli) -> None:
    codes = ("A" * 10_000, "A" * 7_000, "=\N{LATIN SMALL LETTER O WITH STROKE}" * 3_000)
    for kind, code in [(kind, "A" * 7_000) for kind in KINDS] + [("local", code) for code in codes]:
        told = cli("check", code, "--backend", kind)
        assert told.status in (1, 2), told.err
        assert len(told.err) < 1000
        assert "Traceback" not in told.err


def test_a_device_type_that_nobody_knows_is_shown_as_it_is(connected: Served, cli: Cli) -> None:
    (line,) = cli("check", "c7pract1ce0d00000690", "--backend", "disruptive", "--json").lines
    assert (line["status"], line["type"]) == ("unclaimed", "airPressure")
    assert "airPressure" in cli("check", "c7pract1ce0d00000690", "--backend", "disruptive").out
