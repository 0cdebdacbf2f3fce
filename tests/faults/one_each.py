"""One fault for each device: the first claim of it that reaches the vendor's door is spoiled, nothing else ever is."""

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from . import plan
from .fault import AFTER, AT_THE_DOOR, Fault
from .protocols import DISRUPTIVE
from .proxy import Seen

FAULTS = tuple(
    fault for what, fault in plan.all_of(DISRUPTIVE)
    if what == "claim" and fault not in AT_THE_DOOR and fault is not Fault.REVOKED
)
"""All that meet a claim itself; credentials that stay revoked would spoil the devices after it too."""


def dealt(seed: int, times: int, faults: Sequence[Fault] = FAULTS) -> dict[str, Fault]:
    """Each fault so many times, by the device that it strikes: Disruptive's protocol claims a device by its code."""
    dealt = list(faults) * times
    random.Random(seed).shuffle(dealt)
    codes = [identifier.text for identifier in DISRUPTIVE.devices(len(dealt))]
    return dict(zip(codes, dealt, strict=True))


@dataclass
class OneEach(plan.Spoiling):
    """The plan that keeps to ``dealt``; remembers what became of each claim of each device, in order."""

    dealt: dict[str, Fault] = field(default_factory=dict)
    met: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))

    def knock(self, host: str) -> Fault:
        return Fault.NONE

    def __call__(self, seen: Seen) -> Fault:
        if not self.protocol.is_claim(seen):
            return Fault.NONE
        (code,) = json.loads(seen.body)["deviceIds"]
        fault = Fault.NONE if self.met[code] else self.dealt[code]
        self.met[code].append(fault)
        return fault

    def sent_again(self) -> int:
        """Claims of devices that an earlier claim of the same client had claimed by then, or was about to."""
        again = 0
        for faults in self.met.values():
            effects = [at for at, fault in enumerate(faults) if fault is Fault.NONE or fault in AFTER]
            again += len(faults) - 1 - effects[0] if effects else 0
        return again
