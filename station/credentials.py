"""The connections' own secrets: in the environment, the system's keyring or the sealed file; never in a plain file."""

import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Protocol

from station.core.secret import Secret
from station.folders import Folders
from station.secret_file import FileState, SecretFile, SecretFileError, SecretFileProblem

log = logging.getLogger(__name__)

PASSPHRASE = "STATION_PASSPHRASE"  # noqa: S105 - the variable's name
SEAL = "seal"
"""What the sealed file calls the key for PINs; a connection's secret has a dot in its name."""
_SERVICE = "claiming-station"
_PLAIN = ("Plaintext", "PlainText")


class KeyringMissingError(Exception):
    """This machine has no keyring that can be used; the text is the keyring's own reason."""


class Place(StrEnum):
    """Where a secret is kept."""

    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    FILE = "file"
    LOCKED_FILE = "locked_file"
    """In the sealed file, which nobody has opened yet."""
    LOCKED_KEYRING = "locked_keyring"
    """Perhaps in the keyring, which does not answer."""
    NOWHERE = "nowhere"


class Keyring(Protocol):
    """What is used of a backend of the keyring library; each may raise whatever it likes."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


def variable(connection: str, name: str) -> str:
    """The environment variable that may hold a secret: ``STATION_SECRET_<CONNECTION>_<FIELD>``."""
    return f"STATION_SECRET_{connection}_{name}".upper()


def system_keyring() -> Keyring:
    """The keyring of this machine. Raises ``KeyringMissingError``, also for one that keeps texts as they are."""
    # Imported when it is needed: finding the system's keyring takes a tenth of a second.
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring | null.Keyring):
        raise KeyringMissingError("no keyring was found on this machine")
    if type(backend).__name__.startswith(_PLAIN):
        raise KeyringMissingError("the keyring that was found keeps its secrets in a plain file")
    return backend


class Credentials:
    """Finds secrets in that order: environment, keyring, sealed file. Its methods may wait for the disk, the keyring
    and the person that it asks: never on the window's thread.

    With ``once`` the environment comes last: what stands there and nowhere else is taken into the keyring when it is
    first asked for, and what the keyring has counts from then on.
    """

    def __init__(
        self, file: SecretFile, environment: Mapping[str, str] | None = None,
        keyring: Callable[[], Keyring] = system_keyring, *, once: bool = False,
    ) -> None:
        self.file, self.once = file, once
        self._taken: list[str] = []
        self._environment = os.environ if environment is None else environment
        self._keyring = keyring
        self._tried, self._trying = False, threading.Lock()

    def find(self, connection: str, name: str) -> Secret | None:
        """A connection's secret; None where there is none that can be had now."""
        place, secret = self._search(connection, name)
        if self.once and place is Place.ENVIRONMENT and self._kept(f"{connection}.{name}")[0] is Place.NOWHERE:
            with suppress(KeyringMissingError):
                self.adopt(connection, name)
        return secret

    def find_all(self, connection: str, names: Iterable[str]) -> dict[str, Secret]:
        found = {name: self.find(connection, name) for name in names}
        return {name: secret for name, secret in found.items() if secret is not None}

    def place(self, connection: str, name: str) -> Place:
        """Where a secret is kept."""
        return self._search(connection, name)[0]

    def keep(self, connection: str, name: str, secret: Secret, *, in_file: bool = False) -> None:
        """Put a secret into the keyring or the open sealed file. It is then nowhere else but, perhaps, the environment.

        Raises ``KeyringMissingError`` and ``SecretFileError``: it is never written anywhere else.
        """
        key = f"{connection}.{name}"
        if in_file:
            self.file.put(key, secret)
            with suppress(Exception):  # where nothing was kept there is nothing to take away
                self._keyring().delete_password(_SERVICE, key)
            return
        try:
            self._keyring().set_password(_SERVICE, key, secret.reveal())
        except KeyringMissingError:
            raise
        except Exception as error:
            raise KeyringMissingError(str(error) or type(error).__name__) from error
        with suppress(SecretFileError):
            if key in self.file.names():
                self.file.remove(key)

    def adopt(self, connection: str, name: str) -> bool:
        """Take what the environment holds into the keyring; True once the keyring gives it back. False where the
        environment holds nothing. Raises ``KeyringMissingError``; the environment's is used on."""
        text = self._environment.get(variable(connection, name))
        if not text:
            return False
        self.keep(connection, name, Secret(text))
        key = f"{connection}.{name}"
        try:
            if self._keyring().get_password(_SERVICE, key) != text:
                self._keyring().delete_password(_SERVICE, key)
                raise KeyringMissingError("it gave back something else than it was given")
        except KeyringMissingError:
            raise
        except Exception as error:  # whatever a keyring's backend raises
            raise KeyringMissingError(str(error) or type(error).__name__) from error
        self._taken.append(variable(connection, name))
        log.info("%s was taken into the keyring", variable(connection, name))
        return True

    def adopt_missing(self, wanted: Iterable[tuple[str, str]]) -> list[str]:
        """With ``once``, take in what the keyring does not have yet; gives the variables that were taken so far, by
        whoever asked first. What the keyring does not take stays in the environment until another start."""
        for connection, name in wanted if self.once else ():
            before = self._kept(f"{connection}.{name}")
            if self._environment.get(variable(connection, name)) and before[0] is Place.NOWHERE:
                with suppress(KeyringMissingError):
                    self.adopt(connection, name)
        return list(dict.fromkeys(self._taken))

    def forget(self, connection: str, names: Iterable[str]) -> None:
        """Take a connection's secrets away, wherever they can be reached."""
        for name in names:
            key = f"{connection}.{name}"
            with suppress(Exception):
                self._keyring().delete_password(_SERVICE, key)
            with suppress(SecretFileError):
                if key in self.file.names():
                    self.file.remove(key)

    def keyring_trouble(self) -> str:
        """Why the keyring cannot be used now, in its own words; an empty text where it answers."""
        try:
            self._keyring().get_password(_SERVICE, "probe")
        except Exception as error:  # whatever a keyring's backend raises
            return str(error) or type(error).__name__
        return ""

    def state(self) -> FileState:
        """How the sealed file stands, once the environment's passphrase was tried."""
        self._try_environment()
        return self.file.state()

    def _search(self, connection: str, name: str) -> tuple[Place, Secret | None]:
        text = self._environment.get(variable(connection, name))
        if text and not self.once:
            return Place.ENVIRONMENT, Secret(text)
        place, secret = self._kept(f"{connection}.{name}")
        return (place, secret) if secret is not None or not text else (Place.ENVIRONMENT, Secret(text))

    def _kept(self, key: str) -> tuple[Place, Secret | None]:
        silent = False
        try:
            kept = self._keyring().get_password(_SERVICE, key)
        except KeyringMissingError:
            kept = None
        except Exception:  # a locked or broken keyring: what it keeps cannot be had now
            kept, silent = None, True
        if kept:
            return Place.KEYRING, Secret(kept)
        if key in self.file.names():
            return self._from_file(key)
        return Place.LOCKED_KEYRING if silent else Place.NOWHERE, None

    def _from_file(self, key: str) -> tuple[Place, Secret | None]:
        if self.state() is FileState.OPEN:
            with suppress(SecretFileError):
                return Place.FILE, self.file.get(key)
        return Place.LOCKED_FILE, None

    def _try_environment(self) -> None:
        """Open the file with ``STATION_PASSPHRASE``, once: a wrong one must not cost its time at each secret."""
        passphrase = self._environment.get(PASSPHRASE)
        # Several threads ask at the start: who comes second waits for the answer instead of finding the file locked.
        with self._trying:
            if self._tried or not passphrase:
                return
            with suppress(SecretFileError):
                self.file.unlock(Secret(passphrase))
            self._tried = True


def seal_key(credentials: Credentials, make: bool) -> bytes | None:
    """The key for PINs that the open sealed file keeps (32 bytes); ``make`` it where there is none yet."""
    if credentials.state() is not FileState.OPEN:
        return None
    with suppress(SecretFileError, ValueError):
        if make and SEAL not in credentials.file.names():
            credentials.file.put(SEAL, Secret(os.urandom(32).hex()))
        kept = credentials.file.get(SEAL)
        return bytes.fromhex(kept.reveal()) if kept is not None else None
    return None


def find_credentials(folders: Folders, *, once: bool = False) -> Credentials:
    """Where this station's secrets are; ``once`` as the settings say."""
    return Credentials(SecretFile(folders.secrets), once=once)


__all__ = [
    "PASSPHRASE", "Credentials", "FileState", "Keyring", "KeyringMissingError", "Place", "SecretFileError",
    "SecretFileProblem", "find_credentials", "seal_key", "system_keyring", "variable",
]
