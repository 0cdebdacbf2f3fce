"""The full search for garbage waits for a moment of rest."""

import gc
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
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def old_ring() -> weakref.ref[Ring]:
    """Out of reach, and too old for the small searches."""
    ring = Ring()
    gc.collect()
    return weakref.ref(ring)


def test_nothing_is_searched_while_something_happens_and_all_at_rest(qtbot: QtBot) -> None:
    ring = old_ring()
    garbage = Garbage(rest_ms=150)
    for _ in range(10):
        garbage.put_off()
        qtbot.wait(30)
        _ = [[] for _ in range(20_000)]
        assert ring() is not None
    qtbot.waitUntil(lambda: ring() is None, timeout=3000)


def test_what_the_start_has_made_is_passed_over_later(qtbot: QtBot) -> None:
    garbage = Garbage(rest_ms=1)
    before = gc.get_freeze_count()
    qtbot.waitUntil(lambda: gc.get_freeze_count() > before, timeout=3000)
    frozen = gc.get_freeze_count()
    ring = old_ring()
    garbage.put_off()
    qtbot.waitUntil(lambda: ring() is None, timeout=3000)
    assert gc.get_freeze_count() <= frozen


def test_a_desk_that_never_rests_is_searched_all_the_same(qtbot: QtBot) -> None:
    ring = old_ring()
    garbage = Garbage(rest_ms=150, longest_s=0.5)
    for _ in range(100):
        garbage.put_off()
        qtbot.wait(20)
        if ring() is None:
            break
    assert ring() is None
