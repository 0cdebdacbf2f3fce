"""Progress changes by the table alone, for those that still are what the caller believes."""

from itertools import product

import pytest

from station.core.item import Event
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import FOLLOWS, Progress, WrongStepError
from tests.store.shelf import WAYS, Shelf

P = Progress
DONE = Outcome(OutcomeKind.CLAIMED_NOW, HowKnown.ANSWER, "handle", "Oslo", "200", "fine", "req")


@pytest.mark.parametrize("old", WAYS)
def test_every_pair_is_allowed_or_refused_as_the_table_says(shelf: Shelf, old: Progress) -> None:
    for number, new in enumerate(Progress):
        item = shelf.kit(f"K{number}")
        shelf.bring(item, old)
        ids = [device.id for device in shelf.store.devices(item)]
        before = shelf.store.events(item=item)
        if new in FOLLOWS[old]:
            with shelf.store.transaction():
                assert shelf.store.step(ids, old, new, shelf.now(), who="Anna", why="said so") == [item]
        else:
            with pytest.raises(WrongStepError), shelf.store.transaction():
                shelf.store.step(ids, old, new, shelf.now(), who="Anna", why="said so")
        expected = new if new in FOLLOWS[old] else old
        row = shelf.store.item(item)
        assert row is not None
        assert {device.progress for device in shelf.store.devices(item)} == {expected} == {row.progress}
        assert dict(row.tally) == {expected: 2}
        assert len(shelf.store.events(item=item)) - len(before) == (2 if new in FOLLOWS[old] else 0)


@pytest.mark.parametrize(("believed", "new"), [(a, b) for a, b in product(WAYS, Progress) if b in FOLLOWS[a]])
def test_a_device_that_is_something_else_by_now_stays(shelf: Shelf, believed: Progress, new: Progress) -> None:
    item = shelf.kit("K")
    now = P.OPEN if believed is not P.OPEN else P.QUEUED
    shelf.bring(item, now)
    ids = [device.id for device in shelf.store.devices(item)]
    with shelf.store.transaction():
        assert shelf.store.step(ids, believed, new, shelf.now(), who="Anna", why="so") == []
    assert {device.progress for device in shelf.store.devices(item)} == {now}


def test_what_is_held_is_decided_by_a_named_person_with_a_reason(shelf: Shelf) -> None:
    item = shelf.kit("K")
    shelf.bring(item, P.HELD)
    ids = [device.id for device in shelf.store.devices(item)]
    for who, why in (("", ""), ("Anna", ""), ("", "seen it")):
        with pytest.raises(WrongStepError), shelf.store.transaction():
            shelf.store.step(ids, P.HELD, P.CLAIMED, shelf.now(), who=who, why=why)
    with shelf.store.transaction():
        assert shelf.store.step(ids, P.HELD, P.CLAIMED, shelf.now(), outcome=DONE, who="Anna", why="seen it") == [item]
    last = shelf.store.events(item=item)[-1]
    assert (last.old, last.new, last.who, last.why) == ("held", "claimed", "Anna", "seen it")


def test_the_row_says_what_its_devices_say(shelf: Shelf) -> None:
    item = shelf.kit("K", 3)
    shelf.bring(item, P.SENDING)
    one, two, three = (device.id for device in shelf.store.devices(item))
    quota = Outcome(OutcomeKind.OVER_QUOTA, HowKnown.ANSWER, text="no seats")
    with shelf.store.transaction():
        shelf.store.step([one, two], P.SENDING, P.CLAIMED, shelf.now(), outcome=DONE)
    row = shelf.store.item(item)
    assert row is not None
    assert (row.progress, row.outcome, row.settled_at) == (P.SENDING, DONE, None)
    at = shelf.now()
    with shelf.store.transaction():
        shelf.store.step([three], P.SENDING, P.REFUSED, at, outcome=quota)
    row = shelf.store.item(item)
    assert row is not None
    assert dict(row.tally) == {P.CLAIMED: 2, P.REFUSED: 1}
    assert (row.progress, row.outcome, row.settled_at) == (P.REFUSED, quota, at)
    assert shelf.store.live_item("local", row.identifier) is not None  # two of its devices are ours


def test_an_outcome_stays_until_the_device_is_to_be_claimed_again(shelf: Shelf) -> None:
    item = shelf.kit("K", 1)
    shelf.bring(item, P.SENDING)
    (device,) = shelf.store.devices(item)
    lost = Outcome(OutcomeKind.UNKNOWN, code="timeout", request_id="req-1")
    with shelf.store.transaction():
        shelf.store.step([device.id], P.SENDING, P.UNKNOWN, shelf.now(), outcome=lost)
        shelf.store.step([device.id], P.UNKNOWN, P.HELD, shelf.now())
    assert shelf.store.devices(item)[0].outcome == lost
    with shelf.store.transaction():
        shelf.store.step([device.id], P.HELD, P.QUEUED, shelf.now(), who="Anna", why="it is free")
    assert shelf.store.devices(item)[0].outcome is None


def test_the_history_is_told_in_order(shelf: Shelf) -> None:
    item = shelf.kit("K", 1)
    shelf.bring(item, P.CLAIMED)
    with shelf.store.transaction():
        shelf.store.add_event(Event(shelf.now(), "decision", batch="b1", item=item, who="Anna"))
    told = [(event.what, event.new) for event in shelf.store.events(item=item)]
    assert told == [("step", "queued"), ("step", "sending"), ("step", "claimed"), ("decision", "")]
    assert [event.item for event in shelf.store.events(batch="b1")] == [item] * 4
