"""What seals secrets on disk: a key from the system's keyring or from a passphrase, or nothing at all."""

import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class SealError(Exception):
    """The seal cannot be opened: another key, other bytes, or no key at all."""


class Seal(Protocol):
    """Seals bytes for one place (``bound``): what was sealed for one row cannot be opened as another's.

    ``available`` says whether secrets may be written; ``why_not`` why they may not, for support. ``salt`` gives the
    salt of the database that is open, for a key that is derived; it is set by ``open_store``.
    """

    @property
    def available(self) -> bool: ...

    @property
    def why_not(self) -> str: ...

    def salt(self, salt: bytes) -> None: ...

    def fetch(self) -> bool:
        """Get the key now, on a thread that may wait: a keyring may ask a person, a passphrase takes a moment."""
        ...

    def seal(self, data: bytes, bound: bytes) -> bytes: ...

    def unseal(self, data: bytes, bound: bytes) -> bytes:
        """Raise ``SealError`` where it cannot be opened."""
        ...


class _KeySeal:
    """AES-256-GCM under a key that is fetched once, on first use."""

    def __init__(self) -> None:
        self._key: bytes | None = None
        self._salt = b""
        self._why_not = ""
        self._asked = False

    @property
    def available(self) -> bool:
        return self._fetched() is not None

    @property
    def why_not(self) -> str:
        self._fetched()
        return self._why_not

    def salt(self, salt: bytes) -> None:
        self._salt = salt
        self._asked = False

    def fetch(self) -> bool:
        key, why_not = self._fetch()
        self._why_not, self._key = why_not, key
        self._asked = True
        return key is not None

    def seal(self, data: bytes, bound: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher().encrypt(nonce, data, bound)

    def unseal(self, data: bytes, bound: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag  # costs start-up time, and most rows have no secret

        try:
            return self._cipher().decrypt(data[:_NONCE], data[_NONCE:], bound)
        except (InvalidTag, ValueError) as error:
            raise SealError("sealed with another key, or for another row") from error

    def _cipher(self) -> "AESGCM":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._fetched()
        if key is None:
            raise SealError(self._why_not)
        return AESGCM(key)

    def _fetched(self) -> bytes | None:
        if not self._asked:
            self._asked = True
            self._key, self._why_not = self._fetch()
        return self._key

    def _fetch(self) -> tuple[bytes | None, str]:
        raise NotImplementedError


class PassphraseSeal(_KeySeal):
    """A key derived from a passphrase (``STATION_SEAL_KEY``) with scrypt; the salt stands in the database.

    Deriving takes about 0.3 s with the usual ``cost``: by ``fetch`` beforehand, else when the first secret comes.
    """

    def __init__(self, passphrase: str, cost: int = 2**15) -> None:
        super().__init__()
        self._passphrase = passphrase
        self._cost = cost

    def _fetch(self) -> tuple[bytes | None, str]:
        if not self._passphrase:
            return None, "the passphrase is empty"
        if not self._salt:
            return None, "no database is open"
        # The usual cost takes 32 MB: of the pairs that OWASP calls equally strong, the one fit for a small computer.
        passphrase = self._passphrase.encode("utf-8", "surrogatepass")
        return hashlib.scrypt(passphrase, salt=self._salt, n=self._cost, r=8, p=3, maxmem=2**26, dklen=32), ""


class KeyringSeal(_KeySeal):
    """A random key that is kept in the system's keyring.

    The keyring may ask the person for a password and take as long as the person does: call ``fetch`` once on a thread
    that may wait. Until then the seal is not available. ``make`` says whether a key may be made where there is none.
    """

    def __init__(self, service: str = "claiming-station", name: str = "seal", make: bool = True) -> None:
        super().__init__()
        self._asked = True
        self._why_not = "the keyring was not asked yet"
        self._service, self._name, self._make = service, name, make

    def salt(self, salt: bytes) -> None:
        """A random key needs none."""

    def _fetch(self) -> tuple[bytes | None, str]:
        try:
            import keyring  # looks through all installed packages: only when a secret needs it

            kept = keyring.get_password(self._service, self._name)
            if kept is None and self._make:
                keyring.set_password(self._service, self._name, b64encode(os.urandom(32)).decode("ascii"))
                kept = keyring.get_password(self._service, self._name)
            key = b64decode(kept or "", validate=True)
        except Exception as error:  # whatever a keyring's backend raises: the seal is then not available
            return None, f"{type(error).__name__}: {error}"
        return (key, "") if len(key) == 32 else (None, "the keyring keeps no key")


class FileSeal(_KeySeal):
    """A random key that is kept beside the connections' secrets in the sealed file.

    ``find`` gives it (32 bytes), once a person has opened that file; told true, it may make one. See ``KeyringSeal``.
    """

    def __init__(self, find: Callable[[bool], bytes | None], make: bool = True) -> None:
        super().__init__()
        self._asked = True
        self._why_not = "the sealed file is not open"
        self._find, self._make = find, make

    def salt(self, salt: bytes) -> None:
        """A random key needs none."""

    def _fetch(self) -> tuple[bytes | None, str]:
        key = self._find(self._make)
        return (key, "") if key is not None and len(key) == 32 else (None, "the sealed file is not open")


class EitherSeal:
    """Seals with the first that is available, and opens what any of them has sealed."""

    def __init__(self, first: _KeySeal, second: Callable[[bool], _KeySeal]) -> None:
        """``second`` gives the other one; a key of its own is made only where the first is not available."""
        self._first, self._make_second = first, second
        self._second = second(False)

    @property
    def available(self) -> bool:
        return self._first.available or self._second.available

    @property
    def why_not(self) -> str:
        return "" if self.available else self._first.why_not

    def salt(self, salt: bytes) -> None:
        self._first.salt(salt)
        self._second.salt(salt)

    def fetch(self) -> bool:
        first = self._first.available or self._first.fetch()
        if not self._second.available:
            second = self._make_second(not first)
            second.fetch()
            self._second = second
        return self.available

    def seal(self, data: bytes, bound: bytes) -> bytes:
        return (self._first if self._first.available else self._second).seal(data, bound)

    def unseal(self, data: bytes, bound: bytes) -> bytes:
        if not self._first.available:
            return self._second.unseal(data, bound)
        try:
            return self._first.unseal(data, bound)
        except SealError:
            if not self._second.available:
                raise
        return self._second.unseal(data, bound)


class MemoryOnly:
    """No key: secrets stay in memory, and a row needs its secret again after a restart."""

    available = False
    why_not = "there is neither a keyring nor a passphrase"

    def salt(self, salt: bytes) -> None:
        """Nothing is derived."""

    def fetch(self) -> bool:
        return False

    def seal(self, data: bytes, bound: bytes) -> bytes:  # noqa: ARG002 - as the others
        raise SealError(self.why_not)

    def unseal(self, data: bytes, bound: bytes) -> bytes:  # noqa: ARG002 - as the others
        raise SealError(self.why_not)


def choose_seal(
    environment: Callable[[str], str | None],
    keyring_seal: Callable[[], KeyringSeal] = KeyringSeal,
    file_key: Callable[[bool], bytes | None] | None = None,
) -> Seal:
    """The passphrase where one is set, else the keyring, or the sealed file where ``file_key`` finds its key."""
    passphrase = environment("STATION_SEAL_KEY")
    if passphrase:
        return PassphraseSeal(passphrase)
    return keyring_seal() if file_key is None else EitherSeal(keyring_seal(), lambda make: FileSeal(file_key, make))
