"""A small slice of the comparison under the same faults: what the vendor's own package loses, the station does not."""

import pytest

from tests.faults import one_each
from tests.faults.fault import Fault

pytest.importorskip("disruptive", reason="the vendor's own package is the yardstick")

from tests.benchmarks import bench_faults

FAULTS = (Fault.LOST_IN_SHAPE, Fault.TWICE)
"""Answers that are lost after their effect, each of which a read settles at once."""


def test_claims_that_the_package_reports_wrong_are_ours_and_said_to_be() -> None:
    dealt = one_each.dealt(1, 1, FAULTS)
    theirs, ours = (bench_faults.work(by, dealt) for by in (bench_faults.by_package, bench_faults.by_station))
    assert ours == bench_faults.Report(right=2)
    assert (theirs.lost, theirs.called_anothers, theirs.right) == (1, 1, 0)
