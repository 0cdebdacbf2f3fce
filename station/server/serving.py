"""Serves the bundled server on a port, and refuses to do so where a stranger could use or overhear it."""

import ipaddress
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from .auth import make_token
from .database import Busy, Unreachable
from .migrations import NewerDatabase
from .practice import PRACTICE_TOKEN, practice_settings
from .registry.house import ensure_token, has_token, opened
from .sample import is_for_practice

if TYPE_CHECKING:
    import uvicorn

SHORTEST_TOKEN = 20
GRACE_S = 10
SAY: Callable[[str], None] = partial(print, flush=True)  # whoever reads a pipe waits for the address


class ServeProblem(StrEnum):
    """Why the server does not start."""

    NO_TOKEN = "no_token"  # noqa: S105 - a reason
    """Another address than this machine's own needs a token, in the environment or in the database."""
    WEAK_TOKEN = "weak_token"  # noqa: S105 - a reason
    """The token is shorter than 20 characters, or it is the practice token, on another address than 127.0.0.1."""
    NO_TLS = "no_tls"
    """Another address needs --cert and --key, or --behind-proxy."""
    HALF_TLS = "half_tls"
    """--cert and --key go together."""
    CERT_MISSING = "cert_missing"
    BAD_CERT = "bad_cert"
    BAD_ADDRESS = "bad_address"
    PORT_TAKEN = "port_taken"
    BAD_DATABASE = "bad_database"
    NOT_FOR_PRACTICE = "not_for_practice"
    """--practice was asked for on a registry with organizations of its own."""
    NOT_STARTED = "not_started"
    """The log says why."""


class ServeRefused(Exception):
    def __init__(self, problem: ServeProblem, detail: str = "") -> None:
        super().__init__(f"{problem} {detail}".strip())
        self.problem, self.detail = problem, detail


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve. ``token`` comes from the environment or a prompt, never from the command line, where others on
    the machine can read it. ``names`` are further host names by which desks reach this server."""

    database: str
    host: str = "127.0.0.1"
    port: int = 8470
    cert: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    practice: bool = False
    token: str | None = field(default=None, repr=False)
    names: Sequence[str] = ()
    calls_a_minute: int = 6000

    @property
    def loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def known_secrets(self) -> bool:
        """Whether the dialects' practice secrets, which everybody knows, open anything: only on this machine alone."""
        return self.loopback and not self.behind_proxy


def is_loopback(host: str) -> bool:
    """Whether that address leads to this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check(serving: Serving) -> None:
    """Raises ServeRefused where this must not be served, before anything is opened."""
    if bool(serving.cert) != bool(serving.key):
        raise ServeRefused(ServeProblem.HALF_TLS)
    for file in (serving.cert, serving.key):
        if file is not None and not file.is_file():
            raise ServeRefused(ServeProblem.CERT_MISSING, str(file))
    if serving.loopback:
        return
    if serving.cert is None and not serving.behind_proxy:
        raise ServeRefused(ServeProblem.NO_TLS, serving.host)
    token = serving.token
    if token is None and serving.practice:
        raise ServeRefused(ServeProblem.NO_TOKEN)
    if token is not None and (len(token) < SHORTEST_TOKEN or token == PRACTICE_TOKEN):
        raise ServeRefused(ServeProblem.WEAK_TOKEN)


def hosts_of(serving: Serving) -> tuple[str, ...] | None:
    """The names that a request's Host header may bear: those of this machine, never whatever a web page's
    name was made to point to. None (any) where a proxy in front has looked already."""
    if serving.behind_proxy and not serving.names:
        return None
    own = {"127.0.0.1", "::1", "localhost", serving.host.lower().strip("[]"), *(name.lower() for name in serving.names)}
    if not serving.loopback:
        own |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return tuple(sorted(own - {"0.0.0.0", "::"}))  # noqa: S104 - taken out, not bound


def serve(
    serving: Serving,
    *,
    clock: Callable[[], datetime],
    say: Callable[[str], None] = SAY,
    started: "Callable[[uvicorn.Server], None] | None" = None,
) -> None:
    """Serve until SIGTERM or Ctrl+C, and let calls under way end (10 s).

    ``say`` gets the lines for standard output: the address, for practice the settings to paste, and a new token
    where the database had none. ``started`` gets the running server (its ``should_exit`` ends it). Raises
    ServeRefused.
    """
    check(serving)
    listener = _listen(serving)
    try:
        server = _server(serving, clock, say)
        scheme = "https" if serving.cert else "http"
        shown = f"[{serving.host}]" if ":" in serving.host and "[" not in serving.host else serving.host
        address = f"{scheme}://{shown}:{listener.getsockname()[1]}"
        say(f"Serving at {address} (stop with Ctrl+C)")
        if serving.practice:
            token = serving.token or PRACTICE_TOKEN
            say(practice_settings(address, token, known_secrets=serving.known_secrets))
        if started is not None:
            started(server)
        with _quiet_signals():
            server.run(sockets=[listener])
        if not server.started:
            raise ServeRefused(ServeProblem.NOT_STARTED)
    finally:
        listener.close()


def _server(serving: Serving, clock: Callable[[], datetime], say: Callable[[str], None]) -> "uvicorn.Server":
    # Imported here: what only looks at the reasons for a refusal needs no web server.
    import uvicorn

    from .app import Pacing, build

    token = serving.token or (PRACTICE_TOKEN if serving.practice else None)
    _see_to_tokens(serving, clock, say, token)
    app = build(
        serving.database,
        clock=clock,
        practice=serving.practice,
        token=token,
        served=True,
        known_secrets=serving.known_secrets,
        hosts=hosts_of(serving),
        pacing=Pacing(serving.calls_a_minute, 60.0),
    )
    config = uvicorn.Config(
        app,
        ssl_certfile=serving.cert,
        ssl_keyfile=serving.key,
        proxy_headers=serving.behind_proxy,
        server_header=False,
        access_log=False,
        log_level="warning",
        log_config=None,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=64 * 1024,
        limit_concurrency=500,
    )
    try:
        config.load()
    except OSError as error:  # ssl.SSLError among them
        raise ServeRefused(ServeProblem.BAD_CERT, str(error)) from error
    return uvicorn.Server(config)


def _see_to_tokens(
    serving: Serving, clock: Callable[[], datetime], say: Callable[[str], None], token: str | None
) -> None:
    """Open the database once before anything is served: what is wrong with it is said here."""
    made = None
    try:
        with opened(serving.database) as database:
            if serving.practice and not is_for_practice(database):
                raise ServeRefused(ServeProblem.NOT_FOR_PRACTICE)
            if token is None and serving.loopback:
                made = ensure_token(database, make_token, clock())
            elif token is None and not has_token(database):
                raise ServeRefused(ServeProblem.NO_TOKEN)
    except (NewerDatabase, SQLAlchemyError, Busy, Unreachable, ArgumentError, ValueError, OSError) as error:
        raise ServeRefused(ServeProblem.BAD_DATABASE, _first_line(error)) from error
    if made is not None:
        say(f"A token was made for this server. It is shown once: {made}")


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:300]


@contextmanager
def _quiet_signals() -> Iterator[None]:
    """Uvicorn ends cleanly on SIGTERM and SIGINT, then raises the same signal again: let that one fall flat."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(serving: Serving) -> socket.socket:
    host = serving.host.strip("[]")
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            host, serving.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise ServeRefused(ServeProblem.BAD_ADDRESS, serving.host) from error
    listener = socket.socket(family, kind, number)
    try:
        if sys.platform != "win32":  # there it would let a second server take the same port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        taken = error.errno in {48, 98, 10013, 10048}
        raise ServeRefused(
            ServeProblem.PORT_TAKEN if taken else ServeProblem.BAD_ADDRESS, f"{serving.host}:{serving.port}"
        ) from error
    return listener
