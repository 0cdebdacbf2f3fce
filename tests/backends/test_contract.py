"""Runs the contract over every backend there is, inside this process and over a real port."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.contract import Contract
from tests.backends.worlds import LocalWorld, World, fill


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("registry"))


@pytest.fixture(params=["local inside", "local on a port"])
def world(request: pytest.FixtureRequest, tmp_path: Path, registry: Path) -> Iterator[World]:
    with LocalWorld(tmp_path, registry, port=request.param.endswith("port")).entered() as entered:
        yield entered


class TestContract(Contract):
    """Each test of the contract, in each world."""
