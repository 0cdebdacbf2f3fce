"""Writes connections, scanners and the station's own choices; what a person wrote by hand stays as it is."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from station.settings import ScannerSettings, SettingsError, check_settings
from station.whole_file import OWNER_ONLY, read_file, replace_file

NAME = re.compile(r"[a-z0-9_]{1,40}")
"""What a connection or a scanner may be called."""
_TRIES = 5

Value = str | int | float | bool
Edit = Callable[[Any], None]


def write_connection(path: Path, name: str, kind: str, values: Mapping[str, Value]) -> None:
    """Make ``[backends.<name>]`` say this kind and these values, and nothing else.

    Never hand it a secret: it writes what it is given. Raises ``SettingsError`` where the file cannot be used or
    written; it then stands as it was.
    """
    _write(path, "backends", name, {"kind": kind, **values})


def write_station(path: Path, values: Mapping[str, Value]) -> None:
    """Make ``[station]`` say these values; what else stands there stays. Raises ``SettingsError``."""

    def edit(document: Any) -> None:
        table = _table(document, "station")
        for key, value in values.items():
            if table.unwrap().get(key) != value:
                table[key] = value

    _change(path, edit)


def remove_connection(path: Path, name: str) -> None:
    """Take ``[backends.<name>]`` out; nothing happens where it is not there. Raises ``SettingsError``."""
    _remove(path, "backends", name)


def write_scanner(path: Path, wanted: ScannerSettings) -> None:
    """Make ``[scanners.<name>]`` say this and nothing else, what is as by itself left out.

    Never hand it a secret: it writes what it is given. Raises ``SettingsError``; the file then stands as it was.
    """
    plain = ScannerSettings(wanted.name, wanted.kind)
    ours = {key: getattr(wanted, key) for key in ("title", "enabled", "repeat_s")}
    told = {key: value for key, value in ours.items() if value != getattr(plain, key)}
    _write(path, "scanners", wanted.name, {"kind": wanted.kind, **told, **wanted.values})


def remove_scanner(path: Path, name: str) -> None:
    """Take ``[scanners.<name>]`` out; nothing happens where it is not there. Raises ``SettingsError``."""
    _remove(path, "scanners", name)


def _write(path: Path, section: str, name: str, wanted: Mapping[str, object]) -> None:
    if not NAME.fullmatch(name):
        raise SettingsError(f"a name is made of a-z, 0-9 and _; not {name[:60]!r}")

    def edit(document: Any) -> None:
        table = _table(_table(document, section, headless=True), name)
        for gone in [key for key in table if key not in wanted]:
            del table[gone]
        stands = table.unwrap()
        for key, value in wanted.items():
            if stands.get(key) != value or type(stands[key]) is not type(value):
                table[key] = value

    _change(path, edit)


def _remove(path: Path, section: str, name: str) -> None:
    def edit(document: Any) -> None:
        tables = document.get(section)
        if tables is not None and name in tables:
            del tables[name]
            if not tables:
                del document[section]

    _change(path, edit)


def _table(parent: Any, name: str, *, headless: bool = False) -> Any:
    """The table of that name, made where it is missing; one without a heading of its own holds only other tables."""
    import tomlkit  # only a change of the settings needs it: the window's start reads them with Python's own reader

    if name not in parent:
        in_one_line = isinstance(parent, tomlkit.items.InlineTable)
        parent[name] = tomlkit.inline_table() if in_one_line else tomlkit.table(is_super_table=headless or None)
    return parent[name]


def _change(path: Path, edit: Edit) -> None:
    """Read, edit, replace. A file that somebody else changed meanwhile is read again; a broken one is left alone."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    target = path.resolve()  # a provisioned desk's settings may be a link to where they really are
    try:
        for _ in range(_TRIES):
            found = read_file(target)
            check_settings(target)  # what we cannot read ourselves is not ours to write into
            document = tomlkit.parse((found or b"").decode("utf-8"))
            edit(document)
            text = tomlkit.dumps(document).encode("utf-8")
            if text == found or _replace(target, found, text):
                return
    except SettingsError:
        raise
    except (OSError, ValueError, TypeError, TOMLKitError) as error:
        raise SettingsError(f"{path.name}: {error}") from error
    raise SettingsError(f"{path.name}: another program keeps changing it")


def _replace(path: Path, found: bytes | None, text: bytes) -> bool:
    """Nothing takes the place of the settings that this program could not read at its next start."""
    mode = OWNER_ONLY if found is None else path.stat().st_mode & 0o777
    return replace_file(path, found, text, mode, check_settings)
