"""How long a request that was given up on may still land, after its sender has gone."""

from station.core.call import Call

from .work import Work

LOOK_AGAIN_S = 20.0
"""How long what no read shows yet is left alone before the next read, while a late request may still land."""
AT_ONCE_S = 0.01
"""The wait for the next read where the quiet period ended while the last one was under way."""


def reads(work: Work, call: Call) -> None:
    """A read for the call begins now: what it does not show may have landed before its answer came."""
    work.state.reading_back[call.key] = work.clock.monotonic()


def since_sent(work: Work, call: Call, begun: float | None = None) -> float:
    """Seconds on the monotonic clock from when the call was last sent to when the read was begun that is judged (now,
    where that is not known); they begin anew after a restart."""
    at = work.clock.monotonic() if begun is None else begun
    return at - work.state.sent_at.setdefault(call.key, at)


def left(work: Work, call: Call, begun: float | None = None) -> float:
    """Seconds of the quiet period that were left when that read was begun (now, where none is named), below zero once
    it is over.

    It is counted on the monotonic clock and begins anew after a restart.
    """
    settings = work.state.backends[call.connection].settings
    return max(settings.quiet_period_s, 2 * settings.claim_timeout_s) - since_sent(work, call, begun)


def wait_after(work: Work, call: Call, begun: float | None) -> float:
    """Seconds until what that read did not show is looked for again; 0 where it was begun after the quiet period, so
    that it counts."""
    if left(work, call, begun) <= 0:
        return 0.0
    return min(max(left(work, call), AT_ONCE_S), LOOK_AGAIN_S)


def wait_for_lists(work: Work, call: Call, begun: float | None) -> float:
    """The same where nothing may land any more, and only the vendor's lists may lag behind: one more read then counts.
    """
    if since_sent(work, call, begun) >= LOOK_AGAIN_S:
        return 0.0
    return max(LOOK_AGAIN_S - since_sent(work, call), AT_ONCE_S)
