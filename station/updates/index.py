"""The index of versions: believed only as its publisher's key signed it, for this channel, and not out of date.

The file is JSON: ``{"format": "claiming-station-updates", "version": 1, "signed": BASE64, "signatures": [{"key": ID,
"signature": BASE64}, …]}``. What is signed is ``DOMAIN`` and the very bytes that ``signed`` holds, by Ed25519 (RFC
8032); a key's ID is the first 16 hexadecimal digits of its SHA-256. With two signatures a fleet moves from one key to
the next. The signed bytes are JSON too: ``{"serial": 7, "channel": "stable", "issued": T, "expires": T, "releases":
[{"version": "1.2.0", "published": T, "notes_url": U, "installers": {PLATFORM: {"url": U, "sha256": HEX, "size":
BYTES}}}]}``, times in ISO 8601 with their zone. ``serial`` grows with each index: an older one is not believed again.
"""

import binascii
import hashlib
import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

FORMAT, VERSION = "claiming-station-updates", 1
DOMAIN = b"claiming-station updates, version 1\n"
MOST_BYTES = 1_000_000
"""An index is a few thousand bytes."""
LARGEST_INSTALLER = 2_000_000_000
CLOCK_SLACK = timedelta(days=1)
"""How far a desk's clock may be behind the publisher's before an index counts as one from the future."""
_VERSION = re.compile(r"\d{1,6}(?:\.\d{1,6}){1,3}")
_MOST_RELEASES, _MOST_SIGNATURES, _LONGEST = 500, 8, 2000


class IndexProblem(StrEnum):
    """Why an index is not believed."""

    NOT_AN_INDEX = "not_an_index"
    NO_KEY = "no_key"
    WRONG_KEY = "wrong_key"
    BAD_SIGNATURE = "bad_signature"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from_the_future"
    OLDER = "older"
    OTHER_CHANNEL = "other_channel"


class IndexProblemError(Exception):
    """The index is not believed; ``detail`` is for support."""

    def __init__(self, problem: IndexProblem, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
        self.problem, self.detail = problem, detail


@dataclass(frozen=True, slots=True)
class Installer:
    """A whole installer: where it lies (perhaps beside the index), its SHA-256 in hexadecimal, its size in bytes."""

    url: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Release:
    """A version that was published; ``installers`` by platform."""

    version: str
    published: datetime
    notes_url: str
    installers: Mapping[str, Installer]


@dataclass(frozen=True, slots=True)
class Index:
    """An index that was believed."""

    serial: int
    channel: str
    issued: datetime
    expires: datetime
    releases: tuple[Release, ...]


def read_index(data: bytes, public_key: str, channel: str, now: datetime, least_serial: int = 0) -> Index:
    """The index that these bytes hold. ``least_serial`` is the highest that was believed before.

    Raises ``IndexProblemError``, whatever the bytes are.
    """
    signed = _verified(data, _key(public_key))
    index = _index(signed)
    if index.channel != channel:
        raise IndexProblemError(IndexProblem.OTHER_CHANNEL, index.channel)
    if index.serial < least_serial:
        raise IndexProblemError(IndexProblem.OLDER, f"{index.serial}, seen was {least_serial}")
    if index.issued > now + CLOCK_SLACK:
        raise IndexProblemError(IndexProblem.FROM_THE_FUTURE, f"{index.issued:%Y-%m-%d}")
    if index.expires <= now:
        raise IndexProblemError(IndexProblem.EXPIRED, f"{index.expires:%Y-%m-%d}")
    return index


def newest(index: Index, platform: str, current: str) -> Release | None:
    """The newest version for that platform, if it is newer than the one that runs."""
    fitting = [each for each in index.releases if platform in each.installers]
    found = max(fitting, key=lambda each: order_of(each.version), default=None)
    return found if found is not None and order_of(found.version) > order_of(current) else None


def order_of(version: str) -> tuple[int, ...]:
    """What a version is compared by: its leading numbers, zeros at the end left out."""
    numbers = [int(part) for part in (re.match(r"\d+(?:\.\d+)*", version) or ["0"])[0].split(".")]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def key_id(public_key: bytes) -> str:
    """How a signature names its key."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def _key(text: str) -> bytes:
    try:
        key = b64decode(text.strip(), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != 32:
        raise IndexProblemError(IndexProblem.NO_KEY)
    return key


def _verified(data: bytes, key: bytes) -> bytes:
    """The signed bytes, once a signature by this key fits them."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    envelope = _table(_parsed(data))
    if envelope.get("format") != FORMAT or envelope.get("version") != VERSION:
        raise IndexProblemError(IndexProblem.NOT_AN_INDEX, "it is no index that this version knows")
    signed = _bytes(envelope, "signed")
    found = envelope.get("signatures")
    if not isinstance(found, list) or len(found) > _MOST_SIGNATURES:
        raise IndexProblemError(IndexProblem.NOT_AN_INDEX, "signatures")
    ours = [each for each in map(_table, found) if each.get("key") == key_id(key)]
    if not ours:
        raise IndexProblemError(IndexProblem.WRONG_KEY, key_id(key))
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(_bytes(ours[0], "signature"), DOMAIN + signed)
    except (InvalidSignature, ValueError) as error:
        raise IndexProblemError(IndexProblem.BAD_SIGNATURE, key_id(key)) from error
    return signed


def _index(signed: bytes) -> Index:
    told = _table(_parsed(signed))
    releases = told.get("releases")
    if not isinstance(releases, list) or len(releases) > _MOST_RELEASES:
        raise IndexProblemError(IndexProblem.NOT_AN_INDEX, "releases")
    return Index(
        _number(told, "serial", 2**53), _text(told, "channel"), _time(told, "issued"), _time(told, "expires"),
        tuple(_release(_table(each)) for each in releases),
    )


def _release(told: Mapping[str, Any]) -> Release:
    version = _text(told, "version")
    if not _VERSION.fullmatch(version):
        raise IndexProblemError(IndexProblem.NOT_AN_INDEX, f"version {version[:40]!r}")
    installers = {name: _installer(_table(each)) for name, each in _table(told.get("installers")).items()}
    return Release(version, _time(told, "published"), _text(told, "notes_url", least=0), installers)


def _installer(told: Mapping[str, Any]) -> Installer:
    sha256 = _text(told, "sha256").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise IndexProblemError(IndexProblem.NOT_AN_INDEX, "sha256")
    return Installer(_text(told, "url"), sha256, _number(told, "size", LARGEST_INSTALLER))


def _parsed(data: bytes) -> Any:
    if len(data) > MOST_BYTES:
        raise IndexProblemError(IndexProblem.NOT_AN_INDEX, f"{len(data)} bytes")
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise IndexProblemError(IndexProblem.NOT_AN_INDEX, type(error).__name__) from error


def _table(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise IndexProblemError(IndexProblem.NOT_AN_INDEX, "a table is missing")
    return value


def _text(table: Mapping[str, Any], name: str, least: int = 1) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not least <= len(value) <= _LONGEST:
        raise IndexProblemError(IndexProblem.NOT_AN_INDEX, name)
    return value


def _bytes(table: Mapping[str, Any], name: str) -> bytes:
    value = table.get(name)
    try:
        if isinstance(value, str):
            return b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        pass
    raise IndexProblemError(IndexProblem.NOT_AN_INDEX, name)


def _number(table: Mapping[str, Any], name: str, most: int) -> int:
    value = table.get(name)
    if type(value) is not int or not 0 < value <= most:
        raise IndexProblemError(IndexProblem.NOT_AN_INDEX, name)
    return value


def _time(table: Mapping[str, Any], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(_text(table, name))
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise IndexProblemError(IndexProblem.NOT_AN_INDEX, name)
