"""A long transaction lets other threads have the interpreter; a short one does not pause."""

from types import SimpleNamespace

import pytest

from station.store import connection
from tests.store.shelf import Shelf


class Clock:
    """Goes on by ``step`` whenever it is looked at, and keeps the pauses."""

    def __init__(self, step: float) -> None:
        self.now, self.step, self.pauses = 0.0, step, list[float]()

    def perf_counter(self) -> float:
        self.now += self.step
        return self.now


@pytest.mark.parametrize(("step", "pauses"), [(0.00001, 0), (connection.TURN_S / 4, 10)])
def test_pauses(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, step: float, pauses: int) -> None:
    clock = Clock(step)
    monkeypatch.setattr(
        connection, "time", SimpleNamespace(perf_counter=clock.perf_counter, sleep=clock.pauses.append)
    )
    with shelf.store.transaction():
        for _ in range(50):
            shelf.store.get("nothing")
    assert (len(clock.pauses) >= pauses) if pauses else not clock.pauses
    assert set(clock.pauses) <= {connection.PAUSE_S}
    clock.pauses.clear()
    for _ in range(50):
        shelf.store.get("nothing")
    assert not clock.pauses, "outside a transaction nobody is held up for long"
