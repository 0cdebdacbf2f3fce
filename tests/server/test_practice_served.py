"""``station serve --practice`` on a real port: the settings that it prints are pasted, and each connection works."""

import asyncio
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from station.backends.base import Backend
from station.backends.listing import UnavailableError, load
from station.core.errors import SignInError
from station.core.secret import Secret
from station.core.target import Account, Target
from station.credentials import variable
from station.server import dialects
from station.server.registry.house import opened
from station.server.sample import fill, fill_dialects
from station.server.serving import Serving
from station.settings import ConnectionSettings, read_settings
from tests.server.test_serving import running

KINDS = ("local", *dialects.practices())
_COMMENTED = re.compile(r"^# ([A-Z0-9_]+)=(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Pasted:
    """What a desk has once the printed lines are in its settings and its environment."""

    connections: tuple[ConnectionSettings, ...]
    environment: Mapping[str, str]

    def backend(self, kind: str) -> Backend:
        connection = next(each for each in self.connections if each.kind == kind)
        try:
            backend = load(kind)
        except UnavailableError as error:
            pytest.skip(str(error))
        known = {name: self.environment.get(variable(connection.name, name), "") for name in backend.secret_fields}
        secrets = {name: Secret(text) for name, text in known.items() if text}
        settings = replace(backend.settings_class(), **dict[str, Any](connection.values))
        return backend(connection.name, settings, secrets, lambda: datetime.now(UTC))


@pytest.fixture(scope="session")
def practised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry that practice was filled into, to be copied: PINs take a while to hash."""
    file = tmp_path_factory.mktemp("practised") / "served.db"
    with opened(f"sqlite:///{file}") as database:
        fill(database, datetime.now(UTC))
        fill_dialects(database, dialects.practices(), datetime.now(UTC), known_secrets=False)
    return file


@pytest.fixture
def pasted(practised: Path, tmp_path: Path) -> Iterator[Pasted]:
    database = shutil.copy(practised, tmp_path / "served.db")
    serving = Serving(f"sqlite:///{database}", port=0, practice=True)
    with running(serving, lambda: datetime.now(UTC)) as (_, said):
        (printed,) = (line for line in said if "[backends." in line)
        file = tmp_path / "settings.toml"
        file.write_text(printed, encoding="utf-8")
        yield Pasted(read_settings(file).connections, dict(_COMMENTED.findall(printed)))


async def seen(backend: Backend) -> tuple[Account, list[Target]]:
    await backend.open()
    try:
        return await backend.account(), await backend.targets()
    finally:
        await backend.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_pasted_connection_sees_its_targets_and_other_secrets_none(pasted: Pasted, kind: str) -> None:
    account, targets = asyncio.run(seen(pasted.backend(kind)))
    assert account.id
    assert targets
    if kind != "local":
        ours = [each for each in dialects.practices()[kind].TARGETS if each.organization == "example"]
        assert {target.title for target in targets} <= {each.title for each in ours}
    wrong = Pasted(pasted.connections, {name: f"{secret}-no" for name, secret in pasted.environment.items()})
    with pytest.raises(SignInError):
        asyncio.run(seen(wrong.backend(kind)))
