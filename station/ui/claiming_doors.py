"""What is settled about claiming itself: how long it can be cancelled, and what wants to be confirmed, and how."""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from .connection_doors import Done, Problem

PRESS, HOLD = "press", "hold"
"""Confirmed by a second press or scan, or by keeping the button or its key pressed."""
LONGEST_MINUTES = 10


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """For ``cool_off_minutes`` nothing of a claim is sent and it can be cancelled. One that cannot be undone and has
    more than ``confirm_above`` devices (0: none) is confirmed, by ``PRESS`` or ``HOLD``."""

    cool_off_minutes: int = 0
    confirm_above: int = 0
    confirm_by: str = PRESS


class ClaimingDoors(Protocol):
    def rules(self) -> ClaimRules:
        """As they are in effect."""
        ...

    def save(self, rules: ClaimRules) -> "Future[Done | Problem]":
        """Keep them, and put them to use at once."""
        ...
