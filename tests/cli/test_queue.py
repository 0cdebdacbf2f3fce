"""The queue from the command line: paused and resumed, sent later, and decided by a person where nobody can tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.core.outcome import Outcome, OutcomeKind
from station.core.progress import Progress
from station.folders import Lock
from station.store import SqliteStore, open_store

from .conftest import CLAIM, DEVICE, KIT, Cli

OTHER = "c1sample0000000000d1"


@contextmanager
def store(home: Path) -> Iterator[SqliteStore]:
    """The desk's database while no station runs."""
    opened = open_store(home / "data" / "practice" / "desk.db").store
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def somebody_else_sends(home: Path) -> Iterator[None]:
    """Another process holds the lock, and does nothing."""
    folder = home / "data" / "practice"
    folder.mkdir(parents=True, exist_ok=True)
    lock = Lock(folder)
    assert lock.take()
    yield
    lock.give_back()


def hold_everything(home: Path) -> None:
    """Bring what is queued to *held*, as an answer that was lost and could not be read back does."""
    with store(home) as desk, desk.transaction():
        for batch in desk.batches():
            for item in list(desk.items_of(batch.id)):
                devices = [device.id for device in desk.devices(item.id)]
                for old, new in (
                    (Progress.QUEUED, Progress.SENDING),
                    (Progress.SENDING, Progress.UNKNOWN),
                    (Progress.UNKNOWN, Progress.HELD),
                ):
                    lost = Outcome(OutcomeKind.UNKNOWN, code="timeout")
                    desk.step(devices, old, new, datetime.now(UTC), outcome=lost, why="lost")


def test_a_paused_connection_queues_and_a_resumed_one_sends(cli: Cli) -> None:
    assert cli("queue", "pause").status == 0
    told = cli("claim", DEVICE, *CLAIM, "--batch", "later", "--json")
    assert (told.status, told.column("progress")) == (3, ["queued"])
    assert cli("queue", "--json").column("device") == [DEVICE]
    assert DEVICE in cli("queue").out
    assert cli("queue", "sync", "--wait", "2").status == 3
    assert cli("queue", "resume", "--json").lines == [{"v": 1, "connection": "local", "paused": False}]
    cli("queue", "sync", "--json")
    done = cli("receipt", "later", "--json")
    assert (done.status, done.column("progress")) == (0, ["claimed"])
    empty = cli("queue", "list", "--json")
    assert (empty.status, empty.lines) == (0, [])


def test_what_is_queued_is_taken_back_by_its_label_and_is_not_sent(cli: Cli) -> None:
    assert cli("queue", "pause").status == 0
    assert cli("claim", OTHER, DEVICE, *CLAIM, "--batch", "later").status == 3
    assert cli("queue", "take-back", "zz-unknown-zz", "--by", "Kari").status == 2
    told = cli("queue", "take-back", DEVICE, "--by", "Kari", "--json")
    assert (told.status, told.column("device"), told.column("progress")) == (0, [DEVICE], ["open"])
    assert cli("queue", "take-back", DEVICE, "--by", "Kari").status == 2
    cli("queue", "resume")
    cli("queue", "sync", "--json")
    assert set(cli("queue", "list", "--json").column("device")) == set()
    done = cli("receipt", "later", "--json")
    assert dict(zip(done.column("device"), done.column("progress"), strict=True)) == {OTHER: "claimed", DEVICE: "open"}


@pytest.mark.parametrize(
    ("choice", "status", "progress", "outcome"),
    [
        ("claimed", 0, "claimed", "already_ours"),
        ("refused", 1, "refused", "rejected"),
        ("free", 0, "claimed", "claimed_now"),
    ],
)
def test_what_is_held_is_decided_by_a_person(
    cli: Cli, home: Path, choice: str, status: int, progress: str, outcome: str
) -> None:
    with somebody_else_sends(home):
        assert cli("claim", KIT, *CLAIM, "--batch", "lost", "--wait", "0").status == 3
    hold_everything(home)
    held = cli("queue", "list", "--json")
    assert (held.status, held.column("progress")) == (4, ["held"] * 5)
    part = cli("queue", "decide", "c1sample0000000000a1", "--as", choice, "--by", "Kari", "--reason", "seen in Studio")
    assert part.status == 2
    told = cli("queue", "decide", KIT, "--as", choice, "--by", "Kari", "--reason", "seen in Studio", "--json")
    assert (told.status, set(told.column("progress"))) == (status, {progress})
    assert set(told.column("outcome")) == {outcome}
    with store(home) as desk:
        decisions = [event for event in desk.events() if event.what == "decision"]
    assert {(event.who, event.why, event.new) for event in decisions} == {("Kari", "seen in Studio", choice)}
    assert len(decisions) == 5


def test_a_device_that_came_back_to_open_can_be_claimed_again(cli: Cli) -> None:
    cli("queue", "pause")
    unseen = cli("claim", KIT, *CLAIM, "--batch", "unseen", "--json")
    assert unseen.status == 3
    cli("queue", "resume")
    cli("queue", "sync")
    back = cli("receipt", "unseen", "--json")
    assert (back.status, set(back.column("progress")), set(back.column("reason"))) == (1, {"open"}, {"kit_unseen"})
    again = cli("claim", KIT, *CLAIM, "--json")
    assert (again.status, again.column("outcome")) == (0, ["claimed_now"] * 5)


def test_kits_go_unseen_where_the_person_said_so(cli: Cli) -> None:
    cli("queue", "pause")
    cli("claim", KIT, *CLAIM, "--batch", "unseen", "--unseen-kits")
    cli("queue", "resume")
    cli("queue", "sync")
    told = cli("receipt", "unseen", "--json")
    assert (told.status, told.column("outcome")) == (0, ["claimed_now"] * 5)
