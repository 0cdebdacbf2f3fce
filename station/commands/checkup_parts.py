"""The doctor's look at what the station is made of: engines, drivers, keyring, seal."""

import os
from collections.abc import Iterator
from importlib import metadata

from station.settings import Settings

from .checkup import Found, try_it


def look_at_parts(settings: Settings) -> Iterator[Found]:
    yield from _engines()
    yield try_it("postgresql", _postgresql)
    yield try_it("keyring", _keyring)
    yield try_it("seal", _seal)
    yield from _secrets(settings)


def _engines() -> Iterator[Found]:
    """The libraries that read codes; the second one only rescues."""
    try:
        # It loads large libraries, and may be what is broken here.
        from station.vision.engines import engines
    except Exception as error:
        yield Found("engine_zxing", False, f"{type(error).__name__}: {error}"[:200], True)
        return
    names = {"zxing-cpp": "engine_zxing", "zbar": "engine_zbar"}
    for each in engines():
        told = f"{each.name} {each.version}" if each.available else each.reason
        yield Found(names.get(each.name, "engine_zbar"), each.available, told[:200], each.name == "zxing-cpp")


def _postgresql() -> Found:
    try:
        return Found("postgresql", True, f"psycopg {metadata.version('psycopg')}")
    except metadata.PackageNotFoundError:
        return Found("postgresql", False, "-")


def _keyring() -> Found:
    # Finding the system's keyring takes a tenth of a second.
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    name = f"{type(backend).__module__}.{type(backend).__name__}"
    return Found("keyring", not isinstance(backend, fail.Keyring | null.Keyring), name)


def _seal() -> Found:
    """Whether PINs may wait in the queue; no key is made by looking."""
    from station.store import KeyringSeal, choose_seal  # the database's parts: this look alone needs them

    seal = choose_seal(os.environ.get, lambda: KeyringSeal(make=False))
    seal.salt(b"0123456789abcdef")
    if isinstance(seal, KeyringSeal):
        seal.fetch()
    return Found("seal", seal.available, "STATION_SEAL_KEY" if seal.available else seal.why_not[:200])


def _secrets(settings: Settings) -> Iterator[Found]:
    """Each connection's own secrets: whether they are there, never what they are."""
    # Importing a kind of backend imports its HTTP library.
    from station.backends.listing import UnavailableError, load
    from station.credentials import find_secret, variable

    for each in settings.connections:
        try:
            kind = load(each.kind)
        except UnavailableError as error:
            yield Found("kind", False, f"{each.name}: {error.reason}"[:200], True, {"kind": each.kind})
            continue
        for field in kind.secret_fields:
            if each.kind == "local" and not each.values.get("base_url"):
                continue
            there = find_secret(each.name, field) is not None
            blanks: dict[str, object] = {
                "connection": each.name, "field": field, "variable": variable(each.name, field)
            }
            yield Found("secret", there, f"{each.name}.{field}", False, blanks)
