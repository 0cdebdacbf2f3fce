"""Where a connection's secrets are found and kept: environment, keyring, sealed file; never a plain file."""

import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from station.core.secret import Secret
from station.credentials import (
    Credentials,
    FileState,
    KeyringMissingError,
    Place,
    SecretFileError,
    seal_key,
    system_keyring,
)
from station.secret_file import SecretFile
from tests.test_secret_file import CHEAP, PASSPHRASE

CANARY = Secret("canary-9Zk")


class MemoryKeyring(KeyringBackend):
    """A keyring that holds its passwords in memory; locked, it answers nothing."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        del self.held[service, username]

    def _check(self) -> None:
        if self.locked:
            raise KeyringLocked("the keyring is locked")


class PlaintextKeyring(MemoryKeyring):
    """As a known one, which writes everything into a plain file."""


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    """A keyring that the keyring library gives out for the system's."""
    before = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


@pytest.fixture
def file(tmp_path: Path) -> SecretFile:
    return SecretFile(tmp_path / "secrets.sealed", CHEAP)


def test_the_environment_goes_before_the_keyring_before_the_file(ring: MemoryKeyring, file: SecretFile) -> None:
    environment: dict[str, str] = {}
    credentials = Credentials(file, environment)
    file.create(PASSPHRASE)
    assert (credentials.place("oslo", "token"), credentials.find("oslo", "token")) == (Place.NOWHERE, None)
    credentials.keep("oslo", "token", Secret("in the file"), in_file=True)
    assert (credentials.place("oslo", "token"), credentials.find("oslo", "token")) == (
        Place.FILE, Secret("in the file"))
    ring.set_password("claiming-station", "oslo.token", "in the keyring")
    assert (credentials.place("oslo", "token"), credentials.find("oslo", "token")) == (
        Place.KEYRING, Secret("in the keyring"))
    environment["STATION_SECRET_OSLO_TOKEN"] = "in the environment"
    assert (credentials.place("oslo", "token"), credentials.find("oslo", "token")) == (
        Place.ENVIRONMENT, Secret("in the environment"))
    assert credentials.find_all("oslo", ("token", "key")) == {"token": Secret("in the environment")}


def test_a_secret_is_kept_in_one_place(ring: MemoryKeyring, file: SecretFile) -> None:
    credentials = Credentials(file, {})
    file.create(PASSPHRASE)
    credentials.keep("oslo", "token", CANARY)
    credentials.keep("oslo", "token", CANARY, in_file=True)
    assert ring.held == {}
    credentials.keep("oslo", "token", CANARY)
    assert file.names() == frozenset()
    assert credentials.place("oslo", "token") is Place.KEYRING
    credentials.keep("bergen", "token", CANARY, in_file=True)
    credentials.forget("oslo", ["token", "never_there"])
    credentials.forget("bergen", ["token"])
    assert (ring.held, file.names()) == ({}, frozenset())


def test_without_a_keyring_nothing_is_kept_and_it_is_said(file: SecretFile) -> None:
    credentials = Credentials(file, {})
    assert "no keyring" in credentials.keyring_trouble()
    with pytest.raises(KeyringMissingError, match="no keyring"):
        credentials.keep("oslo", "token", CANARY)
    with pytest.raises(SecretFileError):
        credentials.keep("oslo", "token", CANARY, in_file=True)
    assert not file.path.exists()


def test_a_locked_keyring_says_so_and_the_file_still_helps(ring: MemoryKeyring, file: SecretFile) -> None:
    credentials = Credentials(file, {})
    credentials.keep("oslo", "token", CANARY)
    ring.locked = True
    assert credentials.keyring_trouble() == "the keyring is locked"
    assert credentials.place("oslo", "token") is Place.LOCKED_KEYRING
    assert credentials.find("oslo", "token") is None
    with pytest.raises(KeyringMissingError, match="locked"):
        credentials.keep("oslo", "token", CANARY)
    file.create(PASSPHRASE)
    credentials.keep("oslo", "token", Secret("other"), in_file=True)
    assert credentials.find("oslo", "token") == Secret("other")


def test_a_keyring_that_is_a_plain_file_is_none(ring: MemoryKeyring) -> None:
    keyring.set_keyring(PlaintextKeyring())
    with pytest.raises(KeyringMissingError, match="plain file"):
        system_keyring()


def test_a_closed_file_locks_what_is_in_it(file: SecretFile) -> None:
    file.create(PASSPHRASE)
    Credentials(file, {}).keep("oslo", "token", CANARY, in_file=True)
    again = Credentials(SecretFile(file.path), {})
    assert again.state() is FileState.LOCKED
    assert (again.place("oslo", "token"), again.place("oslo", "key")) == (Place.LOCKED_FILE, Place.NOWHERE)
    assert again.find("oslo", "token") is None
    again.file.unlock(PASSPHRASE)
    assert again.find("oslo", "token") == CANARY


def test_the_environment_may_hold_the_passphrase(file: SecretFile) -> None:
    file.create(PASSPHRASE)
    Credentials(file, {}).keep("oslo", "token", CANARY, in_file=True)
    right = Credentials(SecretFile(file.path), {"STATION_PASSPHRASE": PASSPHRASE.reveal()})
    assert right.find("oslo", "token") == CANARY
    wrong = Credentials(SecretFile(file.path), {"STATION_PASSPHRASE": "something else"})
    assert wrong.place("oslo", "token") is Place.LOCKED_FILE
    assert wrong.state() is FileState.LOCKED


def test_the_key_for_pins_lives_in_the_open_file(file: SecretFile) -> None:
    credentials = Credentials(file, {})
    assert seal_key(credentials, make=True) is None
    file.create(PASSPHRASE)
    assert seal_key(credentials, make=False) is None
    key = seal_key(credentials, make=True)
    assert key is not None
    assert len(key) == 32
    file.change_passphrase(PASSPHRASE, Secret("another one by now"))
    assert seal_key(credentials, make=True) == key
    assert key.hex() not in file.path.read_text("utf-8")


def test_who_asks_while_the_file_is_being_opened_waits_for_it(tmp_path: Path) -> None:
    SecretFile(tmp_path / "secrets.json", CHEAP).create(PASSPHRASE)
    begun, go_on = threading.Event(), threading.Event()

    class Slow(SecretFile):
        def unlock(self, passphrase: Secret) -> None:
            begun.set()
            assert go_on.wait(10)
            super().unlock(passphrase)

    credentials = Credentials(Slow(tmp_path / "secrets.json", CHEAP), {"STATION_PASSPHRASE": PASSPHRASE.reveal()})
    told: list[FileState] = []
    threads = [threading.Thread(target=lambda: told.append(credentials.state())) for _ in range(2)]
    threads[0].start()
    assert begun.wait(10)
    threads[1].start()
    threads[1].join(0.2)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert told == [FileState.OPEN, FileState.OPEN]
