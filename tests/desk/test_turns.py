"""Whose turn it is on the desk's thread: scans and outcomes first, and yet nobody waits for ever."""

import threading

from station.desk.work import Work
from tests.desk.bench import PATIENCE_S, Bench

OUTCOMES = 200
SOON = 30
"""A wish comes after so many outcomes at the latest."""


def test_outcomes_go_first_and_a_wish_is_not_left_waiting_behind_them_all(bench: Bench) -> None:
    desk, free = bench.station.desk, threading.Event()
    order: list[str] = []
    done = threading.Event()

    def hold(_work: Work) -> None:
        assert free.wait(PATIENCE_S)

    def outcome(_work: Work, number: int) -> None:
        order.append("outcome")
        if number == OUTCOMES - 1:
            done.set()

    def wish(_work: Work) -> None:
        order.append("wish")

    held = desk.do(hold)
    wished = desk.do(wish)
    for number in range(OUTCOMES):
        desk.post(outcome, number)
    free.set()
    held.result(PATIENCE_S)
    wished.result(PATIENCE_S)
    assert done.wait(PATIENCE_S)
    assert 0 < order.index("wish") < SOON
    assert order.count("outcome") == OUTCOMES
