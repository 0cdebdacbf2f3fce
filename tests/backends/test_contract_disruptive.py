"""Runs the contract over the Disruptive backend and dialect, inside this process and over a real port."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.contract import Contract
from tests.backends.world_disruptive import DisruptiveWorld, fill
from tests.backends.worlds import World


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("registry"))


@pytest.fixture(params=["disruptive inside", "disruptive on a port"])
def world(request: pytest.FixtureRequest, tmp_path: Path, registry: Path) -> Iterator[World]:
    with DisruptiveWorld(tmp_path, registry, port=request.param.endswith("port")).entered() as entered:
        yield entered


class TestContract(Contract):
    """Each test of the contract, in each world."""
