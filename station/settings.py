"""The settings: one TOML file, so that a fleet of desks can be provisioned."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from station.folders import Folders
from station.ownership import is_trusted

FLEET_SETTINGS, FLEET_AUTHORITIES = "settings.toml", "ca.pem"
_NAME = re.compile(r"[a-z0-9_]+")
_KINDS = ("local", "disruptive", "xyte", "datacake", "here")


class SettingsError(Exception):
    """The settings file cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """One configured backend: its name, its kind, and the keys of that kind as they stand in the file."""

    name: str
    kind: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """One scanner that is set up: its name, its kind, and the keys of that kind as they stand in the file.

    ``title`` is the device's own name; one that is not ``enabled`` is kept for later. The same code again within
    ``repeat_s`` seconds is one reading that came twice, as long as it keeps coming; 0: each counts.
    """

    name: str
    kind: str
    values: Mapping[str, object] = field(default_factory=dict)
    title: str = ""
    enabled: bool = True
    repeat_s: float = 1.0


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """Where newer versions are told of: the ``index``'s address (empty: nobody asks), the key that signs it (Ed25519,
    32 bytes in base64) and the channel that this desk follows."""

    index: str = ""
    public_key: str = ""
    channel: str = "stable"


@dataclass(frozen=True, slots=True)
class SecretSettings:
    """``from_environment`` is "always" (the environment goes before the keyring) or "once" (what stands there is taken
    into the keyring, and never asked for again)."""

    from_environment: str = "always"

    @property
    def once(self) -> bool:
        return self.from_environment == "once"


@dataclass(frozen=True, slots=True)
class Settings:
    """What stands in ``settings.toml``; every key has a default, so that no file is needed.

    ``scheme`` is "system", "light" or "dark"; ``font_scale`` in per cent (100 to 200); ``scanner_layout`` "us" or
    "same" (as the computer), ``scanner_profile`` "normal" or "slow"; ``mixed`` lets a label that only another
    connection accepts join that connection's batch. For ``cool_off_minutes`` (0 to 10) after Claim nothing is sent and
    it can be cancelled; a claim that cannot be undone of more than ``confirm_above`` devices (0: never) is confirmed by
    a second press or scan, or where ``confirm_by`` is "hold" by keeping the button or key pressed. With no connection
    set up there is one, ``local``: the bundled server with the sample delivery, which is practice until ``practice`` is
    false or a connection is set up.
    ``ca_file`` names certificate authorities that are trusted beside the system's, wherever a connection names none.
    """

    name: str = "desk-1"
    operator: str = ""
    operators: tuple[str, ...] = ()
    scheme: str = "system"
    language: str = ""
    font_scale: int = 100
    sound: bool = True
    mixed: bool = False
    cool_off_minutes: int = 0
    confirm_above: int = 0
    confirm_by: str = "press"
    scanner_layout: str = "us"
    scanner_profile: str = "normal"
    practice: bool = True
    ca_file: str = ""
    connections: tuple[ConnectionSettings, ...] = ()
    scanners: tuple[ScannerSettings, ...] = ()
    updates: UpdateSettings = UpdateSettings()
    secrets: SecretSettings = SecretSettings()

    @property
    def is_practice(self) -> bool:
        """Whether this desk works on the sample delivery only."""
        return self.practice and not self.connections

    def all_connections(self) -> tuple[ConnectionSettings, ...]:
        return self.connections or (ConnectionSettings("local", "local"),)


def read_settings(path: Path, fleet: Path | None = None) -> Settings:
    """Read a person's file over the computer's own in the folder ``fleet``; one that does not exist says nothing.

    Raises ``SettingsError`` for one that is wrong, and for one of the computer's that somebody else may have written.
    """
    layers = [_read_layer(path, path.name)]
    if (own := _in_fleet(fleet, FLEET_SETTINGS)) is not None:
        layers.insert(0, _read_layer(own, str(own)))
    station = {key: value for layer in layers for key, value in layer.station.items()}
    if not station.get("ca_file") and (authorities := _in_fleet(fleet, FLEET_AUTHORITIES)) is not None:
        station["ca_file"] = str(authorities)
    return Settings(
        **station,
        updates=UpdateSettings(**{key: value for layer in layers for key, value in layer.updates.items()}),
        secrets=SecretSettings(**{key: value for layer in layers for key, value in layer.secrets.items()}),
        connections=_connections(_joined([layer.backends for layer in layers]), path.name),
        scanners=_scanners(_joined([layer.scanners for layer in layers]), path.name),
    )


def settings_in(folders: Folders) -> Settings:
    """What counts at this desk. Raises ``SettingsError``."""
    return read_settings(folders.settings, folders.fleet)


def fleet_has(folders: Folders, section: str, name: str) -> bool:
    """Whether a connection ("backends") or a scanner ("scanners") was put in place for every user of this computer:
    nobody takes it away in the window. Raises ``SettingsError``."""
    own = _in_fleet(folders.fleet, FLEET_SETTINGS)
    return own is not None and name in getattr(_read_layer(own, str(own)), section)


def _in_fleet(fleet: Path | None, name: str) -> Path | None:
    """A file that was put in place for every user of this computer; None where there is none."""
    if fleet is None:
        return None
    try:
        for each in (fleet, fleet / name):
            if not is_trusted(each):
                raise SettingsError(f"{each}: it belongs to somebody else, or everybody can write into it")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"{fleet / name}: {error}") from error
    return fleet / name


def check_settings(path: Path) -> None:
    """Whether a person's file can be read by itself. Raises ``SettingsError``."""
    layer = _read_layer(path, path.name)
    for tables, read in ((layer.backends, _connections), (layer.scanners, _scanners)):
        read({name: keys for name, keys in tables.items() if not isinstance(keys, dict) or "kind" in keys}, path.name)


@dataclass(frozen=True, slots=True)
class _Layer:
    """One file: values that are right in themselves, and the tables of connections and scanners as they stand."""

    station: dict[str, Any]
    updates: dict[str, Any]
    secrets: dict[str, Any]
    backends: dict[str, Any]
    scanners: dict[str, Any]


def _read_layer(path: Path, name: str) -> _Layer:
    try:
        with path.open("rb") as stream:
            data = tomllib.load(stream)
    except FileNotFoundError:
        data = {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{name}: {error}") from error
    sections = ("station", "updates", "secrets", "backends", "scanners")
    unknown = set(data) - set(sections)
    if unknown:
        raise SettingsError(f"{name}: unknown section {', '.join(sorted(unknown))}")
    for section in sections:
        if not isinstance(data.setdefault(section, {}), dict):
            raise SettingsError(f"{name}: [{section}] must be a table")
    station = _values(data["station"], Settings(), f"{name}: [station]")
    if station.get("ca_file"):
        station["ca_file"] = str(path.parent / Path(station["ca_file"]).expanduser())
    updates = _values(data["updates"], UpdateSettings(), f"{name}: [updates]")
    secrets = _values(data["secrets"], SecretSettings(), f"{name}: [secrets]")
    if secrets.get("from_environment", "once") not in ("once", "always"):
        raise SettingsError(f"{name}: [secrets] from_environment must be once or always")
    return _Layer(station, updates, secrets, data["backends"], data["scanners"])


def _joined(layers: list[dict[str, Any]]) -> dict[str, Any]:
    """The tables by name: a later one takes an earlier one's place, or only its keys where it says no kind."""
    joined: dict[str, Any] = {}
    for layer in layers:
        for name, keys in layer.items():
            below = joined.get(name)
            partial = isinstance(keys, dict) and isinstance(below, dict) and "kind" not in keys
            joined[name] = {**below, **keys} if partial and below is not None else keys
    return joined


def _values(table: dict[str, Any], plain: Any, where: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in table.items():
        default = getattr(plain, key, None) if key in plain.__slots__ else None
        if default is None or key in _TABLES:
            raise SettingsError(f"{where} does not know {key}")
        if isinstance(default, tuple):
            value = tuple(str(each) for each in value) if isinstance(value, list) else value
        if type(value) is not type(default):
            raise SettingsError(f"{where} {key} must be {type(default).__name__}")
        least, most = _BOUNDS.get(key, (value, value))
        if not least <= value <= most:
            raise SettingsError(f"{where} {key} must be {least} to {most}")
        if value not in _CHOICES.get(key, (value,)):
            raise SettingsError(f"{where} {key} must be {' or '.join(_CHOICES[key])}")
        values[key] = value
    return values


_TABLES = frozenset({"connections", "scanners", "updates", "secrets"})
_CHOICES = {"confirm_by": ("press", "hold")}
_BOUNDS: dict[str, tuple[int, int]] = {"cool_off_minutes": (0, 10), "confirm_above": (0, 1_000_000)}


def _connections(table: dict[str, Any], file: str) -> tuple[ConnectionSettings, ...]:
    found = []
    for name, keys in table.items():
        if not _NAME.fullmatch(name) or not isinstance(keys, dict):
            raise SettingsError(f"{file}: a connection's name is made of a-z, 0-9 and _; not {name!r}")
        kind = keys.get("kind")
        if kind not in _KINDS:
            raise SettingsError(f"{file}: [backends.{name}] kind must be one of {', '.join(_KINDS)}")
        found.append(ConnectionSettings(name, kind, {k: v for k, v in keys.items() if k != "kind"}))
    return tuple(found)


def _scanners(table: dict[str, Any], file: str) -> tuple[ScannerSettings, ...]:
    """What each kind makes of its own keys is found out when it is loaded: a kind that is missing stops nothing."""
    found = []
    for name, keys in table.items():
        if not _NAME.fullmatch(name) or not isinstance(keys, dict):
            raise SettingsError(f"{file}: a scanner's name is made of a-z, 0-9 and _; not {name!r}")
        kind = keys.get("kind")
        if not isinstance(kind, str) or not _NAME.fullmatch(kind):
            raise SettingsError(f"{file}: [scanners.{name}] kind must name a kind of scanner")
        ours = {key: keys[key] for key in _OF_ALL_SCANNERS if key in keys}
        for key, value in ours.items():
            wanted = _OF_ALL_SCANNERS[key]
            if wanted is float and type(value) is int:
                value = ours[key] = float(value)
            if type(value) is not wanted or (isinstance(value, float) and not 0 <= value <= _LONGEST_REPEAT_S):
                raise SettingsError(f"{file}: [scanners.{name}] {key} cannot be {value!r}")
        own = {key: value for key, value in keys.items() if key != "kind" and key not in ours}
        found.append(ScannerSettings(name, kind, own, **ours))
    return tuple(found)


_OF_ALL_SCANNERS = {"title": str, "enabled": bool, "repeat_s": float}
_LONGEST_REPEAT_S = 3600.0
