"""Connections that come, change and go while the desk runs: nothing is sent under what is another one by now."""

from pathlib import Path
from typing import Any

from station.core.call import Answer, Call
from station.core.errors import Cause, NotSentError, SignInError
from station.core.item import Item
from station.core.news import (
    ConnectionGone,
    ConnectionState,
    ConnectionTried,
    Heard,
    LineState,
    Refused,
    TargetCreated,
    TargetsRead,
    Trouble,
)
from station.core.progress import Progress
from station.desk import batches, connections, pauses, places, queue, rehearsals, rows

from .bench import PATIENCE_S, Bench
from .scripted import wait_for
from .vendors import Pins, Vendor, World, desk_of

DOWN = NotSentError(Cause.CONNECT, "no network")


def _do(bench: Bench, verb: Any, *args: Any) -> Any:
    return bench.station.desk.do(verb, *args).result(PATIENCE_S)


def _state(bench: Bench, connection: str) -> ConnectionState | None:
    told = [each for each in bench.news if isinstance(each, ConnectionState) and each.connection == connection]
    return told[-1] if told else None


def _queued(bench: Bench, world: World, text: str = "A1") -> Item:
    """A row that waits because the line is down."""
    row = bench.looked_up(text)
    world.down = DOWN
    assert bench.claim()
    return bench.becomes(row.id, Progress.QUEUED)


def test_a_connection_is_added_while_the_desk_runs(tmp_path: Path) -> None:
    world = World()
    with desk_of(tmp_path) as bench:
        assert bench.plan().connection == ""
        assert bench.scan("A1").heard is Heard.PROBLEM
        _do(bench, connections.set_up, Vendor("a", world))
        bench.until(lambda: _state(bench, "a") if (s := _state(bench, "a")) and s.state is LineState.ONLINE else None)
        state = _state(bench, "a")
        assert state is not None
        assert (state.kind, state.title, state.account is not None) == ("codes", "Codes", True)
        assert bench.plan().connection == "a"
        row = bench.looked_up("A1")
        assert bench.claim()
        bench.becomes(row.id, Progress.CLAIMED)
    assert (world.opened, world.closed) == (1, 1)


def test_a_replaced_connection_is_closed_and_its_answers_do_not_count(tmp_path: Path) -> None:
    old, new = World(), World(account="other")
    with desk_of(tmp_path, Vendor("a", old)) as bench:
        bench.looked_up("A1")
        _do(bench, connections.set_up, Vendor("a", new))
        assert wait_for(lambda: old.closed == 1)
        bench.until(lambda: s if (s := _state(bench, "a")) and s.account and s.account.id == "other" else None)
        assert wait_for(lambda: ("A1",) in new.looks)


def test_what_waits_goes_on_only_with_the_same_system_and_account(tmp_path: Path) -> None:
    world, other = World(), World(account="other")
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        row = _queued(bench, world)
        _do(bench, connections.set_up, Vendor("a", other))
        assert wait_for(lambda: bench.last(Trouble))
        trouble = bench.last(Trouble)
        assert trouble is not None
        assert trouble.code == str(Cause.ACCOUNT_CHANGED)
        assert "acme" in trouble.detail
        assert "other" in trouble.detail
        assert bench.rows[row.id].progress is Progress.QUEUED
        new = bench.looked_up("A2")
        assert new.batch != row.batch  # a scan joins a batch of the connection as it is now
        world.down = None
        _do(bench, connections.set_up, Vendor("a", world))
        bench.becomes(row.id, Progress.CLAIMED)
        assert other.calls == []


def test_what_waits_is_not_sent_to_another_address(tmp_path: Path) -> None:
    world, other = World(), World()
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        row = _queued(bench, world)
        _do(bench, connections.set_up, Vendor("a", other, base_url="https://elsewhere.example"))
        assert wait_for(lambda: bench.last(Trouble))
        assert bench.rows[row.id].progress is Progress.QUEUED
        assert other.calls == []
        _do(bench, queue.take_back, [row.id], "Anna")
        assert bench.becomes(row.id, Progress.OPEN)


def test_a_connection_with_unfinished_devices_is_not_taken_away(tmp_path: Path) -> None:
    world = World()
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        row = _queued(bench, world)
        assert not _do(bench, connections.take_away, "a")
        assert bench.last(Refused) == Refused("take_away", "not_finished", "a")
        _do(bench, queue.take_back, [row.id], "Anna")
        assert wait_for(lambda: _do(bench, connections.take_away, "a"))
        assert wait_for(lambda: world.closed == 1)
        assert bench.last(ConnectionGone) == ConnectionGone("a")
        assert not _do(bench, connections.take_away, "a")


def test_rows_of_a_connection_that_is_gone_say_so_and_break_nothing(tmp_path: Path) -> None:
    world = World(anothers={"A2"})
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        refused = bench.looked_up("A2")
        assert bench.claim()
        bench.becomes(refused.id, Progress.REFUSED)
        row = bench.looked_up("A1")
        assert wait_for(lambda: _do(bench, connections.take_away, "a"))
        assert not bench.claim()
        assert bench.last(Refused) == Refused("claim", "no_connection")
        assert _do(bench, rows.try_again, [refused.id], "Anna") == []
        assert bench.last(Refused) == Refused("try_again", "no_connection", "a")
        assert _do(bench, rehearsals.rehearse)
        assert bench.last(Refused) == Refused("rehearse", "no_connection", "a")
        assert not _do(bench, places.create_target, "a", "x")
        _do(bench, connections.set_up, Vendor("a", world))
        bench.until(lambda: s if (s := _state(bench, "a")) and s.state is LineState.ONLINE else None)
        assert wait_for(lambda: bench.plan().connection == "a")
        assert bench.claim()
        bench.becomes(row.id, Progress.CLAIMED)
        assert not any(isinstance(each, Trouble) for each in bench.news)


def test_queued_rows_can_be_taken_back_where_their_connection_is_not_set_up(tmp_path: Path) -> None:
    world = World()
    with desk_of(tmp_path, Vendor("a", world)) as bench:
        row = _queued(bench, world)
    with desk_of(tmp_path, Pins("p", World())) as bench:
        assert _do(bench, queue.take_back, [row.id], "Anna") == 1
        taken = bench.becomes(row.id, Progress.OPEN)
        assert (taken.connection, taken.closed) == ("a", False)
        assert not _do(bench, batches.claim, [(b.id, b.revision) for b in bench.plan().batches], "Anna")


def test_a_test_call_tells_what_it_sees_and_leaves_nothing_open(tmp_path: Path) -> None:
    world = World()
    with desk_of(tmp_path, Vendor("a", World())) as bench:
        _do(bench, connections.try_out, Vendor("new", world))
        tried = bench.until(lambda: bench.last(ConnectionTried))
        assert (tried.connection, [target.id for target in tried.targets]) == ("new", ["t1", "t2"])
        assert tried.account is not None
        assert wait_for(lambda: world.closed == 1)
        assert bench.plan().connection == "a"
        world.down = SignInError(Cause.CLOCK, "too early", clock_off=840.0)
        _do(bench, connections.try_out, Vendor("new", world))
        refused = bench.until(lambda: t if (t := bench.last(ConnectionTried)) and t.cause else None)
        assert (refused.cause, refused.clock_off, refused.account) == (Cause.CLOCK, 840.0, None)
        assert _state(bench, "new") is None


def test_a_pause_by_a_person_outlives_the_set_up(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World())) as bench:
        _do(bench, pauses.pause, "a")
        _do(bench, connections.set_up, Vendor("a", World()))
        bench.until(lambda: s if (s := _state(bench, "a")) and s.state is LineState.PAUSED else None)


def test_a_missing_path_is_made_and_chosen(tmp_path: Path) -> None:
    with desk_of(tmp_path, Vendor("a", World())) as bench:
        assert _do(bench, places.create_target, "a", " House / Floor//Room ")
        made = bench.until(lambda: bench.last(TargetCreated))
        assert (made.target.id, made.target.path) == ("t9", "House/Floor/Room")
        assert bench.plan().target == "t9"
        assert isinstance(bench.last(TargetsRead), TargetsRead)
        assert not _do(bench, places.create_target, "a", " / ")
        assert bench.last(Refused) == Refused("create_target", "no_path")


class Faulty(Vendor):
    """Answers with what no code of ours expects."""

    async def claim(self, call: Call) -> Answer:
        self.world.calls.append(call)
        return "not an answer"  # type: ignore[return-value]


def test_a_fault_of_ours_while_settling_leaves_no_call_as_if_it_were_under_way(tmp_path: Path) -> None:
    world = World(free={"A1"})
    with desk_of(tmp_path, Faulty("a", world)) as bench:
        row = bench.looked_up("A1")
        assert bench.claim()
        assert wait_for(lambda: world.confirms)  # it is found out about like any other lost answer
        bench.until(lambda: bench.rows[row.id].progress is Progress.UNKNOWN or None)
        assert len(world.calls) == 1
        world.ours["A1"] = "h5"
        _do(bench, pauses.try_now)
        assert bench.last(Trouble) is not None
