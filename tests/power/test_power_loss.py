"""A few power cuts of a desk in a guest, and of one that does not wait for its disk: minutes, for the boot alone."""

from pathlib import Path

import pytest

from tests.guest import MissingError
from tests.power.runs import prepare, run


@pytest.mark.slow
def test_a_power_cut_takes_nothing_that_beeped(tmp_path: Path) -> None:
    try:
        ready = prepare(tmp_path)
    except MissingError as error:
        pytest.skip(str(error))
    for seed in range(3):
        ran = run(ready, tmp_path / f"full-{seed}", seed)
        assert ran.lost + ran.wrong == []
    control = [run(ready, tmp_path / f"off-{seed}", seed, "OFF") for seed in range(3)]
    assert any(ran.lost for ran in control), "nothing was lost where the desk does not wait: this proves nothing"
