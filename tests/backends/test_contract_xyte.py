"""Runs the contract over the device cloud's dialect, inside this process and over a real port.

The real vendor was not asked: dialect and backend are held to its documents by the fixtures in ``wire/xyte``.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.contract import Contract
from tests.backends.world_xyte import XyteWorld, fill


@pytest.fixture(scope="session")
def xyte_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("xyte"))


@pytest.fixture(params=["inside", "on a port"])
def world(request: pytest.FixtureRequest, tmp_path: Path, xyte_registry: Path) -> Iterator[XyteWorld]:
    with XyteWorld(tmp_path, xyte_registry, port=request.param == "on a port").entered() as entered:
        yield entered  # type: ignore[misc] # entered() gives what it was called on


class TestContract(Contract):
    """Each test of the contract, in each world."""
