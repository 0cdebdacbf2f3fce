"""Look-ups and claims a second through the bundled server inside the process, beside the same server on a port."""

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn

from station.backends.local import Local
from station.core.call import Call, CallDevice, Verb
from station.core.identifier import Identifier, Kind
from station.core.secret import Secret
from station.server.app import build
from station.server.importing import import_file
from station.server.registry.house import Target, add_target, opened
from tests.benchmarks.figures import Figure, at_least

DEVICES = 1000
TOKEN = "bench-token-that-is-long-enough-to-be-taken"
AT_ONCE = 4


def measure() -> list[Figure]:
    """1,000 look-ups and 1,000 claims, one device a request, as a desk sends them."""
    with tempfile.TemporaryDirectory() as folder:
        inside = _rates(Path(folder) / "inside.db", port=False)
        over_port = _rates(Path(folder) / "port.db", port=True)
    return [
        at_least(f"{name} inside, per second (yardstick: over a loopback port)", inside[name], over_port[name], 2.0)
        for name in ("look-ups", "claims")
    ]


def _rates(path: Path, *, port: bool) -> dict[str, float]:
    url = f"sqlite:///{path}"
    app = build(url, clock=_now, token=TOKEN)
    if port:
        with _served(app, path) as address:
            return asyncio.run(_run(address, None, lambda: _fill(url, path)))
    return asyncio.run(_inside(app, url, path))


async def _inside(app: Any, url: str, path: Path) -> dict[str, float]:
    async with app.router.lifespan_context(app):
        return await _run("", app, lambda: _fill(url, path))


def _fill(url: str, path: Path) -> None:
    rows = "\n".join(f"bench{number:05d},temperature" for number in range(DEVICES))
    listing = path.with_suffix(".csv")
    listing.write_text(f"device_id,device_type\n{rows}\n")
    import_file(url, listing, _now())
    with opened(url) as database:
        add_target(database, Target("inventory", "Inventory"))


async def _run(address: str, app: Any, fill: Callable[[], None]) -> dict[str, float]:
    settings = Local.settings_class(base_url=address, claim_timeout_s=60, look_up_timeout_s=60)
    backend = Local("bench", settings, {"token": Secret(TOKEN)}, _now, app=app)
    await backend.open()
    await asyncio.to_thread(fill)
    target = next(target.id for target in await backend.targets())
    identifiers = [Identifier.of(Kind.CODE, code=f"bench{number:05d}") for number in range(DEVICES)]
    refs: dict[str, str] = {}

    async def look_up(identifier: Identifier) -> None:
        finding = (await backend.look_up([identifier], target))[0]
        refs[identifier.text] = finding.devices[0].ref

    async def claim(identifier: Identifier) -> None:
        device = CallDevice(0, identifier.text, refs[identifier.text], identifier)
        call = Call(str(uuid4()), 1, Verb.CLAIM, "bench", "local", address, "", target, (device,), "bench",
                    str(uuid4()), _now())
        answer = await backend.claim(call)
        if answer.results[0].outcome.kind != "claimed_now":
            raise RuntimeError(f"not claimed: {answer.raw}")

    rates = {"look-ups": await _rate(look_up, identifiers), "claims": await _rate(claim, identifiers)}
    await backend.close()
    return rates


async def _rate(do: Callable[[Identifier], Coroutine[Any, Any, None]], identifiers: list[Identifier]) -> float:
    """Requests a second, as many at once as the backend's traits allow for look-ups."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def gated(identifier: Identifier) -> None:
        async with gate:
            await do(identifier)

    began = time.perf_counter()
    await asyncio.gather(*(gated(identifier) for identifier in identifiers))
    return len(identifiers) / (time.perf_counter() - began)


@contextmanager
def _served(app: Any, _path: Path) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, name="served")
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def _now() -> datetime:
    return datetime.now(UTC)
