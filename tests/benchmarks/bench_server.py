"""Look-ups and claims a second through the bundled server inside the process, beside the same server on a port.

The yardstick is what a desk would use instead: the same server, served by a process of its own on a loopback port, as
``station serve`` does it. That process has a core and an interpreter to itself, which the server inside has not; served
by a thread of this process it would be an easier mark. Both are asked by the same backend with the same settings, in
turns, so that whatever else the machine does meets both.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from station.backends.local import Local
from station.core.call import Call, CallDevice, Verb
from station.core.identifier import Identifier, Kind
from station.core.secret import Secret
from station.server.app import build
from station.server.importing import import_file
from station.server.registry.house import Target, add_target, opened
from tests.benchmarks.figures import Figure, at_least

DEVICES = 1000
TURN = 250
"""Devices that one server is asked for before it is the other's turn."""
BATCH = 100
WARM = 20
AT_ONCE = 4
TOKEN = "bench-token-that-is-long-enough-to-be-taken"
ROOT = Path(__file__).parents[2]


@dataclass
class Way:
    """One way to a registry, and how long its work took, in seconds by name."""

    backend: Local
    target: str
    refs: dict[str, str] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)

    async def look_up(self, identifiers: Sequence[Identifier]) -> None:
        for finding in await self.backend.look_up(identifiers, self.target):
            self.refs[finding.identifier.text] = finding.devices[0].ref

    async def claim(self, identifiers: Sequence[Identifier]) -> None:
        devices = tuple(
            CallDevice(number, each.text, self.refs[each.text], each) for number, each in enumerate(identifiers)
        )
        call = Call(str(uuid4()), 1, Verb.CLAIM, "bench", "local", self.backend.address, "", self.target, devices,
                    "bench", str(uuid4()), _now())
        answer = await self.backend.claim(call)
        claimed = [result for result in answer.results if result.outcome.kind == "claimed_now"]
        if len(claimed) != len(devices):
            raise RuntimeError(f"not claimed: {answer.raw}")


def measure() -> list[Figure]:
    """1,000 look-ups and 1,000 claims, one device a request as a desk scans them, then 100 a request as an import
    sends them; devices a second, and four requests at once."""
    with tempfile.TemporaryDirectory() as folder:
        inside, port = asyncio.run(_measured(Path(folder)))
    figures = []
    for name in inside:
        shown = f"{name} inside, devices per second (yardstick: a process on a loopback port)"
        figure = at_least(shown, inside[name], port[name], 2.0)
        if "a request" in name:
            figure = Figure(shown, figure.value, figure.yardstick, figure.ratio)
        figures.append(figure)
    return figures


async def _measured(folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    for name in ("inside", "port"):
        await asyncio.to_thread(_fill, folder / name)
    with _served(f"sqlite:///{folder / 'port.db'}") as address:
        async with _inside(f"sqlite:///{folder / 'inside.db'}") as inside, _way(address, None) as port:
            await _compare(inside, port)
    return tuple({name: DEVICES / took for name, took in way.took.items()} for way in (inside, port))  # type: ignore[return-value]


async def _compare(*ways: Way) -> None:
    single, batched, warm = _codes("single", DEVICES), _codes("batch", DEVICES), _codes("warm", WARM)
    for way in ways:
        for do in (way.look_up, way.claim):
            await _timed(do, warm, 1)
    for begin in range(0, DEVICES, TURN):
        for way in ways:
            await _add(way, "look-ups", way.look_up, single[begin : begin + TURN], 1)
        for way in reversed(ways):
            await _add(way, "claims", way.claim, single[begin : begin + TURN], 1)
    for way in ways:
        await _add(way, f"look-ups of {BATCH} a request", way.look_up, batched, BATCH)
    for way in reversed(ways):
        await _add(way, f"claims of {BATCH} a request", way.claim, batched, BATCH)


Doing = Callable[[Sequence[Identifier]], Coroutine[Any, Any, None]]


async def _add(way: Way, name: str, do: Doing, codes: Sequence[Identifier], size: int) -> None:
    way.took[name] = way.took.get(name, 0.0) + await _timed(do, codes, size)


async def _timed(do: Doing, codes: Sequence[Identifier], size: int) -> float:
    """Seconds for all of them, ``size`` a request, as many requests at once as the traits allow for look-ups."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def gated(part: Sequence[Identifier]) -> None:
        async with gate:
            await do(part)

    began = time.perf_counter()
    await asyncio.gather(*(gated(codes[at : at + size]) for at in range(0, len(codes), size)))
    return time.perf_counter() - began


def _codes(word: str, count: int) -> list[Identifier]:
    return [Identifier.of(Kind.CODE, code=f"{word}{number:05d}") for number in range(count)]


def _fill(path: Path) -> None:
    url, listing = f"sqlite:///{path}.db", path.with_suffix(".csv")
    codes = [*_codes("single", DEVICES), *_codes("batch", DEVICES), *_codes("warm", WARM)]
    listing.write_text("device_id,device_type\n" + "".join(f"{code.text},temperature\n" for code in codes))
    import_file(url, listing, _now())
    with opened(url) as database:
        add_target(database, Target("inventory", "Inventory"))


@asynccontextmanager
async def _inside(url: str) -> AsyncIterator[Way]:
    app = build(url, clock=_now, token=TOKEN)
    async with app.router.lifespan_context(app), _way("", app) as way:
        yield way


@asynccontextmanager
async def _way(address: str, app: Any) -> AsyncIterator[Way]:
    settings = Local.settings_class(base_url=address, claim_timeout_s=60, look_up_timeout_s=60)
    backend = Local("bench", settings, {"token": Secret(TOKEN)}, _now, app=app)
    await backend.open()
    try:
        yield Way(backend, next(target.id for target in await backend.targets()))
    finally:
        await backend.close()


@contextmanager
def _served(url: str) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.yardsticks.served_registry", url, TOKEN]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield next(word for word in process.stdout.readline().split() if word.startswith("http"))
        finally:
            process.terminate()


def _now() -> datetime:
    return datetime.now(UTC)
