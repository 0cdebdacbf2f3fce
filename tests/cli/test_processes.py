"""Several real processes: a served backend, two stations on one data folder, and one that is killed while it claims."""

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .conftest import CLAIM, DEVICE, KIT, Cli, program, serving, settings

KILLED = """
import os, signal, sys
from functools import partial
import station.commands.running as running
from station.cli import run

sending = []

def desk(point):
    if point == "send.committed":
        sending.append(point)
        if POINT == "desk":
            os.kill(os.getpid(), signal.SIGKILL)

def server(point):
    if sending and point == POINT:
        os.kill(os.getpid(), signal.SIGKILL)

POINT = sys.argv[1]
running.assemble = partial(running.assemble, faults=desk, server_faults=server)
sys.exit(run(sys.argv[2:]))
"""


def claims_in(path: Path) -> int:
    """How many live claims of the kit's devices the register holds."""
    with sqlite3.connect(path) as raw:
        rows = raw.execute(
            "SELECT d.device_id FROM claims c JOIN devices d ON d.id = c.device_id "
            "WHERE c.slot IS NOT NULL AND d.device_id LIKE 'c1sample0000000000a%'"
        ).fetchall()
    raw.close()
    return len(rows)


def test_a_served_backend_is_claimed_at(cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as served:
        settings(home, served.toml)
        secret = next(line for line in served.toml.splitlines() if "STATION_SECRET" in line)
        name, _, value = secret.lstrip("# ").partition("=")
        assert cli("check", KIT).status != 0
        monkeypatch.setenv(name, value)
        told = cli("claim", KIT, *CLAIM, "--batch", "shared", "--json")
        assert (told.status, told.column("outcome")) == (0, ["claimed_now"] * 5), told.err
        assert cli("claim", KIT, *CLAIM, "--batch", "shared", "--json").lines == told.lines
        checks = {line["check"]: line for line in cli("doctor", "--json").lines}
        assert checks["connection"]["ok"]
        assert checks["clock"]["ok"]
        assert served.process.poll() is None


def test_a_batch_without_the_lock_is_claimed_by_its_holder(cli: Cli, home: Path) -> None:
    from station.folders import find_folders
    from station.parts import assemble
    from station.settings import Settings

    holder = assemble(Settings(), find_folders())
    holder.start()
    holder.open_services()
    try:
        holder.desk.do(lambda work: work.store.desk_id()).result(30)
        told = program("claim", DEVICE, *CLAIM, "--batch", "handed", "--json")
        assert (told.status, told.column("outcome")) == (0, ["claimed_now"]), told.err
        mine = holder.desk.read(lambda reader: [call.operator for call in reader.calls()]).result(10)
        assert mine == ["Anna"]
    finally:
        holder.stop()


def test_a_holder_that_does_not_send_leaves_it_queued(cli: Cli, home: Path) -> None:
    from station.folders import Lock

    folder = home / "data" / "practice"
    folder.mkdir(parents=True)
    lock = Lock(folder)
    assert lock.take()
    told = cli("claim", DEVICE, *CLAIM, "--wait", "1", "--json")
    assert (told.status, told.column("progress")) == (3, ["queued"])
    assert "other station" in told.err
    lock.give_back()
    synced = cli("queue", "sync", "--json")
    assert (synced.status, synced.column("progress")) == (0, ["claimed"])


@pytest.mark.slow
def test_two_claims_at_once_have_one_effect(cli: Cli, home: Path) -> None:
    assert cli("check", KIT).status == 0
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: program("claim", KIT, *CLAIM, "--batch", "one", "--json"), range(3)))
    assert [answer.status for answer in answers] == [0, 0, 0], [answer.err for answer in answers]
    assert len({answer.out for answer in answers}) == 1
    assert claims_in(home / "data" / "practice" / "server.db") == 5


@pytest.mark.parametrize("point", ["desk", "before_commit", "after_commit"])
def test_a_killed_claim_is_settled_once(cli: Cli, home: Path, point: str) -> None:
    argv = ("claim", KIT, *CLAIM, "--batch", "killed", "--json")
    killed = subprocess.run([sys.executable, "-c", KILLED, point, *argv], capture_output=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert cli("queue", "list", "--json").status == 4
    synced = cli("queue", "sync", "--json")
    assert (synced.status, synced.column("outcome")) == (0, ["claimed_now"] * 5), synced.err
    assert claims_in(home / "data" / "practice" / "server.db") == 5
    again = cli(*argv)
    assert (again.status, again.column("handle")) == (0, synced.column("handle"))
    assert cli("queue", "sync", "--json").lines == []


@pytest.mark.slow
def test_ctrl_c_ends_a_wait_and_leaves_the_batch(home: Path) -> None:
    from station.folders import Lock

    folder = home / "data" / "practice"
    folder.mkdir(parents=True)
    lock = Lock(folder)
    assert lock.take()
    waiting = subprocess.Popen(
        [sys.executable, "-m", "station", "claim", DEVICE, *CLAIM, "--batch", "stopped"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ,
    )
    try:
        for _ in range(200):
            if program("queue", "list", "--json").lines:
                break
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(30) == 130
    finally:
        waiting.kill()
        waiting.communicate()
    lock.give_back()
    assert program("queue", "sync", "--json").column("progress") == ["claimed"]
