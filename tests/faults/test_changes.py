"""A short slice of what is done with claimed devices: some faults for each change at each system."""

import random
from pathlib import Path

import pytest

from . import changes, plan, report, roster, scene
from .fault import Fault
from .protocols import CHANGES, PROTOCOLS
from .proxy import Seen

SEED = 20
SLICE = scene.Size(devices=4, ways=2, a_call=2, limit_s=5.0)
"""Its time limits are longer than a busy machine takes, so that nothing but the faults is in the way."""
FAULTS = (
    Fault.CLOSE_AFTER, Fault.TOO_MANY, Fault.CUT, Fault.LOST_502, Fault.DROP_AFTER, Fault.LOST_IN_SHAPE, Fault.TWICE,
    Fault.LOST_IN_PORTAL, Fault.LOST_IN_GARBAGE, Fault.LOST_500,
)  # fmt: skip
"""What a read settles at once, or what was surely not sent."""


def _slice(kind: str) -> list[plan.Met]:
    """Two faults for each change, others at each system."""
    at = list(PROTOCOLS).index(kind)
    return [
        (change, FAULTS[(2 * at + 3 * number + each) % len(FAULTS)])
        for number, change in enumerate(PROTOCOLS[kind].changes) for each in range(2)
    ]


@pytest.mark.parametrize("kind", PROTOCOLS)
def test_what_is_done_with_claimed_devices_is_done_once_and_told_as_it_is(kind: str, tmp_path: Path) -> None:
    forced = _slice(kind)
    spoiling = plan.Spoiling(PROTOCOLS[kind], random.Random(SEED), share=0.0, forced=list(forced))
    shift = changes.work_a_shift(PROTOCOLS[kind], tmp_path, spoiling, SLICE)
    assert shift.wrong == []
    assert shift.spoiled == dict.fromkeys(forced, 1)
    assert shift.progress == dict.fromkeys(PROTOCOLS[kind].changes, SLICE.devices)


@pytest.mark.slow
@pytest.mark.parametrize("kind", PROTOCOLS)
def test_every_fault_of_every_change(kind: str) -> None:
    assert report.print_all(roster.run(roster.Wanted([kind], 1, SEED, forced=1, afterwards=True))) == 0


@pytest.mark.parametrize(
    ("kind", "change", "seen"),
    [
        ("local", "label", Seen("PATCH", "/api/v1/claims/c1", b'{"labels":{"name":"x"}}', "")),
        ("local", "rename", Seen("PATCH", "/api/v1/claims/c1", b'{"name":"x"}', "")),
        ("disruptive", "label", Seen("POST", "/v2/projects/p/devices:batchUpdate", b'{"removeLabels":["room"]}', "")),
        ("disruptive", "rename", Seen("POST", "/v2/projects/p/devices:batchUpdate", b'{"addLabels":{"name":"x"}}', "")),
        ("here", "label", Seen("PUT", "/metadata/v2/devices/t", b'{"room":null}', "")),
        ("here", "claim", Seen("PUT", "/here/registry/v2/devices/d", b"", "")),
    ],
)
def test_each_kind_of_call_is_told_apart(kind: str, change: str, seen: Seen) -> None:
    assert PROTOCOLS[kind].kind_of_call(seen) == change
    assert (change in CHANGES) is (change in PROTOCOLS[kind].changes)
