"""A vendor's server that outlives the desk: ``python -m tests.faults.outliving DATABASE`` serves until its input ends.

Each request that may change something is answered a little late, before its effect and after it, so that a kill at a
random moment meets a call on its way.
"""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.server.app import build
from station.server.importing import import_file
from tests.backends.worlds import on_a_port

from .protocols import HEADER, Protocol

SLOW_S = 0.06


class Slow:
    """Stands before the server."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        slow = scope["type"] == "http" and scope["method"] != "GET"

        async def answer(message: Any) -> None:
            if slow and message["type"] == "http.response.start":
                await asyncio.sleep(SLOW_S)
            await send(message)

        if slow:
            await asyncio.sleep(SLOW_S)
        await self._app(scope, receive, answer)


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
