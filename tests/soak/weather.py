"""The network of a long day: one exchange in twenty is spoiled, and now and then there is none at all."""

import random
from collections import Counter
from collections.abc import Callable

from tests.faults.fault import AT_THE_DOOR, Fault
from tests.faults.plan import can_meet
from tests.faults.protocols import Protocol
from tests.faults.proxy import Seen

SHARE = 0.05
SPELL_EVERY_S, SPELL_S = 7200.0, 600.0
"""Simulated seconds from one spell without a network to the next, and how long each lasts."""
NEVER = frozenset({Fault.NONE, Fault.REVOKED, *AT_THE_DOOR})
"""Not by chance: credentials are renewed by a person, and the door is shut in a spell."""


class Weather:
    """The plan of a proxy and of the name resolver; ``elapsed`` gives the simulated seconds since the day began."""

    def __init__(self, protocol: Protocol, chance: random.Random, elapsed: Callable[[], float]) -> None:
        self.on = True
        self.counts: Counter[Fault] = Counter()
        self._protocol, self._chance, self._elapsed = protocol, chance, elapsed
        kinds = protocol.kinds_of_call()
        self._faults = {
            kind: tuple(fault for fault in Fault if fault not in NEVER and can_meet(protocol, kind, fault))
            for kind in kinds
        }

    @property
    def is_offline(self) -> bool:
        return self.on and self._elapsed() % SPELL_EVERY_S > SPELL_EVERY_S - SPELL_S

    def knock(self, _host: str) -> Fault:
        """What a new connection meets."""
        if self.is_offline:
            return self._count(Fault.NO_NAME)
        return Fault.NONE

    def __call__(self, seen: Seen) -> Fault:
        """What becomes of a request."""
        if self.is_offline:
            return self._count(Fault.DROP_BEFORE)
        if not self.on or self._chance.random() >= SHARE:
            return self._count(Fault.NONE)
        return self._count(self._chance.choice(self._faults[self._protocol.kind_of_call(seen)]))

    def _count(self, fault: Fault) -> Fault:
        self.counts[fault] += 1
        return fault
