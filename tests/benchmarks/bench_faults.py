"""What becomes of claims whose exchanges are spoiled: the ``disruptive`` package with its own retry, and the station.

Both claim the same devices, one a call, at the bundled server's dialect behind the same proxy, which strikes the first
claim of each device with the same fault for both. Both have the package's own time limit of 3 s. Then each one's report
is held against the server's ledger.
"""

import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import disruptive

from tests.benchmarks.figures import Figure
from tests.faults import accounts, matrix, one_each, scene
from tests.faults.door import DOMAIN
from tests.faults.fault import Fault
from tests.faults.protocols import DISRUPTIVE

TIMES = 4
SEED = 7
LIMIT_S = 3.0
AT_ONCE = 8
"""Claims under way at a time, on both sides: most of the time is spent on waiting."""


@dataclass
class Report:
    """Devices by what their claimer was told in the end, beside what the server did."""

    sent_again: int = 0
    doubled: int = 0
    called_anothers: int = 0
    lost: int = 0
    untold: int = 0
    """Not claimed, and the claimer was told of no more than an error."""
    right: int = 0


Told = dict[str, str]
Claimer = Callable[[one_each.OneEach, Path, scene.Size], Told]
OURS, ANOTHERS = "ours", "another's"


def measure(times: int = TIMES, seed: int = SEED) -> list[Figure]:
    dealt = one_each.dealt(seed, times)
    theirs, ours = work(by_package, dealt), work(by_station, dealt)
    count = times * len(one_each.FAULTS)
    of = f"of {count} spoiled claims (yardstick: the disruptive package)"
    return [
        _none(f"claims sent again after their effect, {of}", ours.sent_again, theirs.sent_again),
        _none(f"devices claimed twice at the server, {of}", ours.doubled, theirs.doubled),
        _none(f"own claims reported as already claimed, {of}", ours.called_anothers, theirs.called_anothers),
        _none(f"results lost: claimed, and not told so, {of}", ours.lost, theirs.lost),
        _none(f"not claimed, told an error alone, {of}", ours.untold, theirs.untold),
        Figure(f"claimed once and told so, {of}", ours.right, theirs.right, None, f"all {count}", ours.right == count),
    ]


def _none(name: str, ours: int, theirs: int) -> Figure:
    return Figure(name, ours, theirs, None, "none", ours == 0)


def work(by: Claimer, dealt: dict[str, Fault]) -> Report:
    """What became of devices each of whose first claim was struck by its fault."""
    plan = one_each.OneEach(DISRUPTIVE, random.Random(SEED), dealt=dealt)
    size = scene.Size(len(plan.dealt), ways=AT_ONCE, faults_for_s=1800.0, limit_s=LIMIT_S)
    with tempfile.TemporaryDirectory(prefix="station-faults-") as folder:
        told = by(plan, Path(folder), size)
        ledger = accounts.ledger(Path(folder) / "server.db", DISRUPTIVE)
    report = Report(plan.sent_again())
    for code in plan.dealt:
        made, live = ledger.get(code, (0, 0))
        report.doubled += made > 1
        report.called_anothers += bool(live) and told[code] == ANOTHERS
        report.lost += bool(live) and told[code] not in (OURS, ANOTHERS)
        report.untold += not live
        report.right += made == 1 and told[code] == OURS
    return report


def by_station(plan: one_each.OneEach, folder: Path, size: scene.Size) -> Told:
    names = [f"v{number}" for number in range(size.ways)]
    with scene.opened(DISRUPTIVE, folder, plan, size, names) as (bench, _):
        person = matrix.Person(bench, plan, names)
        person.scan(DISRUPTIVE, DISRUPTIVE.devices(size.devices), folder / "server.db")
        person.claim_to_the_end(time.monotonic() + size.faults_for_s)
    return {row.name: _said(row) for row in accounts.rows(folder / "data" / "desk.db")}


def _said(row: accounts.Row) -> str:
    if row.progress == "claimed":
        return OURS
    return ANOTHERS if row.outcome == "already_claimed" else row.progress


def by_package(plan: one_each.OneEach, folder: Path, size: scene.Size) -> Told:
    """As its documentation shows it, one device a call; an exception is all that is known of that device."""
    with scene.served(DISRUPTIVE, folder, plan, size) as proxy:
        settings, secrets = DISRUPTIVE.connection(f"https://v0.{DOMAIN}:{proxy.port}")
        disruptive.base_url = str(settings["base_url"])
        account = disruptive.Auth.service_account(str(settings["key_id"]), secrets["secret"], str(settings["email"]))
        account.token_endpoint = str(settings["token_url"])
        disruptive.default_auth = account
        disruptive.Organization.list_organizations()  # signs in
        with ThreadPoolExecutor(size.ways) as pool:
            told = pool.map(lambda code: _claim(str(settings["target"]), code), plan.dealt)
            return dict(zip(plan.dealt, told, strict=True))


def _claim(target: str, code: str) -> str:
    try:
        claimed, errors = disruptive.Claim.claim(target, device_ids=[code], dry_run=False)
    except Exception as error:  # whatever it raises is all that its caller gets
        return type(error).__name__
    if any(device.device_id == code for device in claimed):
        return OURS
    already = any(isinstance(error, disruptive.errors.ClaimErrorDeviceAlreadyClaimed) for error in errors)
    return ANOTHERS if already else "nothing"
