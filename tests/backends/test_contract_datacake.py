"""Runs the contract over Datacake's dialect, inside this process and over a real port.

The real vendor was not asked: dialect and backend are held to its documents by the fixtures in ``wire/datacake``.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.contract import Contract
from tests.backends.world_datacake import DatacakeWorld, fill


@pytest.fixture(scope="session")
def datacake_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("datacake"))


@pytest.fixture(params=["inside", "on a port"])
def world(request: pytest.FixtureRequest, tmp_path: Path, datacake_registry: Path) -> Iterator[DatacakeWorld]:
    with DatacakeWorld(tmp_path, datacake_registry, port=request.param == "on a port").entered() as entered:
        yield entered  # type: ignore[misc] # entered() gives what it was called on


class TestContract(Contract):
    """Each test of the contract, in each world."""
