"""A claim whose answer is lost takes effect once, and is never reported as somebody else's."""

import sqlite3
from dataclasses import dataclass, field

import pytest

from station.core.outcome import OutcomeKind
from station.core.progress import Progress

from .bench import Bench
from .conftest import Start

KIT = "maple-harbor-lantern"


class PowerCut(Exception):
    """What the server meets at the point that a test names."""


@dataclass
class Cut:
    """Fails the first ``times`` visits to one named point, once it is armed."""

    point: str
    times: int = 1
    armed: bool = False
    seen: list[str] = field(default_factory=list)

    def __call__(self, point: str) -> None:
        if self.armed and point == self.point and len(self.seen) < self.times:
            self.seen.append(point)
            raise PowerCut(point)


def _claims_at_the_server(bench: Bench) -> int:
    path = bench.station.folders.databases(True) / "server.db"
    with sqlite3.connect(path) as connection:
        query = (
            "select count(*) from claims join devices on devices.id = claims.device_id where devices.device_id like ?"
        )
        count = int(connection.execute(query, ("c1sample0000000000a%",)).fetchone()[0])
    connection.close()
    return count


@pytest.mark.parametrize("point", ["before_commit", "after_commit", "before_answer"])
@pytest.mark.parametrize("times", [1, 2])
def test_the_effect_is_there_exactly_once(start: Start, point: str, times: int) -> None:
    cut = Cut(point, times)
    bench = start(server_faults=cut)
    bench.choose()
    row = bench.looked_up(KIT)
    cut.armed = True
    assert bench.claim()
    done = bench.until(lambda: bench.rows[row.id] if bench.rows[row.id].progress is Progress.CLAIMED else None)
    assert set(cut.seen) == {point}
    assert done.outcome is not None
    assert done.outcome.kind is OutcomeKind.CLAIMED_NOW
    assert _claims_at_the_server(bench) == 5


def test_a_cut_before_the_desk_wrote_the_answer_is_found_out_at_the_next_start(start: Start) -> None:
    def cut(point: str) -> None:
        if point == "settle.begin":
            raise PowerCut(point)

    first = start(faults=cut)
    first.choose()
    row = first.looked_up(KIT)
    assert first.claim()
    first.until(lambda: first.rows[row.id].progress is Progress.SENDING)
    first.until(lambda: _claims_at_the_server(first) == 5)
    first.stop()
    second = start()
    done = second.until(
        lambda: next((r for r in second.rows.values() if r.id == row.id and r.progress is Progress.CLAIMED), None)
    )
    assert done.outcome is not None
    assert done.outcome.kind is OutcomeKind.CLAIMED_NOW
    assert _claims_at_the_server(second) == 5

