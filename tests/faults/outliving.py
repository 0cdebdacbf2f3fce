"""A vendor's server that outlives the desk: ``python -m tests.faults.outliving DATABASE`` serves until its input ends.

Each request that may change something is answered a little late, before its effect and after it, so that a kill at a
random moment meets a call on its way.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from station.server.app import build
from station.server.importing import import_file
from tests.backends.worlds import on_a_port

from .protocols import HEADER, Protocol

SLOW_S = 0.06
BUSY = "/busy"
"""Answered with how many requests are under way."""
IDLE_WITHIN_S = 120.0


class Slow:
    """Stands before the server."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app
        self._under_way = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == BUSY:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": str(self._under_way).encode()})
            return
        self._under_way += scope["type"] == "http"  # not for the server's own life
        try:
            await self._serve(scope, receive, send)
        finally:
            self._under_way -= scope["type"] == "http"

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        slow = scope["type"] == "http" and scope["method"] != "GET"

        async def answer(message: Any) -> None:
            if slow and message["type"] == "http.response.start":
                await asyncio.sleep(SLOW_S)
            await send(message)

        if slow:
            await asyncio.sleep(SLOW_S)
        await self._app(scope, receive, answer)


def wait_until_idle(address: str) -> None:
    """Until what was on its way when its sender was killed has had its effect, however slow the machine is.

    Asked twice: the second question is surely read after all that was sent before the first.
    """
    end, idle = time.monotonic() + IDLE_WITHIN_S, 0
    while idle < 2:
        with urlopen(f"{address}{BUSY}", timeout=IDLE_WITHIN_S) as answer:  # noqa: S310 - our own server
            idle = idle + 1 if answer.read() == b"0" else 0
        if time.monotonic() > end:
            raise TimeoutError("the server never rests")
        time.sleep(0.01)


@contextmanager
def outliving(database: Path, protocols: Sequence[Protocol], devices: int) -> Iterator[str]:
    """The server in a process of its own, with so many devices of each protocol; gives its address."""
    command = [sys.executable, "-m", "tests.faults.outliving", str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert address, "the server did not start"
            delivery = database.with_suffix(".csv")
            rows = (f"{protocol.row(number)}\n" for protocol in protocols for number in range(devices))
            delivery.write_text(HEADER + "".join(rows), encoding="utf-8")
            imported = import_file(f"sqlite:///{database.as_posix()}", delivery, datetime.now(UTC))
            assert imported.stored, imported.bad
            protocols[0].wait_for_practice(database)
            yield address
        finally:
            process.stdin.close()


def main(database: str) -> None:
    url = f"sqlite:///{Path(database).as_posix()}"
    app = build(url, clock=lambda: datetime.now(UTC), practice=True, token="practice-token")
    with on_a_port(Slow(app)) as address:
        print(address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
