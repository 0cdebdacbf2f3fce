"""How the desk is put together, and what it does first, when idle, and when something may leave."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from station.backends.base import Backend
from station.core.call import CallState
from station.core.news import Ready, Stopping, Trouble

from . import ahead, batches, changing, lines, look_ups, outbox, pauses, places, queueing, reconcile, summaries
from .desk import Desk
from .network import Network, submitter
from .performing import OwnVerbs
from .ports import Clock, FaultHook, Store, no_faults
from .state import State
from .witness import Witness
from .work import Outside, Work

RESTORED = "restored"


@dataclass
class Parts:
    """What a desk is made of; everything outside it is passed in."""

    open_store: Callable[[], Store]
    backends: Callable[[], Mapping[str, Backend]]
    network: Network
    clock: Clock
    practice: frozenset[str] = frozenset()
    faults: FaultHook = no_faults
    chance: random.Random = field(default_factory=random.SystemRandom)
    take_lock: Callable[[], bool] = lambda: True
    witness: Witness = field(default_factory=lambda: Witness(None))
    problems: list[Trouble] = field(default_factory=list)
    """What opening the store and the backends had to say; told once the desk is ready."""
    mixed: bool = False
    """Whether a label that only another connection accepts joins that connection's batch."""
    cool_off_s: float = 0.0
    """How long after Claim nothing of a batch is sent, so that it can be cancelled."""


def build(parts: Parts) -> Desk:
    """A desk that is ready to be started."""
    def start(work: Work) -> None:
        begin(work)
        work.news.extend(parts.problems)

    state = State(practice=parts.practice, mixed=parts.mixed, cool_off_s=parts.cool_off_s, sends=False)
    backends: dict[str, Backend] = {}
    state.backends = backends
    outside = Outside(
        clock=parts.clock,
        faults=parts.faults,
        chance=parts.chance,
        submit=submitter(parts.network, backends),
        submit_to=parts.network.submit,
        retire=parts.network.retire,
        take_lock=parts.take_lock,
        witness=parts.witness,
    )

    def opening(_desk: Desk) -> Store:
        store = parts.open_store()
        backends.update(parts.backends())
        state.sends = parts.take_lock()
        return store

    return Desk(opening, outside, state, OwnVerbs(start, beat, batches.plan, pump))


def begin(work: Work) -> None:
    """The first task: from its news on, scans are kept."""
    state, store = work.state, work.store
    names = list(state.backends)
    last = store.get("chosen")
    state.chosen = last if last in names else (names[0] if names else "")
    state.operator = store.get("operator")
    kept = store.get("mixed")
    state.mixed = kept == "yes" if kept else state.mixed
    pauses.remember(work)
    work.tell(Ready(store.desk_id()))
    work.after.append(lambda: work.outside.post(settle_in))


def greet(work: Work) -> None:
    """Tell a listener that came late what it missed."""
    work.tell(Ready(work.store.desk_id()))
    for connection in work.state.backends:
        lines.tell(work, connection)
    batches.plan(work)


def seal(work: Work) -> None:
    """The key that seals secrets is there now: what was kept in memory goes to disk, what was sealed can be read."""
    work.store.seal_waiting()
    work.tell(Ready(work.store.desk_id()))
    work.wake()


def settle_in(work: Work) -> None:
    """After the first paint: what an earlier run left is taken up again."""
    if work.state.sends:
        _take_over(work)
    look_ups.resume(work)
    for connection in work.state.backends:
        places.read_targets(work, connection)
    work.wake()


def _take_over(work: Work) -> None:
    """This process sends from now on: calls that were cut off are found out about.

    Only once that is on disk is anything sent, and only then does the witness forget what it disagreed with.
    """
    last, witness = work.store.next_call_number() - 1, work.outside.witness
    restored = not witness.agrees(work.store.desk_id(), last, len(work.store.calls(CallState.SENDING)))
    if restored:
        _hold_everything(work)
    reconcile.recover(work, read_only=restored)
    summaries.take_up(work)
    queueing.queue_on(work, RESTORED if restored else "")

    def taken_over() -> None:
        witness.saw_call(last)
        work.state.sends = work.state.settled_in = True

    work.after.append(taken_over)


def _hold_everything(work: Work) -> None:
    """A copied disk or a restored backup: what is queued may have been sent since, so it waits for a person."""
    for batch, queued in work.store.waiting().items():
        known = work.store.batch(batch) if queued else None
        if known is not None and not known.paused:
            work.store.change_batch(batch, paused=RESTORED)
    work.tell(Trouble(RESTORED))


def beat(work: Work) -> None:
    """When idle: notice what another process wrote, and take the lock when its holder is gone."""
    work.outside.witness.catch_up()
    if not work.state.sends and work.outside.take_lock():
        _take_over(work)
    if work.store.changed_elsewhere():
        pauses.remember(work)
        work.tell(Ready(work.store.desk_id()))
        work.wake()


def pump(work: Work) -> None:
    """Let leave what can leave: look-ups, read-backs, calls."""
    look_ups.pump(work)
    ahead.pump(work)
    changing.pump(work)
    reconcile.pump(work)
    outbox.pump(work)


def leave(work: Work) -> None:
    """Nothing new is sent from now on; tells how many calls are still waited for."""
    work.state.stopping = True
    work.outside.witness.catch_up()
    work.tell(Stopping(len(work.store.calls(CallState.SENDING)) if work.state.sends else 0))
