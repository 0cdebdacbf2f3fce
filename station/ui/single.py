"""One window for a data folder: a second start raises the first, and hands it the files that it was to open."""

import hashlib
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS = 500
_LONGEST = 1_000_000
"""Bytes of what a second start may say."""


def _name(folder: Path) -> str:
    return "claiming-station-" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]


def raise_first(folder: Path, files: Sequence[str] = ()) -> bool:
    """Ask the window that runs on this folder to come to the front and open files; False where there is none."""
    socket = QLocalSocket()
    socket.connectToServer(_name(folder))
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.write(json.dumps(list(files)).encode())
    socket.flush()
    socket.waitForBytesWritten(_WAIT_MS)
    socket.disconnectFromServer()
    return True


def _paths(said: bytes) -> list[str]:
    """The paths that a caller names; none where it says something else: any program of this person may ring."""
    try:
        paths = json.loads(said)
    except (ValueError, RecursionError):
        return []
    return [path for path in paths if isinstance(path, str)] if isinstance(paths, list) else []


class Doorbell(QObject):
    """Listens for a second start; ``rung`` when there is one, with the paths of its files."""

    rung = Signal(list)

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        if not self._server.listen(_name(folder)):
            # A socket file that a crash left behind.
            QLocalServer.removeServer(_name(folder))
            self._server.listen(_name(folder))

    def _answer(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            # It has said everything when it hangs up, which it may have done before this window came to answer.
            if caller.state() == QLocalSocket.LocalSocketState.UnconnectedState:
                self._hear(caller)
            else:
                caller.disconnected.connect(partial(self._hear, caller))

    def _hear(self, caller: QLocalSocket) -> None:
        said = bytes(caller.read(_LONGEST).data())
        caller.deleteLater()
        self.rung.emit(_paths(said))

    def close(self) -> None:
        self._server.close()
