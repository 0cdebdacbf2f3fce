"""How long a request that was given up on may still land, after its sender has gone."""

from station.core.call import Call

from .work import Work

LOOK_AGAIN_S = 20.0
"""How long what no read shows yet is left alone before the next read, while a late request may still land."""


def since_sent(work: Work, call: Call) -> float:
    """Seconds on the monotonic clock since the call was last sent; they begin anew after a restart."""
    now = work.clock.monotonic()
    return now - work.state.sent_at.setdefault(call.key, now)


def left(work: Work, call: Call) -> float:
    """Seconds of the quiet period that are left, below zero once it is over.

    It is counted on the monotonic clock and begins anew after a restart.
    """
    settings = work.state.backends[call.connection].settings
    return max(settings.quiet_period_s, 2 * settings.claim_timeout_s) - since_sent(work, call)
