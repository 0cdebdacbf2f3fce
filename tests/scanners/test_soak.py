"""A slice of the long run: nothing glued, nothing lost, and nobody's words taken for a scan where a label must fit."""

import pytest

from tests.scanners.soak import Job, run


@pytest.mark.parametrize("slow", [False, True])
def test_a_slice_of_the_long_run(slow: bool) -> None:
    told = run(Job(slow, seed=7, count=600))
    assert (told.scans, told.glued, told.lost, told.keys_astray) == (600, 0, 0, 0)
    assert told.keys > 500
    if slow:
        assert told.taken == 0
