"""Builds the station without its window: settings in, a desk and a network out; stops them in reverse order."""

import asyncio
import logging
import os
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from station.backends.base import Backend
from station.backends.listing import UnavailableError
from station.clock import SystemClock
from station.connections import goes_inside, late_backend, secrets_of
from station.core.news import Trouble
from station.core.secret import Secret
from station.credentials import Credentials, find_credentials, seal_key
from station.desk.desk import Desk
from station.desk.house import Parts, build, leave, seal
from station.desk.network import Network, Service
from station.desk.ports import FaultHook, Store, no_faults
from station.desk.witness import Witness
from station.folders import Folders, Lock
from station.settings import ConnectionSettings, Settings, SettingsError

if TYPE_CHECKING:
    from station.store import Seal

log = logging.getLogger(__name__)

OPENS_WITHIN_S = 30.0
SEAL_WITHIN_S = 1.0
LEAVE_WITHIN_S = 70.0
"""How long a call in flight is waited for when the station is closed: its own time limit and a little."""


class Inside:
    """The bundled server inside this process: built on the network thread, reached without a port."""

    def __init__(self, database: Path, practice: bool, clock: SystemClock, faults: FaultHook) -> None:
        self._database, self._practice, self._clock, self._faults = database, practice, clock, faults
        self._app: Callable[..., Any] | None = None
        self.token = _inside_token(database.with_suffix(".token"))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._app is None:
            raise RuntimeError("the bundled server is not up")
        await self._app(scope, receive, send)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[None]:
        app = await asyncio.to_thread(self._build)
        async with app.router.lifespan_context(app):
            self._app = app
            yield
            self._app = None

    def _build(self) -> Any:
        # Imported here: the web framework is off the window's start-up path.
        from station.server.app import build as build_server

        return build_server(
            f"sqlite:///{self._database}",
            clock=self._clock.now,
            practice=self._practice,
            token=self.token.reveal(),
            faults=self._faults,
        )


def _inside_token(path: Path) -> Secret:
    """The token that this user's processes share for the bundled server: it opens nothing that the file next to it does
    not hold, so it may stand in a file that only this user can read."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    token = secrets.token_urlsafe(32)
    with suppress(OSError):
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(token)
        with suppress(FileExistsError):
            _put_if_missing(fresh, path)
    with suppress(OSError):
        fresh.unlink(missing_ok=True)
    with suppress(OSError):
        return Secret(path.read_text("ascii").strip() or token)
    return Secret(token)


def _put_if_missing(fresh: Path, path: Path) -> None:
    """Of two first starts at one moment, one token counts. A link is made whole or not at all."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if not path.exists():
            fresh.replace(path)


@dataclass
class Station:
    """The running parts."""

    settings: Settings
    folders: Folders
    clock: SystemClock
    desk: Desk
    network: Network
    lock: Lock
    inside: Inside | None
    credentials: Credentials
    fetch_seal: Callable[[], bool] = lambda: False
    known: dict[str, ConnectionSettings] = field(default_factory=dict)
    """The connections as they are now, by name: some are set up or taken away while the station runs."""
    tell_taken: Callable[[list[str]], object] = lambda _variables: None
    """Called on a thread of its own with the environment variables whose secrets the keyring has from now on."""
    _sealing: threading.Thread | None = None

    def start(self) -> None:
        # The network first: the desk's first look-ups leave as soon as its database is open.
        self.network.start()
        self.desk.start()

    def open_services(self) -> None:
        """Let the bundled server start, and ask for the key that seals secrets: once what is more urgent is done."""
        self.network.open_services()
        self._sealing = threading.Thread(target=self._take_secrets, name="seal", daemon=True)
        self._sealing.start()

    def _take_secrets(self) -> None:
        if self.credentials.once:
            taken = self.credentials.adopt_missing(secrets_of(self.settings.connections))
            if taken:
                self.tell_taken(taken)
        self.take_key()

    def take_key(self) -> None:
        """Fetch the key that seals PINs, on a thread that may wait: a keyring may ask a person to unlock it."""
        if self.fetch_seal():
            self.desk.do(seal)

    def stop(self, wait_s: float = LEAVE_WITHIN_S) -> None:
        """No new call; what is in flight gets its time; then the network, and the desk runs its queue dry last."""
        self.desk.do(leave)
        self.network.stop(wait_s)
        if self._sealing is not None:
            self._sealing.join(SEAL_WITHIN_S)
        self.desk.stop()
        if self.desk.thread.ident is not None:
            self.desk.thread.join()
        self.lock.give_back()


def assemble(
    settings: Settings,
    folders: Folders,
    *,
    faults: FaultHook = no_faults,
    server_faults: FaultHook = no_faults,
    clock: SystemClock | None = None,
) -> Station:
    """Build the parts; nothing runs yet. Raises OSError where the data folder cannot be made."""
    clock = clock or SystemClock()
    practice = settings.is_practice
    folders.make(practice)
    base = folders.databases(practice)
    wanted = settings.all_connections()
    credentials = find_credentials(folders, once=settings.secrets.once)
    needs_inside = any(map(goes_inside, wanted))
    inside = Inside(base / "server.db", practice, clock, server_faults) if needs_inside else None
    services: Callable[[], list[Service]] = lambda: [inside.serve] if inside else []  # noqa: E731 - one line says it
    network = Network(services)
    lock = Lock(base)
    problems: list[Trouble] = []
    door = SealOfStore()
    desk = build(
        Parts(
            open_store=lambda: _open_store(base / "desk.db", clock, faults, problems, door, credentials),
            backends=lambda: _backends(wanted, credentials, inside, clock, problems, settings.ca_file),
            network=network,
            clock=clock,
            practice=frozenset(each.name for each in wanted) if practice else frozenset(),
            faults=faults,
            take_lock=lock.take,
            witness=Witness(folders.state),
            problems=problems,
            mixed=settings.mixed,
            cool_off_s=60.0 * settings.cool_off_minutes,
        )
    )
    known = {each.name: each for each in wanted}
    return Station(settings, folders, clock, desk, network, lock, inside, credentials, door.fetch, known)


class SealOfStore:
    """The seal of the store that is being opened on the desk's thread, for those who may wait for its key."""

    def __init__(self) -> None:
        self._given = threading.Event()
        self._seal: Seal | None = None

    def give(self, seal_of_this: "Seal | None") -> None:
        self._seal = seal_of_this
        self._given.set()

    def fetch(self) -> bool:
        """Wait for the store to be open, then for its key; False where there is none."""
        return self._given.wait(OPENS_WITHIN_S) and self._seal is not None and self._seal.fetch()


def _open_store(
    path: Path, clock: SystemClock, faults: FaultHook, problems: list[Trouble], door: SealOfStore,
    credentials: Credentials,
) -> Store:
    # Imported on the desk's thread, while the window is being imported on its own.
    from station.store import choose_seal, open_store

    seal_of_this = choose_seal(os.environ.get, file_key=lambda make: seal_key(credentials, make))
    try:
        opened = open_store(path, seal_of_this, faults, clock.now)
    except BaseException:
        door.give(None)  # nobody waits for the key of a database that did not open
        raise
    door.give(seal_of_this)
    if opened.problem is not None:
        problems.append(Trouble(str(opened.problem), opened.detail))
    return opened.store


def _backends(
    wanted: tuple[ConnectionSettings, ...], credentials: Credentials, inside: Inside | None, clock: SystemClock,
    problems: list[Trouble], ca_file: str,
) -> Mapping[str, Backend]:
    """A backend for each connection; one that cannot be set up is told and the rest work."""
    found: dict[str, Backend] = {}
    for each in wanted:
        try:
            found[each.name] = late_backend(each, credentials, clock.now, inside, ca_file)
        except (SettingsError, UnavailableError) as error:
            log.exception("connection %s cannot be set up", each.name)
            problems.append(Trouble("connection_unusable", str(error), each.name))
    return found
