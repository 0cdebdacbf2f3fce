"""Which exchange is spoiled and how: by chance, and where it is asked for each fault of each kind of call."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from .fault import AT_THE_DOOR, CLEAR, IN_OWN_WORDS, Fault
from .protocols import CHANGES, Protocol
from .proxy import Seen

SHARES = {"claim": 1.0, **dict.fromkeys(CHANGES, 0.8), "read-back": 0.4, "sign-in": 0.3, "read": 0.08}
"""How often a kind of call is spoiled, beside how often a claim is."""
FORCED_SHARE = 0.5
"""How often one that is asked for is met by what is not a claim: the desk waits longer after each failure in a row."""
KEPT_SHARE = 0.8
"""How often the vendor keeps a connection for the next request."""
Met = tuple[str, Fault]


@dataclass
class Way:
    """What is known of one connection: what it will ask for next can be told before it has asked."""

    reads: int = 0
    """Good reads since its last claim: a claim follows one."""
    unsure: bool = False
    """A claim's answer was spoiled: what it reads now is a read-back."""
    unsigned: bool = True
    revoked: bool = False


@dataclass
class Spoiling:
    """The plan. ``forced`` are met first, one each; then ``share`` of the claims, and less of all else.

    It is asked on two threads, for a new connection (``knock``) and for a request (``__call__``), never both for one.
    """

    protocol: Protocol
    chance: random.Random
    share: float = 0.85
    forced: list[Met] = field(default_factory=list)
    on: bool = True
    counts: Counter[Met] = field(default_factory=Counter)
    claims_due: int = 0
    """Claims that the desk has let go and that have not knocked yet."""
    _ways: dict[str, Way] = field(default_factory=dict)

    def way(self, host: str) -> Way:
        return self._ways.setdefault(host, Way())

    def sends(self, point: str) -> None:
        """The desk's own word that a claim is about to leave."""
        self.claims_due += point == "send.committed"

    def knock(self, host: str) -> Fault:
        """What a new connection meets."""
        way = self.way(host)
        what = self._expected(way)
        self.claims_due -= what == "claim" and self.claims_due > 0
        if not self.on or way.revoked:
            return Fault.NONE
        fault = self._choose(what, AT_THE_DOOR)
        if fault is not Fault.NONE:
            self.counts[what, fault] += 1
        return fault

    def _expected(self, way: Way) -> str:
        if self.protocol.signs_in and way.unsigned:
            return "sign-in"
        if self.claims_due and way.reads:
            return "claim"
        return "read-back" if way.unsure else "read"

    def keeps(self, _host: str) -> bool:
        """Whether a connection lives on; not while faults are asked for that only a new one can meet."""
        wanted = any(what != "claim" and fault in AT_THE_DOOR for what, fault in self.forced)
        return not wanted and self.chance.random() < KEPT_SHARE

    def __call__(self, seen: Seen) -> Fault:
        way, what = self.way(seen.host), self.protocol.kind_of_call(seen)
        if what == "read" and way.unsure:
            what = "read-back"
        fault = self._spoil(way, what) if self.on else Fault.NONE
        self.counts[what, fault] += 1
        self._learn(way, what, fault)
        return fault

    def _spoil(self, way: Way, what: str) -> Fault:
        if way.revoked:
            return Fault.REVOKED
        signing = any(kind == "sign-in" for kind, _ in self.forced)
        if signing and what == "read" and self.chance.random() < 0.2:
            return Fault.UNAUTHORIZED  # else nobody would sign in again
        return self._choose(what, tuple(fault for fault in Fault if fault not in AT_THE_DOOR))

    def _learn(self, way: Way, what: str, fault: Fault) -> None:
        if what == "claim":
            way.unsure, way.reads = fault not in CLEAR, 0
        elif what in ("read", "read-back") and fault is Fault.NONE:
            way.reads += 1
        if what == "sign-in":
            way.unsigned = fault not in (Fault.NONE, Fault.TWICE, Fault.AT_ONCE)
        way.unsigned = way.unsigned or fault is Fault.UNAUTHORIZED or fault is Fault.REVOKED
        way.revoked = way.revoked or fault is Fault.REVOKED

    def _choose(self, what: str, among: Iterable[Fault]) -> Fault:
        now = what in ("claim", *CHANGES) or self.chance.random() < FORCED_SHARE
        for at, (wanted, fault) in enumerate(self.forced if now else []):
            if wanted == what and fault in among:
                del self.forced[at]
                return fault
        may = [fault for fault in among if fault is not Fault.NONE and can_meet(self.protocol, what, fault)]
        # The door has its part of all faults, and the request the rest.
        part = len(may) / (len(Fault) - 1)
        if self.chance.random() >= self.share * SHARES[what] * part:
            return Fault.NONE
        return self.chance.choice(may)


def can_meet(protocol: Protocol, what: str, fault: Fault) -> bool:
    """Whether there is such a thing: a vendor speaks of targets and leaves out devices only where a claim has any."""
    if fault in IN_OWN_WORDS:
        return what == "claim"
    if fault is Fault.FEWER:
        return what == "claim" and bool(protocol.lists)
    return True


def all_of_changes(protocol: Protocol) -> list[Met]:
    """Each fault that meets a request for each change itself."""
    faults = tuple(fault for fault in Fault if fault is not Fault.NONE and fault not in AT_THE_DOOR)
    return [(change, fault) for change in protocol.changes for fault in faults if can_meet(protocol, change, fault)]


def all_of(protocol: Protocol) -> list[Met]:
    """Each fault that each kind of call can meet."""
    faults = tuple(Fault)[1:]
    return [(what, fault) for what in protocol.kinds_of_call() for fault in faults if can_meet(protocol, what, fault)]
