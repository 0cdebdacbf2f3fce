"""Look-ups and claims a second in each protocol, over a far network and a near one, and how many requests they take.

The yardstick of the rates is the ``disruptive`` client, which asks for one device after the other over connections that
it opens anew, doing the same work at the same server in the same run. The far network is a proxy of its own process
that adds 80 ms to each round trip; the near one is the loopback. The yardstick of the counts is the fewest requests
that the protocol allows, were one lost answer to leave everything unknown.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.backends.base import Backend
from station.backends.listing import load
from station.core.finding import Finding
from station.core.identifier import Identifier
from station.core.outcome import OutcomeKind
from station.server import dialects
from station.server.app import build
from station.server.practice import PRACTICE_TOKEN
from tests.benchmarks.deliveries import GOODS, call_of, connect, deliver, kinds
from tests.benchmarks.figures import Figure, at_least

DEVICES = 1000
COUNTED = 500
FAR_MS = 80.0
ROOT = Path(__file__).parents[2]
NONE, ALL = 0, 10**9
MOST_A_REQUEST: Mapping[str, tuple[int, int]] = {
    "local": (200, 200),
    "disruptive": (1, ALL),
    "xyte": (NONE, 1),
    "datacake": (NONE, ALL),
    "here": (1, 1),
}
"""How many devices one look-up and one claim can carry; ``NONE``: nothing is told of a device that nobody holds."""


@dataclass
class Run:
    """One protocol's work: how long its look-ups and its claims took, in seconds, and their requests."""

    backend: Backend
    target: str
    found: dict[str, Finding] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)

    async def look_up(self, identifiers: Sequence[Identifier]) -> None:
        """As the desk does it: so many a call, so many calls at once, as the backend says."""
        traits = self.backend.traits
        gate = asyncio.Semaphore(self.backend.settings.look_ups_at_once or traits.look_ups_at_once)

        async def ask(part: Sequence[Identifier]) -> None:
            async with gate:
                findings = await self.backend.look_up(part, self.target)
            self.found |= {finding.identifier.key: finding for finding in findings}

        size = traits.look_ups_a_call
        await asyncio.gather(*(ask(identifiers[at : at + size]) for at in range(0, len(identifiers), size)))

    async def claim(self, identifiers: Sequence[Identifier], number: int) -> None:
        """One call after the other, each with as many devices as one takes. Raises RuntimeError for what failed."""
        size = self.backend.traits.items_a_call
        for at in range(0, len(identifiers), size):
            part = [self.found[each.key] for each in identifiers[at : at + size]]
            answer = await self.backend.claim(call_of(self.backend, self.target, part, number + at))
            done = [result for result in answer.results if result.outcome.kind is OutcomeKind.CLAIMED_NOW]
            if len(done) != len(part):
                raise RuntimeError(f"{self.backend.kind}: not claimed: {answer.results[:3]}")


def measure(devices: int = DEVICES, counted: int = COUNTED, wanted: Sequence[str] = ()) -> list[Figure]:
    """Rates far and near for each protocol (of those ``wanted``) beside the client's, then the counts of requests."""
    here = [kind for kind in kinds() if not wanted or kind in wanted]
    # Each protocol gets devices of its own far and near; what the client claims is gone for us, so it has its own too.
    counts = dict.fromkeys(here, 2 * devices) | {"disruptive": 4 * devices}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with _started("served_registry", deliver(Path(folder), "served", counts), PRACTICE_TOKEN) as line:
            near = next(word for word in line.split() if word.startswith("http"))
            with _started("delay_line", near.rpartition(":")[2], str(FAR_MS)) as port:
                far = f"http://127.0.0.1:{port.strip()}"
                figures = _rates(here, f"{FAR_MS:.0f} ms away", far, range(devices), 5.0)
            figures += _rates(here, "near", near, range(devices, 2 * devices), 1.0)
        url = deliver(Path(folder), "counted", dict.fromkeys(here, counted))
        return figures + asyncio.run(_counts(here, url, range(counted)))


def _rates(wanted: Sequence[str], where: str, address: str, numbers: range, times: float) -> list[Figure]:
    client = _client(address, [number + 2 * len(numbers) for number in numbers])
    figures = []
    for kind in wanted:
        for what, seconds in asyncio.run(_worked(kind, address, numbers)).took.items():
            name = f"{kind}: {what} a second, {where} (yardstick: the disruptive client)"
            rate, yardstick = len(numbers) / seconds, len(numbers) / client[what]
            # Of claims only the same protocol's can be compared: others take one device a request.
            if what == "look-ups" or (kind == "disruptive" and times == 1.0):
                figures.append(at_least(name, rate, yardstick, times))
            else:
                figures.append(Figure(name, rate, yardstick, rate / yardstick))
    return figures


async def _worked(kind: str, address: str, numbers: range, app: "Counting | None" = None) -> Run:
    """Sign in and read the targets, then look all up, then claim all."""
    backend = connect(kind, address, app)
    await backend.open()
    try:
        target = next(each.id for each in await backend.targets() if each.may_claim is not False)
        run = Run(backend, target)
        codes = [GOODS[kind].identifier(number) for number in numbers]
        for what, work in (("look-ups", run.look_up(codes)), ("claims", run.claim(codes, numbers.start))):
            began, asked = time.perf_counter(), app.asked if app else 0
            await work
            run.took[what] = time.perf_counter() - began
            run.asked[what] = app.asked - asked if app else 0
        return run
    finally:
        await backend.close()


class Counting:
    """Counts the requests on their way to an app of this process."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app, self.asked = app, 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        await self._app(scope, receive, send)


async def _counts(wanted: Sequence[str], url: str, numbers: range) -> list[Figure]:
    app = build(url, clock=lambda: datetime.now(UTC), token=PRACTICE_TOKEN)
    figures = []
    async with app.router.lifespan_context(app):
        for kind in wanted:
            run = await _worked(kind, "http://inside", numbers, Counting(app))
            for what, most in zip(("look-ups", "claims"), MOST_A_REQUEST[kind], strict=True):
                asked, least = run.asked[what], -(-len(numbers) // most) if most else 0
                name = f"{kind}: requests for {len(numbers)} {what} (yardstick: the fewest of its protocol)"
                figures.append(Figure(name, asked, least, asked / least if least else None))
    return figures


def _client(address: str, numbers: Sequence[int]) -> dict[str, float]:
    """Seconds that the vendor's own client takes in a process of its own."""
    settings, secrets = dialects.practices()["disruptive"].connection(address)
    asked = {name: settings[name] for name in ("base_url", "token_url", "key_id", "email")} | secrets
    asked |= {"project": settings["target"], "batch": load("disruptive").traits.items_a_call}
    asked["codes"] = [GOODS["disruptive"].identifier(number).text for number in numbers]
    command = [sys.executable, "-m", "tests.benchmarks.yardsticks.disruptive_client"]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(asked), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the disruptive client: {done.stderr.strip().splitlines()[-1][:300]}")
    took: dict[str, float] = json.loads(done.stdout)
    return took


@contextmanager
def _started(yardstick: str, *arguments: str) -> Iterator[str]:
    """A program of the folder ``yardsticks``; gives the first line that it prints."""
    command = [sys.executable, "-m", f"tests.benchmarks.yardsticks.{yardstick}", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline()
        finally:
            process.terminate()
