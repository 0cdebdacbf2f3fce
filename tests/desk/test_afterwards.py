"""Once devices are claimed: given back, moved, named, labelled, opened for others; told where it was not done."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from station.backends.base import Field
from station.core.call import Answer, Call, CallState, DeviceResult, Verb
from station.core.errors import Cause, RefusedError, UnclearError
from station.core.finding import ClaimStatus, FoundDevice, Holder
from station.core.item import Details, Item
from station.core.news import Heard, Refused
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.core.secret import Secret
from station.desk import afterwards, releases, rows, table

from .bench import PATIENCE_S, Bench
from .scripted import MovedClock, wait_for
from .vendors import Pins, Vendor, World, desk_of

CANARY = "9183-7462"


def _do(bench: Bench, verb, *args):  # type: ignore[no-untyped-def]
    return bench.station.desk.do(verb, *args).result(PATIENCE_S)


def _claimed(bench: Bench, *texts: str) -> list[Item]:
    items = [bench.looked_up(text) for text in texts]
    assert bench.claim()
    for item in items:
        bench.until(lambda item=item: bench.rows[item.id].progress is Progress.CLAIMED)  # type: ignore[misc]
    return items


def _details(bench: Bench, item: int) -> Details:
    found: Details = _do(bench, table.details, item)
    return found


def _settled(bench: Bench, verb: Verb) -> bool:
    def done() -> bool:
        calls = bench.station.desk.read(lambda reader: reader.calls(CallState.SETTLED)).result(PATIENCE_S)
        return any(call.verb is verb for call in calls)

    return wait_for(done)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def bench(tmp_path: Path, world: World) -> Iterator[Bench]:
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        yield bench


def test_devices_are_moved_in_one_call_and_say_where_they_are(bench: Bench, world: World) -> None:
    first, second = _claimed(bench, "A1", "A2")
    assert _do(bench, afterwards.move, [first.id, second.id], "t2", "Bergen", "Bert") == 2
    assert _settled(bench, Verb.MOVE)
    moves = [call for call in world.calls if call.verb is Verb.MOVE]
    assert [(call.target, [(d.device_id, d.handle) for d in call.devices]) for call in moves] == [
        ("t2", [("A1", "h1"), ("A2", "h2")])
    ]
    assert world.confirms == [("A1", "A2")]  # a fresh read came first
    details = _details(bench, first.id)
    assert details.item.outcome is not None
    assert details.item.outcome.place == "Bergen"
    assert details.page == "https://vendor.example/p/t2/d/A1?h=h1"
    told = [(event.what, event.who, event.detail) for event in details.history if event.what == "move_device"]
    assert told == [("move_device", "Bert", "Bergen")]


def test_a_device_is_renamed_and_a_kits_devices_are_numbered(bench: Bench, world: World) -> None:
    world.found["A9"] = tuple(FoundDevice(name, ClaimStatus.UNCLAIMED) for name in ("k1", "k2"))
    single, kit = _claimed(bench, "A1", "A9")
    assert _do(bench, afterwards.rename, single.id, " Front  door ", "Anna") == 1
    assert wait_for(lambda: bench.rows[single.id].name == "Front door")
    assert _do(bench, afterwards.rename, kit.id, "Hall {n:02}", "Anna") == 2
    assert wait_for(lambda: bench.rows[kit.id].name == "Hall 01 … Hall 02")
    names = [[device.name for device in call.devices] for call in world.calls if call.verb is Verb.RENAME]
    assert names == [["Front door"], ["Hall 01", "Hall 02"]]
    assert dict(_details(bench, kit.id).extra) == {"k1": "Hall 01", "k2": "Hall 02"}
    assert _do(bench, afterwards.rename, single.id, "{", "Anna") == 0
    assert bench.last(Refused) == Refused("rename", "unbalanced")


def test_labels_are_set_and_taken_away(bench: Bench) -> None:
    (row,) = _claimed(bench, "A1")
    for value in ("4 B", "5 C"):
        assert _do(bench, afterwards.change, [row.id], Verb.LABEL, {"label": "room", "value": value}, {}, "Anna") == 1
        assert wait_for(lambda value=value: dict(_details(bench, row.id).extra).get("label room") == value)  # type: ignore[misc]
    assert _do(bench, afterwards.change, [row.id], Verb.LABEL, {"label": "room", "value": ""}, {}, "Anna") == 1
    assert wait_for(lambda: not _details(bench, row.id).extra)


@pytest.mark.parametrize(
    ("values", "secrets", "why"),
    [({}, {}, "field_missing"), ({"label": "a", "colour": "b"}, {}, "unknown_field"),
     ({"label": "a"}, {"value": Secret("x")}, "unknown_field"), ({"label": "a" * 2000}, {}, "too_long")],
)
def test_what_was_typed_is_looked_at_first(
    bench: Bench, world: World, values: dict[str, str], secrets: dict[str, Secret], why: str
) -> None:
    (row,) = _claimed(bench, "A1")
    assert _do(bench, afterwards.change, [row.id], Verb.LABEL, values, secrets, "Anna") == 0
    assert bench.last(Refused) == Refused("label", why)
    assert _do(bench, afterwards.change, [row.id], Verb.SHARE, values, secrets, "Anna") == 0
    assert bench.last(Refused) == Refused("share", "cannot")
    assert _do(bench, afterwards.move, [row.id], "t2", "Bergen", " ") == 0
    assert bench.last(Refused) == Refused("move", "no_operator")
    assert len(world.calls) == 1


def test_what_is_not_ours_any_more_is_left_alone(bench: Bench, world: World) -> None:
    (row,) = _claimed(bench, "A1")
    world.ours["A1"] = "another claim of ours"
    assert _do(bench, afterwards.move, [row.id], "t2", "Bergen", "Anna") == 1
    assert wait_for(lambda: bench.last(Refused) == Refused("move", "not_ours"))
    assert [call.verb for call in world.calls] == [Verb.CLAIM]


def _refuse_one(call: Call) -> Answer:
    no = Outcome(OutcomeKind.NOT_ALLOWED, HowKnown.ANSWER, code="E42", text="no rights there", request_id="r-1")
    yes = Outcome(OutcomeKind.ALREADY_OURS, HowKnown.ANSWER)
    return Answer(tuple(DeviceResult(d.device_id, no if d.device_id == "A1" else yes) for d in call.devices[:2]))


def test_each_device_is_told_by_itself_with_the_vendors_words(bench: Bench, world: World) -> None:
    one, two, three = _claimed(bench, "A1", "A2", "A3")
    world.spoil.append(_refuse_one)
    assert _do(bench, afterwards.move, [one.id, two.id, three.id], "t2", "Bergen", "Anna") == 3
    assert _settled(bench, Verb.MOVE)
    told = [(each.why, each.detail) for each in bench.news if isinstance(each, Refused)]
    assert told == [("refused", "A1 E42 no rights there r-1"), ("no_answer", "A3")]
    places = {item.id: item.outcome.place for item in bench.rows.values() if item.outcome}
    assert places == {one.id: "", two.id: "Bergen", three.id: ""}


def _lost(call: Call) -> Answer:
    raise UnclearError(Cause.TIMEOUT, "no answer in time")


def test_a_lost_answer_is_said_and_not_sent_again(tmp_path: Path, world: World) -> None:
    clock = MovedClock()
    with desk_of(tmp_path, Vendor("a", world), clock=clock) as bench:
        (row,) = _claimed(bench, "A1")
        world.spoil.append(_lost)
        assert _do(bench, afterwards.move, [row.id], "t2", "Bergen", "Anna") == 1
        assert wait_for(lambda: bench.last(Refused) == Refused("move", "no_answer", "timeout no answer in time"))
        clock.leap(3600)
        _do(bench, rows.check_again, [])
        history = _details(bench, row.id).history
        assert [event.why for event in history if event.what == "move_device"][:1] == ["no_answer"]
    with desk_of(tmp_path, Vendor("a", world), clock=clock) as bench:
        assert bench.looked_up("A2").ready
    assert [call.verb for call in world.calls] == [Verb.CLAIM, Verb.MOVE]


def test_a_lost_move_that_a_read_shows_as_done_is_settled_by_it(bench: Bench, world: World) -> None:
    (row,) = _claimed(bench, "A1")
    world.spoil.append(_lost)
    world.shown["A1"], world.ours["A1"] = True, "h1"
    assert _do(bench, afterwards.move, [row.id], "t2", "Bergen", "Anna") == 1
    assert _settled(bench, Verb.MOVE)
    moved = [event.why for event in _details(bench, row.id).history if event.what == "move_device"]
    assert moved == ["no_answer", "was_shown"]
    assert bench.rows[row.id].outcome.place == "Bergen"  # type: ignore[union-attr]
    assert [call.verb for call in world.calls] == [Verb.CLAIM, Verb.MOVE]


def test_a_lost_release_is_settled_by_what_a_read_shows_once_nothing_late_can_land(
    tmp_path: Path, world: World
) -> None:
    clock = MovedClock()
    with desk_of(tmp_path, Vendor("a", world), clock=clock) as bench:
        gone, kept = _claimed(bench, "A1", "A2")
        world.spoil += [_lost, _lost]
        world.shown = {"A1": True, "A2": False}
        assert _do(bench, releases.release, [gone.id, kept.id], "Anna") == 2
        bench.until(lambda: bench.rows[gone.id].progress is Progress.RELEASED)
        assert Refused("release", "not_done", "A2") not in bench.news
        assert wait_for(lambda: Refused("release", "not_done", "A2") in bench.news or clock.leap(5))
        assert bench.rows[kept.id].progress is Progress.CLAIMED
    assert [call.verb for call in world.calls] == [Verb.CLAIM, Verb.RELEASE, Verb.RELEASE]


class Safe(Vendor):
    traits = Vendor.traits.__class__(
        items_a_call=10, safe_to_repeat=True, move=True, release=True, rename=True, look_up=True
    )
    changes = (*Vendor.changes,)


def _gone(call: Call) -> Answer:
    none = Outcome(OutcomeKind.NOT_FOUND, HowKnown.ANSWER, code="404")
    return Answer(tuple(DeviceResult(device.device_id, none) for device in call.devices))


def test_a_repeat_that_finds_nothing_to_release_is_settled_by_a_read(tmp_path: Path, world: World) -> None:
    clock = MovedClock()
    with desk_of(tmp_path, Safe("a", world), clock=clock) as bench:
        (row,) = _claimed(bench, "A1")
        world.spoil += [_lost, _gone]
        world.shown["A1"] = True
        assert _do(bench, releases.release, [row.id], "Anna") == 1
        assert wait_for(lambda: bench.rows[row.id].progress is Progress.RELEASED or clock.leap(5))
    assert [call.verb for call in world.calls] == [Verb.CLAIM, Verb.RELEASE, Verb.RELEASE]


def test_where_it_is_safe_the_same_call_goes_again(tmp_path: Path, world: World) -> None:
    clock = MovedClock()
    with desk_of(tmp_path, Safe("a", world), clock=clock) as bench:
        (row,) = _claimed(bench, "A1")
        world.spoil.append(_lost)
        assert _do(bench, afterwards.move, [row.id], "t2", "Bergen", "Anna") == 1
        assert wait_for(lambda: len(world.calls) == 3 or clock.leap(5))
        assert _settled(bench, Verb.MOVE)
    moves = [call for call in world.calls if call.verb is Verb.MOVE]
    assert len({call.key for call in moves}) == 1


def test_a_refused_call_is_halved_until_the_culprit_stands_alone(bench: Bench, world: World) -> None:
    items = _claimed(bench, "A1", "A2", "A3")

    def strict(call: Call) -> Answer:
        if any(device.device_id == "A3" for device in call.devices):
            world.spoil.insert(0, strict)
            raise RefusedError(Cause.BAD_REQUEST, "one is wrong", status=400)
        world.spoil.insert(0, strict)
        done = Outcome(OutcomeKind.ALREADY_OURS, HowKnown.ANSWER)
        return Answer(tuple(DeviceResult(device.device_id, done) for device in call.devices))

    world.spoil.append(strict)
    assert _do(bench, afterwards.move, [item.id for item in items], "t2", "Bergen", "Anna") == 3
    assert wait_for(lambda: bench.last(Refused) == Refused("move", "bad_request", "one is wrong"))
    assert wait_for(lambda: [bench.rows[i.id].outcome.place for i in items] == ["Bergen", "Bergen", ""])  # type: ignore[union-attr]


def test_an_owner_opens_its_own_device_and_no_file_holds_the_new_code(tmp_path: Path, world: World) -> None:
    world.found["SN-12345"] = (
        FoundDevice("SN-12345", ClaimStatus.CLAIMED, ref="d1", holder=Holder.OURS, handle="d1", owned=True),
    )
    with desk_of(tmp_path, Pins("p", world)) as bench:
        bench.scan("SN-12345")
        row = bench.scan("4711").item
        assert row is not None
        bench.until(lambda: bench.rows[row.id].looked_up_at)
        new = {"pin": Secret(CANARY)}
        assert _do(bench, afterwards.change, [row.id], Verb.OPEN_CLAIMING, {}, new, "Anna") == 1
        assert _settled(bench, Verb.OPEN_CLAIMING)
        (call,) = world.calls
        told = call.secret("pin")
        assert told is not None
        assert told.reveal() == CANARY
        assert world.confirms == []  # our own device: there is no claim of ours to be read first
        assert _details(bench, row.id).extra[0][0] == "owned"
        assert CANARY not in repr(bench.news)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert CANARY.encode() not in kept
    assert Field("pin", secret=True) in Pins.changes[0].fields


def test_one_verb_is_another_change_for_what_we_claimed(tmp_path: Path, world: World) -> None:
    with desk_of(tmp_path, Pins("p", world)) as bench:
        bench.scan("SN-12345")
        row = bench.scan("4711").item
        assert row is not None
        bench.until(lambda: bench.rows[row.id].looked_up_at)
        assert bench.claim()
        bench.until(lambda: bench.rows[row.id].progress is Progress.CLAIMED)
        new = {"pin": Secret(CANARY)}
        assert _do(bench, afterwards.change, [row.id], Verb.OPEN_CLAIMING, {}, new, "Anna") == 1
        assert _settled(bench, Verb.OPEN_CLAIMING)
        assert world.confirms == [("serial=SN-12345",)]


def test_a_device_given_back_is_claimed_again_and_gets_its_new_handle(bench: Bench, world: World) -> None:
    (row,) = _claimed(bench, "A1")
    assert _do(bench, releases.release, [row.id], "Anna") == 1
    bench.until(lambda: bench.rows[row.id].progress is Progress.RELEASED)
    heard = bench.scan("A1")
    assert heard.heard is Heard.KEPT
    assert heard.item is not None
    bench.until(lambda: bench.rows[heard.item.id].ready if heard.item and not bench.rows[heard.item.id].check else None)
    assert bench.claim()
    again = bench.until(lambda: r if (r := bench.rows[heard.item.id]).progress is Progress.CLAIMED else None)  # type: ignore[union-attr]
    assert again.outcome is not None
    assert again.outcome.handle == "h2"
    old = bench.station.desk.read(lambda reader: reader.devices(row.id)[0].outcome).result(PATIENCE_S)
    assert old is not None
    assert old.handle == "h1"


def test_a_released_row_can_be_claimed_again_from_the_row(bench: Bench) -> None:
    (row,) = _claimed(bench, "A1")
    assert _do(bench, releases.release, [row.id], "Anna") == 1
    bench.until(lambda: bench.rows[row.id].progress is Progress.RELEASED)
    (again,) = _do(bench, rows.try_again, [row.id], "Anna")
    bench.until(lambda: (bench.rows[again].ready and not bench.rows[again].check) or None)
    assert bench.claim()
    bench.until(lambda: bench.rows[again].progress is Progress.CLAIMED)
