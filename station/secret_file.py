"""The sealed file: secrets under a passphrase, for a machine without a keyring.

JSON with everything in view but the secrets: ``{"format", "version", "names", "kdf", "cipher", "nonce", "sealed",
"sum"}``. The key comes from the passphrase by Argon2id (RFC 9106, second recommended setting), the secrets stand
under AES-256-GCM, which vouches for the rest of the file too. ``sum`` (SHA-256) tells a damaged file from a wrong
passphrase.
"""

import binascii
import hashlib
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from station.core.secret import Secret
from station.whole_file import OWNER_ONLY, read_file, replace_file

FORMAT, VERSION = "claiming-station-secrets", 1
LEAST_LETTERS = 8
COST: Mapping[str, int] = {"time_cost": 3, "memory_kib": 65_536, "lanes": 4}
_MOST: Mapping[str, int] = {"time_cost": 20, "memory_kib": 1_048_576, "lanes": 16}
_TRIES, _LARGEST = 5, 4_000_000


class FileState(StrEnum):
    MISSING = "missing"
    LOCKED = "locked"
    OPEN = "open"
    DAMAGED = "damaged"


class SecretFileProblem(StrEnum):
    """Why the sealed file cannot be used."""

    WRONG = "wrong_passphrase"
    SHORT = "short_passphrase"
    LOCKED = "locked"
    DAMAGED = "damaged"
    NEWER_VERSION = "newer_version"
    MISSING = "missing"
    EXISTS = "exists"
    NO_ACCESS = "no_access"


class SecretFileError(Exception):
    """The sealed file cannot be used; it stands as it was."""

    def __init__(self, problem: SecretFileProblem, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
        self.problem, self.detail = problem, detail


class SecretFile:
    """Secrets by name in one file. Each look reads the file anew: other processes of this user write it too."""

    def __init__(self, path: Path, cost: Mapping[str, int] = COST) -> None:
        """``cost`` is what a new key takes; a file that is there says itself what its key took."""
        self.path = path
        self._cost = cost
        self._key, self._salt = b"", ""

    def state(self) -> FileState:
        try:
            header = self._header()
        except SecretFileError as error:
            return FileState.MISSING if error.problem is SecretFileProblem.MISSING else FileState.DAMAGED
        return FileState.OPEN if self._key and header["kdf"]["salt"] == self._salt else FileState.LOCKED

    def names(self) -> frozenset[str]:
        """Which secrets the file holds; that can be told without the passphrase."""
        try:
            return frozenset(self._header()["names"])
        except SecretFileError:
            return frozenset()

    def create(self, passphrase: Secret) -> None:
        """Begin a file without secrets. One that is there is never replaced."""
        _check_length(passphrase)
        kdf = _new_kdf(self._cost)
        key = _derive(passphrase, kdf)
        if not self._write(None, kdf, key, {}):
            raise SecretFileError(SecretFileProblem.EXISTS)
        self._key, self._salt = key, kdf["salt"]

    def unlock(self, passphrase: Secret) -> None:
        """Takes about 0.1 s and 64 MB."""
        header = self._header()
        key = _derive(passphrase, header["kdf"])
        _open(header, key)
        self._key, self._salt = key, header["kdf"]["salt"]

    def get(self, name: str) -> Secret | None:
        text = _open(self._header(), self._held_key()).get(name)
        return Secret(text) if text else None

    def put(self, name: str, secret: Secret) -> None:
        self._change(lambda secrets: secrets.update({name: secret.reveal()}))

    def remove(self, name: str) -> None:
        self._change(lambda secrets: secrets.pop(name, None))

    def change_passphrase(self, before: Secret, passphrase: Secret) -> None:
        """The same secrets under another passphrase; the old one opens them no more."""
        _check_length(passphrase)
        found = _read(self.path)
        header = _parse(found)
        secrets = _open(header, _derive(before, header["kdf"]))
        kdf = _new_kdf(self._cost)
        key = _derive(passphrase, kdf)
        if not self._write(found, kdf, key, secrets):
            raise SecretFileError(SecretFileProblem.NO_ACCESS, "another program keeps changing it")
        self._key, self._salt = key, kdf["salt"]

    def put_aside(self, now: datetime | None = None) -> Path:
        """Keep a damaged or forgotten file under another name, so that a new one can be begun; gives that name."""
        aside = self.path.with_name(f"{self.path.stem}.{now or datetime.now(UTC):%Y%m%dT%H%M%S%f}{self.path.suffix}")
        try:
            self.path.rename(aside)
        except OSError as error:
            raise SecretFileError(SecretFileProblem.NO_ACCESS, str(error)) from error
        self._key, self._salt = b"", ""
        return aside

    def _held_key(self) -> bytes:
        if not self._key:
            raise SecretFileError(SecretFileProblem.LOCKED)
        return self._key

    def _change(self, edit: Callable[[dict[str, str]], object]) -> None:
        for _ in range(_TRIES):
            found = _read(self.path)
            header = _parse(found)
            secrets = _open(header, self._held_key())
            edit(secrets)
            if self._write(found, header["kdf"], self._held_key(), secrets):
                return
        raise SecretFileError(SecretFileProblem.NO_ACCESS, "another program keeps changing it")

    def _write(self, found: bytes | None, kdf: Mapping[str, Any], key: bytes, secrets: Mapping[str, str]) -> bool:
        try:
            return replace_file(self.path, found, _sealed(kdf, key, secrets), OWNER_ONLY)
        except OSError as error:
            raise SecretFileError(SecretFileProblem.NO_ACCESS, str(error)) from error

    def _header(self) -> dict[str, Any]:
        return _parse(_read(self.path))


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise SecretFileError(SecretFileProblem.DAMAGED, "it is too large")
        found = read_file(path)
    except FileNotFoundError:
        found = None
    except OSError as error:
        raise SecretFileError(SecretFileProblem.NO_ACCESS, str(error)) from error
    if found is None:
        raise SecretFileError(SecretFileProblem.MISSING)
    return found


def _check_length(passphrase: Secret) -> None:
    if len(passphrase.reveal()) < LEAST_LETTERS:
        raise SecretFileError(SecretFileProblem.SHORT)


def _new_kdf(cost: Mapping[str, int]) -> dict[str, Any]:
    return {"name": "argon2id", "salt": b64encode(os.urandom(16)).decode("ascii"), **cost}


def _derive(passphrase: Secret, kdf: Mapping[str, Any]) -> bytes:
    from argon2.low_level import Type, hash_secret_raw  # only a machine without a keyring needs it

    return hash_secret_raw(
        passphrase.reveal().encode("utf-8", "surrogatepass"), b64decode(kdf["salt"]), kdf["time_cost"],
        kdf["memory_kib"], kdf["lanes"], 32, Type.ID,
    )


def _sealed(kdf: Mapping[str, Any], key: bytes, secrets: Mapping[str, str]) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # as above

    nonce = os.urandom(12)
    head = {"format": FORMAT, "version": VERSION, "names": sorted(secrets), "kdf": dict(kdf), "cipher": "aes-256-gcm"}
    sealed = AESGCM(key).encrypt(nonce, json.dumps(secrets).encode("ascii"), _bytes(head))
    whole = {**head, "nonce": b64encode(nonce).decode("ascii"), "sealed": b64encode(sealed).decode("ascii")}
    return json.dumps({**whole, "sum": _sum(whole)}, indent=1).encode("ascii") + b"\n"


def _open(header: Mapping[str, Any], key: bytes) -> dict[str, str]:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # as above

    head = {name: header[name] for name in ("format", "version", "names", "kdf", "cipher")}
    try:
        text = AESGCM(key).decrypt(b64decode(header["nonce"]), b64decode(header["sealed"]), _bytes(head))
    except InvalidTag:
        raise SecretFileError(SecretFileProblem.WRONG) from None
    secrets: dict[str, str] = json.loads(text)
    return secrets


def _bytes(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def _sum(whole: Mapping[str, Any]) -> str:
    return hashlib.sha256(_bytes(whole)).hexdigest()


def _parse(text: bytes) -> dict[str, Any]:
    """The file's parts, each of a shape that can be used. Raises for a damaged file and one of a newer program."""
    try:
        whole = json.loads(text)
        told = whole.pop("sum")
        if whole["format"] == FORMAT and whole["version"] > VERSION:
            raise SecretFileError(SecretFileProblem.NEWER_VERSION, f"version {whole['version']}")
        kdf = whole["kdf"]
        sound = (
            whole["format"] == FORMAT and told == _sum(whole) and kdf["name"] == "argon2id"
            and whole["cipher"] == "aes-256-gcm" and len(b64decode(kdf["salt"], validate=True)) >= 16
            and all(isinstance(kdf[name], int) and 1 <= kdf[name] <= most for name, most in _MOST.items())
            and kdf["memory_kib"] >= 8 * kdf["lanes"] and all(isinstance(name, str) for name in whole["names"])
            and len(b64decode(whole["nonce"], validate=True)) == 12
            and len(b64decode(whole["sealed"], validate=True)) >= 16
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise SecretFileError(SecretFileProblem.DAMAGED, f"{type(error).__name__}: {error}"[:200]) from error
    if not sound:
        raise SecretFileError(SecretFileProblem.DAMAGED, "its sum does not fit")
    assert isinstance(whole, dict)  # noqa: S101 - for the type checker: only a table has these parts
    return whole
