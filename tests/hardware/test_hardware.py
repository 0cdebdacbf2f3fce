"""Scanners and cameras that a kernel emulates are heard, lost and found again by the station's own classes."""

import sys

import pytest

from tests.guest import MissingError

if not sys.platform.startswith("linux"):
    pytest.skip("a guest is made on Linux only", allow_module_level=True)

from .inside import PARTS
from .running import run_part


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_every_check_on_emulated_devices_is_ok(part: str) -> None:
    try:
        results = run_part(part, print)
    except MissingError as error:
        pytest.skip(str(error))
    assert [f"{each.name}: {each.reason}" for each in results if not each.passed] == []
