"""A short slice of the faults: each of them once, spread over the systems; and what the plan and the door do."""

import random
import socket
from pathlib import Path

import pytest

from . import door, fault, matrix, plan, report, roster, scene
from .fault import Fault
from .protocols import LOCAL, PROTOCOLS, XYTE
from .proxy import Seen

SEED = 20
SLICE = scene.Size(devices=12, ways=4, a_call=2, faults_for_s=1.0)


def _slice(kind: str) -> list[plan.Met]:
    """Every fifth fault of a claim, from another one on for each protocol, and a few that strike what is read."""
    kinds = list(PROTOCOLS)
    at = kinds.index(kind)
    claims = [met for met in plan.all_of(PROTOCOLS[kind]) if met[0] == "claim"]
    reads = [met for met in plan.all_of(PROTOCOLS[kind]) if met[0] != "claim" and met[1] in fault.BEFORE]
    return [*claims[at :: len(kinds)], *random.Random(SEED + at).sample(reads, 3)]


@pytest.mark.parametrize("kind", PROTOCOLS)
def test_a_spoiled_network_doubles_nothing_and_misreports_nothing(kind: str, tmp_path: Path) -> None:
    forced = _slice(kind)
    spoiling = plan.Spoiling(PROTOCOLS[kind], random.Random(SEED), share=0.1, forced=list(forced))
    shift = matrix.work_a_shift(PROTOCOLS[kind], tmp_path, spoiling, SLICE)
    assert shift.wrong == []
    assert sum(shift.spoiled.values()) >= len(forced) - len(spoiling.forced)
    assert sum(count for what, count in shift.progress.items() if what.startswith("claimed")) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("kind", PROTOCOLS)
def test_every_fault_of_every_kind_of_call(kind: str) -> None:
    assert report.print_all(roster.run(roster.Wanted([kind], 2, SEED, forced=1))) == 0


def test_a_name_fails_for_one_connection_and_no_other_name_ever() -> None:
    faults = [Fault.NO_NAME, Fault.REFUSED, Fault.NONE]
    with door.resolved(lambda _host: faults.pop(0)):
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo("v0.vendor.test", 80)
        assert socket.getaddrinfo("v0.vendor.test", 80)[0][4][0] == door.CLOSED
        assert socket.getaddrinfo(b"v0.vendor.test", 80)[0][4][0] == door.GOOD
        assert socket.getaddrinfo("127.0.0.1", 80)[0][4][0] == "127.0.0.1"


def test_credentials_stay_revoked_until_they_are_renewed() -> None:
    spoiling = plan.Spoiling(XYTE, random.Random(1), share=0.0, forced=[("read", Fault.REVOKED)])
    read = Seen("GET", "/xyte/core/v1/organization/devices", b"", "v0.vendor.test")
    assert [spoiling(read), spoiling(read)] == [Fault.REVOKED, Fault.REVOKED]
    assert spoiling(Seen("GET", read.path, b"", "v1.vendor.test")) is Fault.NONE
    spoiling.way("v0.vendor.test").revoked = False
    assert spoiling(read) is Fault.NONE


def test_the_same_seed_makes_the_same_plan() -> None:
    read = Seen("GET", "/api/v1/account", b"", "v0.vendor.test")
    plans = [plan.Spoiling(LOCAL, random.Random("7 local 0")) for _ in range(2)]
    assert [plans[0](read) for _ in range(50)] == [plans[1](read) for _ in range(50)]


def test_an_answer_loses_one_device_and_stays_an_answer() -> None:
    whole = b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\nX-A: b\r\n\r\n{"data": {"d0": 1, "d1": 2}}'
    assert fault.fewer(whole, ("results", "data")) == (
        b'HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 19\r\n\r\n{"data": {"d0": 1}}'
    )
