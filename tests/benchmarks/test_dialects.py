"""The benchmark of the dialects on a handful of devices: it claims what it looked up, and counts what it sent."""

import pytest

from tests.benchmarks import bench_dialects
from tests.benchmarks.deliveries import GOODS, kinds


def test_every_protocol_of_the_server_is_measured() -> None:
    assert kinds()[0] == "local"
    assert set(kinds()) <= set(GOODS)
    assert set(GOODS) == set(bench_dialects.MOST_A_REQUEST)


def test_a_tiny_slice() -> None:
    if "disruptive" not in kinds():
        pytest.skip("this installation does not speak it")
    measured = bench_dialects.measure(3, 4, ["disruptive"])
    figures = {figure.name.partition(" (")[0]: figure for figure in measured}
    assert len(figures) == 6
    assert all(figure.value > 0 for figure in measured)
    far, near = (figures[f"disruptive: look-ups a second, {where}"] for where in ("80 ms away", "near"))
    assert (far.goal, near.goal) == ("at least 5x", "at least 1x")
    assert far.yardstick is not None
    assert far.yardstick < 1000 / bench_dialects.FAR_MS, "the client waits for the far network once a device"
    assert figures["disruptive: requests for 4 look-ups"].value == 4
    assert figures["disruptive: requests for 4 claims"].value == 1
