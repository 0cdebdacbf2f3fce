"""Network scanners and phone apps: each line that arrives at a port is a scan."""

import contextlib
import hmac
import ipaddress
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from .base import Condition, State
from .base import Settings as ScannerSettings
from .framing.lines import Lines
from .framing.reading import Reading

POLL_S = 0.2
MOST_CONNECTIONS = 32
SILENT_S = 10.0
"""How long somebody who has to give the token may take for it."""
SHORTEST_TOKEN = 8
MOST_STRANGERS = 8
"""Addresses without the token that are told of; the one that tried last stays longest."""
TELL_AGAIN_S = 0.5
_ADVANCED = {"advanced": True}


@dataclass(frozen=True, slots=True)
class TcpSettings(ScannerSettings):
    """``host`` is this computer alone unless told otherwise; then a ``token`` is needed, as the first line of each
    connection or in front of each line, followed by a blank."""

    host: str = "127.0.0.1"
    port: int = 8471
    token: str = field(default="", metadata={"secret": True}, repr=False)
    idle_ms: int = field(default=300, metadata=_ADVANCED)


@dataclass
class _Guest:
    """One connection."""

    peer: str
    lines: Lines
    since: float
    let_in: bool


class Tcp(Reading):
    """Listens on one port; any number of scanners may connect, each at its own pace."""

    name: ClassVar[str] = "tcp"
    settings_type: ClassVar[type[ScannerSettings]] = TcpSettings

    def __init__(
        self, settings: TcpSettings | None = None, title: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings or TcpSettings()
        super().__init__(title or self.name, now)
        self.port = 0
        """The port that is listened on, once it is."""
        self._wake: socket.socket | None = None
        self._strangers: dict[str, int] = {}
        self._told: tuple[tuple[str, int], ...] = ()
        self._told_at = 0.0

    def read(self) -> None:
        if not self._may_listen():
            self.tell(Condition.NO_PERMISSION, "token")
            self.stopping.wait(1.0)
            return
        with contextlib.ExitStack() as stack:
            chosen = stack.enter_context(selectors.DefaultSelector())
            listening = stack.enter_context(self._listen())
            ours, theirs = socket.socketpair()
            stack.callback(ours.close)
            stack.callback(theirs.close)
            self._wake = ours
            chosen.register(listening, selectors.EVENT_READ)
            chosen.register(theirs, selectors.EVENT_READ)
            self.port = listening.getsockname()[1]
            self._strangers, self._told = {}, ()
            self.tell(Condition.READY, f"{self.settings.host}:{self.port}")
            try:
                while not self.stopping.is_set():
                    self._turn(chosen, listening, theirs)
            finally:
                self._wake = None
                for key in [key for key in chosen.get_map().values() if isinstance(key.data, _Guest)]:
                    self._part(chosen, key)

    def sort(self, error: Exception) -> State:
        if isinstance(error, PermissionError):
            return State(Condition.NO_PERMISSION, str(error))
        return State(Condition.BUSY if isinstance(error, OSError) else Condition.FAILED, str(error))

    def interrupt(self) -> None:
        wake = self._wake
        if wake is not None:
            with contextlib.suppress(OSError):
                wake.send(b"x")

    def _may_listen(self) -> bool:
        return _is_here(self.settings.host) or len(self.settings.token) >= SHORTEST_TOKEN

    def _listen(self) -> socket.socket:
        host = self.settings.host.strip("[]")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            listening.bind((host, self.settings.port))
            listening.listen(MOST_CONNECTIONS)
        except BaseException:
            listening.close()
            raise
        listening.setblocking(False)
        return listening

    def _turn(self, chosen: selectors.BaseSelector, listening: socket.socket, wake: socket.socket) -> None:
        for key, _ in chosen.select(POLL_S):
            if key.fileobj is listening:
                self._welcome(chosen, listening)
            elif key.fileobj is not wake:
                self._hear(chosen, key)
        now = time.monotonic()
        for key in list(chosen.get_map().values()):
            guest = key.data
            if isinstance(guest, _Guest):
                self._take(guest, guest.lines.tick(now))
                if not guest.let_in and now - guest.since > SILENT_S:
                    self._part(chosen, key)
        self._tell_strangers(now)

    def _welcome(self, chosen: selectors.BaseSelector, listening: socket.socket) -> None:
        try:
            guest, address = listening.accept()
        except OSError:
            return
        if len(chosen.get_map()) > MOST_CONNECTIONS + 2:
            guest.close()
            return
        guest.setblocking(False)
        lines = Lines(self.settings.idle_ms / 1000, keep_tabs=True)
        chosen.register(
            guest, selectors.EVENT_READ, _Guest(str(address[0]), lines, time.monotonic(), not self.settings.token)
        )

    def _hear(self, chosen: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
        guest = key.data
        assert isinstance(guest, _Guest)  # noqa: S101 - nothing else is registered
        try:
            data = key.fileobj.recv(65536)  # type: ignore[union-attr]
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take(guest, guest.lines.feed(data, time.monotonic()))
        else:
            # The end of the connection ends a code as a terminator does; a code that was cut off is not to be told
            # from one that has no terminator, and the look-up shows what it is worth.
            self._take(guest, [rest for rest in [guest.lines.drop()] if rest])
            self._part(chosen, key)

    def _take(self, guest: _Guest, scans: list[bytes]) -> None:
        for scan in scans:
            rest = self._let_in(guest, scan)
            if rest:
                self.hand_on(rest, source=f"{self._title} {guest.peer}")

    def _let_in(self, guest: _Guest, line: bytes) -> bytes:
        """What a line says once the token is taken off it; nothing of a line from somebody who has not given it."""
        token = self.settings.token.encode()
        if not token:
            return line
        first, _, rest = line.partition(b" ")
        if hmac.compare_digest(first, token):
            guest.let_in = True
            self._strangers.pop(guest.peer, None)
            return rest.strip()
        if not guest.let_in:
            self._strangers[guest.peer] = self._strangers.pop(guest.peer, 0) + 1
            for oldest in list(self._strangers)[:-MOST_STRANGERS]:
                del self._strangers[oldest]
        return line if guest.let_in else b""

    def _tell_strangers(self, now: float) -> None:
        """Whoever sends a wrong token is seen by the person who set it; never what was sent."""
        turned_away = tuple(self._strangers.items())
        if turned_away != self._told and now - self._told_at >= TELL_AGAIN_S:
            self._told, self._told_at = turned_away, now
            self.tell(Condition.READY, f"{self.settings.host}:{self.port}", turned_away)

    def _part(self, chosen: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
        with contextlib.suppress(KeyError, ValueError):
            chosen.unregister(key.fileobj)
        with contextlib.suppress(OSError):
            key.fileobj.close()  # type: ignore[union-attr]


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


SCANNER = Tcp
