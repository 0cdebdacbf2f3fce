"""The doctor's look at what the station is made of: engines, drivers, keyring, seal."""

import os
from collections.abc import Callable, Iterator

from station.credentials import Credentials, FileState, Place, find_credentials, variable
from station.folders import Folders
from station.settings import Settings
from station.words import say

from .checkup import Found, try_it


def look_at_parts(settings: Settings, folders: Folders) -> Iterator[Found]:
    credentials = find_credentials(folders)
    yield from _engines()
    yield try_it("postgresql", _postgresql)
    yield try_it("keyring", lambda: _keyring(credentials))
    yield try_it("sealed_file", lambda: _sealed_file(credentials))
    yield try_it("seal", lambda: _seal(credentials))
    yield from _secrets(settings, credentials)


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
    """The driver, and the library of the system that it may need."""
    # Few serve on PostgreSQL, and it takes a while to import.
    try:
        import psycopg
    except ImportError as error:
        return Found("postgresql", False, str(error).strip().splitlines()[-1].lstrip("- ")[:200])
    return Found("postgresql", True, f"psycopg {psycopg.__version__} ({psycopg.pq.__impl__})")


def _keyring(credentials: Credentials) -> Found:
    """Whether there is one, and whether it answers: a locked one is found out by asking it."""
    # Finding the system's keyring takes a tenth of a second.
    import keyring

    trouble = credentials.keyring_trouble()
    backend = type(keyring.get_keyring())
    name = f"{backend.__module__}.{backend.__name__}"
    return Found("keyring", not trouble, f"{name}: {trouble}"[:200] if trouble else name)


def _sealed_file(credentials: Credentials) -> Found:
    """The file sealed by a passphrase; that there is none is no fault."""
    state = credentials.state()
    path = credentials.file.path
    if state is FileState.MISSING:
        return Found("sealed_file", True, "-")
    return Found(f"sealed_file_{state}" if state is FileState.DAMAGED else "sealed_file", state is FileState.OPEN,
                 f"{path.name}: {say(f'secrets.file.{state}')}", False, {"file": path})


def _seal(credentials: Credentials) -> Found:
    """Whether PINs may wait in the queue; no key is made by looking."""
    from station.store import KeyringSeal, choose_seal  # the database's parts: this look alone needs them

    by_file = credentials.state() is FileState.OPEN
    # An open file makes its key at the first use.
    key: Callable[[bool], bytes | None] = lambda _make: bytes(32) if by_file else None  # noqa: E731 - one line says it
    seal = choose_seal(os.environ.get, lambda: KeyringSeal(make=False), key)
    seal.salt(b"0123456789abcdef")
    if not os.environ.get("STATION_SEAL_KEY"):
        seal.fetch()
    by = "STATION_SEAL_KEY" if os.environ.get("STATION_SEAL_KEY") else say("secrets.place.file" if by_file else
                                                                          "secrets.place.keyring")
    return Found("seal", seal.available, by if seal.available else seal.why_not[:200])


def _secrets(settings: Settings, credentials: Credentials) -> Iterator[Found]:
    """Each connection's own secrets: where they are, never what they are."""
    # Importing a kind of backend imports its HTTP library.
    from station.backends.listing import UnavailableError, load
    from station.connections import goes_inside

    for each in settings.connections:
        try:
            kind = load(each.kind)
        except UnavailableError as error:
            yield Found("kind", False, f"{each.name}: {error.reason}"[:200], True, {"kind": each.kind})
            continue
        for field in () if goes_inside(each) else kind.secret_fields:
            place = credentials.place(each.name, field)
            blanks: dict[str, object] = {
                "connection": each.name, "field": field, "variable": variable(each.name, field)
            }
            there = place in (Place.ENVIRONMENT, Place.KEYRING, Place.FILE)
            yield Found("secret", there, f"{each.name}.{field}: {say(f'secrets.place.{place}')}", False, blanks)
