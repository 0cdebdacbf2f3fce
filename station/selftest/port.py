"""Whether the bundled server can be served on a port of this machine, as several desks use it."""

import threading
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

WITHIN_S = 60.0
"""For each of starting, answering and stopping. Starting alone took 13 s on a machine with six times more to do than it
has cores, and over 20 s under an emulated Windows there; a server that hangs is still told from one that is slow."""


def serve_and_ask(home: Path) -> str:
    """Serve a practice register on a free port of this machine alone, ask how it is, and stop it."""
    # Imported here: a web server that cannot be imported is this step's failure and no other's.
    from station.server.serving import Serving, serve

    serving = Serving(f"sqlite:///{(home / 'served.db').as_posix()}", port=0, practice=True)
    said: list[str] = []
    servers: list[object] = []
    failed: list[BaseException] = []
    heard = threading.Event()

    def say(line: str) -> None:
        said.append(line)
        heard.set()

    def run() -> None:
        try:
            serve(serving, clock=lambda: datetime.now(UTC), say=say, started=servers.append)
        except BaseException as error:
            failed.append(error)
            heard.set()

    thread = threading.Thread(target=run, name="self-test server")
    thread.start()
    try:
        if not heard.wait(WITHIN_S) or failed:
            raise RuntimeError(f"the server does not start: {failed}")
        address = next(word for word in said[0].split() if word.startswith("http://127.0.0.1:"))
        answer = _ask(f"{address}/api/v1/health")
    finally:
        for server in servers:
            server.should_exit = True  # type: ignore[attr-defined]
        thread.join(WITHIN_S)
    if thread.is_alive():
        raise RuntimeError("the server does not stop")
    return f"{address} says {answer}"


def _ask(address: str) -> str:
    """The status of an answer. No proxy of this machine's is asked."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=WITHIN_S) as answer:
        return str(answer.status)
