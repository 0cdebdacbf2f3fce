"""Lengths of time as a person says them."""

from station.words import say


def span(seconds: float | None) -> str:
    """A length of time, rounded up: "40 s", "3 min", "2 h"."""
    whole = max(int((seconds or 0) + 0.999), 0)
    if whole < 90:
        return say("age.seconds", count=whole)
    if whole < 5400:
        return say("age.minutes", count=-(-whole // 60))
    return say("age.hours", count=-(-whole // 3600))
