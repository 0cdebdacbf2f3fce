"""Puts a computer's own settings and certificate authorities in place: for every user, before the first start.

The folder is ``/etc/claiming-station`` on Linux and ``%PROGRAMDATA%\\ClaimingStation`` on Windows; ``STATION_FLEET``
names another one, and with ``STATION_HOME`` alone there is none. Two files of fixed names are read there, and an
installer may copy them without this module:

``settings.toml``   the same keys as in a person's own file, which goes before it key by key in ``[station]``,
                    ``[updates]`` and ``[secrets]``. A person's ``[backends.x]`` or ``[scanners.x]`` takes the place of
                    the computer's of that name; one without its ``kind`` changes only the keys that it names.
``ca.pem``          certificate authorities (PEM) that are trusted beside the system's, for every connection and for
                    the index of updates, unless ``[station] ca_file`` names another file.

Both must belong to the user, to root or, on Windows, to the administrators, and not be writable for everybody.
"""

import ssl
from contextlib import suppress
from pathlib import Path

from station.backends.listing import UnavailableError, load
from station.connections import typed_settings
from station.settings import FLEET_AUTHORITIES, FLEET_SETTINGS, SettingsError, read_settings
from station.whole_file import read_file, replace_file

_READABLE, _OPEN = 0o644, 0o755
_LARGEST = 5_000_000
_TRIES = 5


def provision(fleet: Path, settings: Path | None, authorities: Path | None) -> list[Path]:
    """Put either file or both into the folder, once both were found right; gives where they lie now.

    Each takes its place whole or not at all. Raises ``SettingsError``, with nothing changed unless the disk refused
    the second.
    """
    wanted: list[tuple[Path, bytes]] = []
    if settings is not None:
        wanted.append((fleet / FLEET_SETTINGS, _checked_settings(settings)))
    if authorities is not None:
        wanted.append((fleet / FLEET_AUTHORITIES, _checked_authorities(authorities)))
    try:
        if not fleet.exists():
            fleet.mkdir(parents=True)
            fleet.chmod(_OPEN)  # whatever the one who installs it keeps to himself, every user must read it
        for path, data in wanted:
            _place(path, data)
    except OSError as error:
        raise SettingsError(f"{fleet}: {error.strerror or type(error).__name__}") from error
    return [path for path, _ in wanted]


def _place(path: Path, data: bytes) -> None:
    for _ in range(_TRIES):
        if replace_file(path, read_file(path), data, _READABLE):
            return
    raise SettingsError(f"{path}: another program keeps changing it")


def _checked_settings(path: Path) -> bytes:
    """What stands in the file, each connection of the right shape: a desk that cannot start is found here."""
    data = _read(path)
    settings = read_settings(path)
    for each in settings.connections:
        with suppress(UnavailableError):  # a driver may be missing where the files are put in place
            typed_settings(load(each.kind), each)
    return data


def _checked_authorities(path: Path) -> bytes:
    data = _read(path)
    try:
        text = data.decode("ascii")
        if "PRIVATE KEY" in text:
            raise SettingsError(f"{path.name}: it holds a private key, which every user of this computer could read")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=text)
        found = context.cert_store_stats()["x509_ca"]
    except ValueError as error:
        raise SettingsError(f"{path.name}: it is no text of certificates (PEM)") from error
    except ssl.SSLError as error:
        raise SettingsError(f"{path.name}: it is no text of certificates (PEM): {error.reason}") from error
    if not found:
        raise SettingsError(f"{path.name}: it holds no certificate of an authority")
    return data


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise SettingsError(f"{path.name}: it is too large")
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path.name}: {error.strerror or type(error).__name__}") from error
