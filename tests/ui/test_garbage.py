"""The full search for garbage waits for a moment of rest."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from station.ui.garbage import Garbage


class Ring:
    """Refers to itself: only a search finds that nobody else does."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.isenabled()
    yield
    gc.unfreeze()
    if before:
        gc.enable()


def old_ring() -> weakref.ref[Ring]:
    """Out of reach, and too old for the small searches."""
    ring = Ring()
    gc.collect()
    return weakref.ref(ring)


def test_nothing_is_searched_while_something_happens_and_all_at_rest(qtbot: QtBot) -> None:
    ring = old_ring()
    garbage = Garbage(rest_ms=2000)
    for _ in range(10):
        garbage.put_off()
        qtbot.wait(30)
        _ = [[] for _ in range(20_000)]
        assert ring() is not None
    qtbot.waitUntil(lambda: ring() is None, timeout=20_000)


def test_what_the_start_has_made_is_passed_over_later(qtbot: QtBot) -> None:
    garbage = Garbage(rest_ms=1)
    before = gc.get_freeze_count()
    qtbot.waitUntil(lambda: gc.get_freeze_count() > before, timeout=20_000)
    frozen = gc.get_freeze_count()
    ring = old_ring()
    garbage.put_off()
    qtbot.waitUntil(lambda: ring() is None, timeout=20_000)
    assert gc.get_freeze_count() <= frozen


def test_no_other_thread_ever_searches(qtbot: QtBot) -> None:
    searched: list[int] = []

    def hear(phase: str, _info: dict[str, int]) -> None:
        searched.append(threading.get_ident())

    garbage = Garbage()
    rings: list[weakref.ref[Ring]] = []

    def work() -> None:
        """More than enough for Python to begin a search of its own here."""
        rings.extend(weakref.ref(Ring()) for _ in range(50_000))

    gc.callbacks.append(hear)
    try:
        busy = threading.Thread(target=work)
        busy.start()
        busy.join()
        qtbot.waitUntil(lambda: rings[-1]() is None, timeout=20_000)
    finally:
        gc.callbacks.remove(hear)
        garbage.deleteLater()
    assert set(searched) == {threading.get_ident()}


def test_a_desk_that_never_rests_is_searched_all_the_same(qtbot: QtBot) -> None:
    ring = old_ring()
    garbage = Garbage(rest_ms=500, longest_s=1.0)

    def searched() -> bool:
        garbage.put_off()
        return ring() is None

    qtbot.waitUntil(searched, timeout=20_000)
