"""A change after the claim whose answer was lost: looked for at the vendor, never sent twice, and said as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.core.call import Answer, Call, DeviceResult, Verb
from station.core.errors import Cause, NotSentError, SignInError, TargetError, UnclearError
from station.core.item import Details, Item
from station.core.news import ConnectionState, LineState, Refused
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.core.secret import Secret
from station.desk import afterwards, releases, table

from .bench import PATIENCE_S, Bench
from .scripted import MovedClock, wait_for
from .vendors import Pins, Vendor, World, desk_of

QUIET_S = 120.0
CANARY = "9183-7462"


def _do(bench: Bench, verb, *args):  # type: ignore[no-untyped-def]
    return bench.station.desk.do(verb, *args).result(PATIENCE_S)


def _all_claimed(bench: Bench, *texts: str) -> list[Item]:
    rows = [bench.looked_up(text).id for text in texts]
    assert bench.claim()
    bench.until(lambda: all(bench.rows[row].progress is Progress.CLAIMED for row in rows) or None)
    return [bench.rows[row] for row in rows]


def _claimed(bench: Bench, text: str = "A1") -> Item:
    return _all_claimed(bench, text)[0]


def _history(bench: Bench, item: int, verb: Verb) -> list[tuple[str, str]]:
    found: Details = _do(bench, table.details, item)
    return [(event.why, event.detail) for event in found.history if event.what == f"{verb}_device"]


def _ask(bench: Bench, verb: Verb, row: int) -> None:
    if verb is Verb.RENAME:
        assert _do(bench, afterwards.rename, row, "Front door", "Anna") == 1
    else:
        assert _do(bench, afterwards.change, [row], Verb.LABEL, {"label": "room", "value": "4 B"}, {}, "Anna") == 1


def _is_written(bench: Bench, verb: Verb, row: int) -> bool:
    if verb is Verb.RENAME:
        return bench.rows[row].name == "Front door"
    found: Details = _do(bench, table.details, row)
    return dict(found.extra).get("label room") == "4 B"


def _lost(_call: Call) -> Answer:
    raise UnclearError(Cause.TIMEOUT, "no answer in time")


def _done(call: Call, count: int = 10) -> Answer:
    yes = Outcome(OutcomeKind.ALREADY_OURS, HowKnown.ANSWER)
    return Answer(tuple(DeviceResult(device.device_id, yes) for device in call.devices[:count]))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def bench(tmp_path: Path, world: World, clock: MovedClock) -> Iterator[Bench]:
    with desk_of(tmp_path, Vendor("a", world), clock=clock) as bench:
        yield bench


@pytest.mark.parametrize(("verb", "detail"), [(Verb.RENAME, "Front door"), (Verb.LABEL, "room")])
def test_what_a_read_shows_as_done_is_written_down(bench: Bench, world: World, verb: Verb, detail: str) -> None:
    row = _claimed(bench)
    world.spoil.append(_lost)
    world.shown["A1"] = True
    _ask(bench, verb, row.id)
    assert wait_for(lambda: _is_written(bench, verb, row.id))
    assert _history(bench, row.id, verb) == [("no_answer", "timeout"), ("was_shown", detail)]
    assert [call.verb for call in world.calls] == [Verb.CLAIM, verb]


@pytest.mark.parametrize("verb", [Verb.RENAME, Verb.LABEL])
def test_what_a_read_does_not_show_is_not_done_once_nothing_late_can_land(
    bench: Bench, world: World, clock: MovedClock, verb: Verb
) -> None:
    row = _claimed(bench)
    world.spoil.append(_lost)
    world.shown["A1"] = False
    _ask(bench, verb, row.id)
    assert wait_for(lambda: Refused(str(verb), "not_done", "A1") in bench.news or clock.leap(5))
    assert clock.ahead_s > QUIET_S - PATIENCE_S
    assert not _is_written(bench, verb, row.id)
    assert [why for why, _ in _history(bench, row.id, verb)] == ["no_answer", "not_done"]
    assert [call.verb for call in world.calls] == [Verb.CLAIM, verb]


def test_what_no_read_tells_is_said_once_and_found_out_when_a_read_tells(
    bench: Bench, world: World, clock: MovedClock
) -> None:
    row = _claimed(bench)
    world.spoil.append(_lost)
    _ask(bench, Verb.RENAME, row.id)
    told = Refused("rename", "cannot_tell", "A1")
    assert wait_for(lambda: told in bench.news or clock.leap(5))
    reads = world.accounts
    assert wait_for(lambda: world.accounts >= reads + 2 or clock.leap(600))
    assert bench.news.count(told) == 1
    assert [why for why, _ in _history(bench, row.id, Verb.RENAME)] == ["no_answer", "cannot_tell"]
    world.shown["A1"] = True
    assert wait_for(lambda: _is_written(bench, Verb.RENAME, row.id) or clock.leap(600))
    assert [call.verb for call in world.calls] == [Verb.CLAIM, Verb.RENAME]


def _state(bench: Bench) -> LineState | None:
    told = bench.last(ConnectionState)
    return told.state if told is not None else None


class Blind(Vendor):
    """Lets nobody read what became of a change."""

    async def read_change(self, call: Call) -> dict[str, bool]:
        raise TargetError(Cause.NO_RIGHTS, "not for you", call.request_id, 403)


def test_a_read_that_is_refused_tells_nothing_and_stops_no_claims(
    tmp_path: Path, world: World, clock: MovedClock
) -> None:
    with desk_of(tmp_path, Blind("a", world), clock=clock) as bench:
        row = _claimed(bench)
        world.spoil.append(_lost)
        _ask(bench, Verb.RENAME, row.id)
        assert wait_for(lambda: Refused("rename", "cannot_tell", "A1") in bench.news or clock.leap(5))
        assert _state(bench) is LineState.ONLINE
        assert _claimed(bench, "A2").progress is Progress.CLAIMED


def test_a_lost_change_with_a_secret_is_looked_for_and_never_goes_again(
    tmp_path: Path, world: World, clock: MovedClock
) -> None:
    with desk_of(tmp_path, SafePins("p", world), clock=clock) as bench:
        bench.scan("SN-12345")
        row = bench.scan("4711").item
        assert row is not None
        bench.until(lambda: bench.rows[row.id].looked_up_at)
        assert bench.claim()
        bench.until(lambda: bench.rows[row.id].progress is Progress.CLAIMED)
        world.spoil.append(_lost)
        world.shown["serial=SN-12345"] = False
        new = {"pin": Secret(CANARY)}
        assert _do(bench, afterwards.change, [row.id], Verb.OPEN_CLAIMING, {}, new, "Anna") == 1
        told = Refused("open_claiming", "not_done", "serial=SN-12345")
        assert wait_for(lambda: told in bench.news or clock.leap(5))
    assert [call.verb for call in world.calls] == [Verb.CLAIM, Verb.OPEN_CLAIMING]


class SafePins(Pins):
    traits = Pins.traits.__class__(items_a_call=10, safe_to_repeat=True, release=True)


class Safe(Vendor):
    traits = Vendor.traits.__class__(items_a_call=10, safe_to_repeat=True, move=True, release=True, rename=True)


def test_a_lost_change_does_not_go_again_over_a_newer_one(tmp_path: Path, world: World, clock: MovedClock) -> None:
    def lose_first(call: Call) -> Answer:
        world.spoil.insert(0, lose_first)
        if call.verb is Verb.RENAME and call.devices[0].name == "First":
            raise UnclearError(Cause.TIMEOUT, "no answer in time")
        return _done(call)

    with desk_of(tmp_path, Safe("a", world), clock=clock) as bench:
        row = _claimed(bench)
        world.spoil.append(lose_first)
        world.shown["A1"] = False
        assert _do(bench, afterwards.rename, row.id, "First", "Anna") == 1
        assert wait_for(lambda: Verb.RENAME in [call.verb for call in world.calls])
        assert _do(bench, afterwards.rename, row.id, "Second", "Anna") == 1
        assert wait_for(lambda: _names(world)[-1] == "Second")
        assert wait_for(lambda: ("overtaken", "") in _history(bench, row.id, Verb.RENAME) or clock.leap(5))
        assert _names(world)[-1] == "Second"
        assert Refused("rename", "not_done", "A1") not in bench.news


def _names(world: World) -> list[str]:
    return [call.devices[0].name for call in world.calls if call.verb is Verb.RENAME]


def test_a_release_is_not_overtaken_by_a_name(tmp_path: Path, world: World, clock: MovedClock) -> None:
    with desk_of(tmp_path, Safe("a", world), clock=clock) as bench:
        row = _claimed(bench)
        world.spoil.append(_lost)
        assert _do(bench, releases.release, [row.id], "Anna") == 1
        assert wait_for(lambda: world.calls[-1].verb is Verb.RELEASE)
        _ask(bench, Verb.LABEL, row.id)
        assert wait_for(lambda: bench.rows[row.id].progress is Progress.RELEASED or clock.leap(5))
    assert [call.verb for call in world.calls].count(Verb.RELEASE) == 2


def test_a_fault_in_a_read_is_asked_again(bench: Bench, world: World, clock: MovedClock) -> None:
    row = _claimed(bench)

    def lose_and_go_down(_call: Call) -> Answer:
        world.down = NotSentError(Cause.CONNECT, "refused")
        raise UnclearError(Cause.TIMEOUT, "no answer in time")

    world.spoil.append(lose_and_go_down)
    world.shown["A1"] = True
    _ask(bench, Verb.RENAME, row.id)
    assert wait_for(lambda: _state(bench) is LineState.OFFLINE or clock.leap(1))
    world.down = None
    assert wait_for(lambda: _is_written(bench, Verb.RENAME, row.id) or clock.leap(5))


def test_credentials_refused_by_the_first_read_pause_the_connection(bench: Bench, world: World) -> None:
    row = _claimed(bench)
    world.down = SignInError(Cause.CREDENTIALS, "who are you?")
    _ask(bench, Verb.RENAME, row.id)
    assert wait_for(lambda: _state(bench) is LineState.PAUSED)
    assert Refused("rename", "credentials", "who are you?") in bench.news


def test_what_an_answer_leaves_out_is_looked_for_by_itself(bench: Bench, world: World, clock: MovedClock) -> None:
    first, second = _all_claimed(bench, "A1", "A2")
    world.spoil.append(lambda call: _done(call, 1))
    world.shown["A2"] = True
    assert _do(bench, afterwards.move, [first.id, second.id], "t2", "Bergen", "Anna") == 2
    assert wait_for(lambda: _places(bench, first, second) == ["Bergen", "Bergen"] or clock.leap(5))
    assert [why for why, _ in _history(bench, first.id, Verb.MOVE)] == [""]
    assert [why for why, _ in _history(bench, second.id, Verb.MOVE)] == ["no_answer", "was_shown"]
    assert [call.verb for call in world.calls] == [Verb.CLAIM, Verb.MOVE]


def test_where_it_is_safe_what_an_answer_leaves_out_goes_again(
    tmp_path: Path, world: World, clock: MovedClock
) -> None:
    with desk_of(tmp_path, Safe("a", world), clock=clock) as bench:
        first, second = _all_claimed(bench, "A1", "A2")
        world.spoil.append(lambda call: _done(call, 1))
        assert _do(bench, afterwards.move, [first.id, second.id], "t2", "Bergen", "Anna") == 2
        assert wait_for(lambda: _places(bench, first, second) == ["Bergen", "Bergen"] or clock.leap(5))
    once, again = (call for call in world.calls if call.verb is Verb.MOVE)
    assert [device.device_id for device in again.devices] == ["A2"]
    assert once.key != again.key


def _places(bench: Bench, *items: Item) -> list[str]:
    outcomes = [bench.rows[item.id].outcome for item in items]
    return [outcome.place if outcome else "" for outcome in outcomes]


def test_a_release_that_finds_nothing_was_delivered_twice_or_is_told_by_a_read(
    bench: Bench, world: World, clock: MovedClock
) -> None:
    row = _claimed(bench)
    none = Outcome(OutcomeKind.NOT_FOUND, HowKnown.ANSWER, code="404")
    world.spoil.append(lambda call: Answer(tuple(DeviceResult(device.device_id, none) for device in call.devices)))
    world.shown["A1"] = True
    assert _do(bench, releases.release, [row.id], "Anna") == 1
    assert wait_for(lambda: bench.rows[row.id].progress is Progress.RELEASED)
    assert [call.verb for call in world.calls] == [Verb.CLAIM, Verb.RELEASE]


def test_a_move_that_finds_nothing_is_told_by_a_read_too(bench: Bench, world: World, clock: MovedClock) -> None:
    row = _claimed(bench)
    none = Outcome(OutcomeKind.NOT_FOUND, HowKnown.ANSWER, code="NOT_FOUND")
    world.spoil.append(lambda call: Answer(tuple(DeviceResult(device.device_id, none) for device in call.devices)))
    world.shown["A1"] = True
    assert _do(bench, afterwards.move, [row.id], "t2", "Bergen", "Anna") == 1
    assert wait_for(lambda: _places(bench, row) == ["Bergen"] or clock.leap(5))
    assert [call.verb for call in world.calls] == [Verb.CLAIM, Verb.MOVE]


class Placed(Vendor):
    """Its handles end in the claim's ID, behind the place."""

    def is_same_claim(self, known: str, seen: str) -> bool:
        return known.rpartition("/")[2] == seen.rpartition("/")[2]


def test_what_was_moved_at_the_vendor_can_still_be_changed_from_here(tmp_path: Path, world: World) -> None:
    with desk_of(tmp_path, Placed("a", world)) as bench:
        row = _claimed(bench)
        world.ours["A1"] = f"bergen/{world.ours['A1']}"
        _ask(bench, Verb.RENAME, row.id)
        assert wait_for(lambda: _is_written(bench, Verb.RENAME, row.id))
        world.ours["A1"] = "bergen/claimed-anew"
        _ask(bench, Verb.LABEL, row.id)
        assert wait_for(lambda: Refused("label", "not_ours") in bench.news)
    assert [call.devices[0].handle for call in world.calls if call.verb is Verb.RENAME] == ["bergen/h1"]
