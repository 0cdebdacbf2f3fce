"""An order from a command line comes in slices: scans in between are kept, nothing leaves before its end, and one that
was cut off is made whole by the same command."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from station.core.call import CallState
from station.core.errors import Cause, NotSentError
from station.core.identifier import Identifier, Kind
from station.core.progress import Progress
from station.core.scan import Scan
from station.desk import orders
from station.desk.orders import Entry
from station.desk.placing import Placed, place
from station.desk.queueing import SLICE
from station.desk.summaries import QUEUEING

from .bench import PATIENCE_S, Bench
from .conftest import Open
from .scripted import MovedClock, Script, wait_for

DOWN = NotSentError(Cause.CONNECT, "no route")
ROWS = 2 * SLICE + 20


class CutOffError(Exception):
    """The command was ended here."""


def entries(count: int = ROWS) -> list[Entry]:
    now = datetime.now(UTC)
    return [
        Entry(Scan(text.encode(), "list", now), Identifier.of(Kind.CODE, code=text), text)
        for text in (f"order-{number:04d}" for number in range(count))
    ]


def order(bench: Bench, do: Callable[..., Any], count: int = ROWS, content: str = "all") -> Placed:
    standing = bench.station.desk.do(orders.stand).result(PATIENCE_S)
    assert standing is not None
    return place(do, standing, "delivery 7", content, entries(count), "Anna")


def do_of(bench: Bench) -> Callable[..., Any]:
    return lambda verb, *args: bench.station.desk.do(verb, *args).result(PATIENCE_S)


def rows_of(bench: Bench, batch: str) -> list[tuple[str, Progress]]:
    lines = do_of(bench)(lambda work: orders.lines_of(work.store, batch))
    return [(line.item.identifier.text, line.device.progress) for line in lines]


@pytest.fixture
def offline(opened: Open, script: Script, clock: MovedClock) -> Bench:
    script.down = DOWN
    bench = opened()
    bench.choose()
    return bench


def test_scans_in_between_are_kept_and_stay_out_of_the_order(offline: Bench) -> None:
    seen: list[tuple[str, int, int]] = []

    def do(verb: Callable[..., Any], *args: Any) -> Any:
        heard = offline.scan(f"between-{len(seen):02d}")
        assert heard.item is not None
        waiting = offline.station.desk.do(
            lambda work: [(batch.paused, work.store.under_way([batch.id])) for batch in work.store.waiting_batches()]
        ).result(PATIENCE_S)
        calls = offline.station.desk.do(lambda work: len(work.store.calls(*CallState))).result(PATIENCE_S)
        seen.append((*(waiting or [("", 0)])[0], calls))
        return do_of(offline)(verb, *args)

    placed = order(offline, do)
    assert seen == [("", 0, 0), ("", 0, 0), (QUEUEING, SLICE, 0), (QUEUEING, 2 * SLICE, 0), (QUEUEING, ROWS, 0)]
    assert rows_of(offline, placed.batch) == [(entry.shown, Progress.QUEUED) for entry in entries()]
    counts = offline.plan().counts
    assert (counts.queued, counts.scanned) == (ROWS, ROWS + len(seen))
    # The same once more is the same batch; another content under its name is not.
    assert order(offline, do_of(offline)) == Placed(placed.batch, known=True)
    assert order(offline, do_of(offline), content="more").problem == "name_taken"
    assert offline.plan().counts.queued == ROWS


@pytest.mark.parametrize(("tasks", "restart"), [(1, True), (2, False), (3, True), (4, False)])
def test_an_order_that_was_cut_off_is_made_whole_by_the_same_command(
    opened: Open, offline: Bench, tasks: int, restart: bool
) -> None:
    left = iter(range(tasks))

    def do(verb: Callable[..., Any], *args: Any) -> Any:
        if next(left, None) is None:
            raise CutOffError
        return do_of(offline)(verb, *args)

    with pytest.raises(CutOffError):
        order(offline, do)
    bench = offline
    if restart:
        offline.stop()
        bench = opened()
        assert wait_for(lambda: all(not batch.paused for batch in _waiting(bench)))
    assert order(bench, do_of(bench), content="more").problem == "name_taken"
    placed = order(bench, do_of(bench))
    assert placed.known
    assert rows_of(bench, placed.batch) == [(entry.shown, Progress.QUEUED) for entry in entries()]
    assert [batch.paused for batch in _waiting(bench)] == [""]
    assert bench.plan().counts.queued == ROWS


def _waiting(bench: Bench) -> list[Any]:
    return bench.station.desk.do(lambda work: work.store.waiting_batches()).result(PATIENCE_S)
