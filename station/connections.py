"""Makes a backend of a connection's settings and secrets: the same way at the start, in a test call, and when saved."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import MISSING, Field, fields, replace
from datetime import datetime
from typing import Any, Protocol, get_type_hints

from station.backends.base import AsgiApp, Backend
from station.backends.base import Settings as BackendSettings
from station.backends.listing import UnavailableError, load
from station.core.errors import Cause, SignInError
from station.core.secret import Secret
from station.credentials import Credentials, Place
from station.settings import ConnectionSettings, SettingsError

LOCKED_FILE, LOCKED_KEYRING = "locked_file", "locked_keyring"
"""The detail of a sign-in that was not even tried, for its secret is where nobody could look."""
_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
REQUESTS = (
    "account", "targets", "look_up", "dry_run", "claim", "confirm", "release", "move", "rename", "change",
    "read_change", "create_target",
)


class Inside(Protocol):
    """The bundled server in this process."""

    token: Secret

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


def build_backend(
    wanted: ConnectionSettings,
    credentials: Credentials,
    now: Callable[[], datetime],
    inside: Inside | None = None,
    typed: Mapping[str, Secret] | None = None,
    ca_file: str = "",
) -> Backend:
    """A connection's backend; ``typed`` are secrets that are kept nowhere yet. May wait for the keyring.

    ``ca_file`` names the authorities that this computer trusts where the connection names none of its own.

    One whose secret is locked away asks nobody anything: each request says that it is locked. Raises
    ``SettingsError`` and ``UnavailableError``.
    """
    cls = load(wanted.kind)
    settings = _trusting(typed_settings(cls, wanted), ca_file)
    if goes_inside(wanted) and inside is not None:
        return _made(cls, wanted.name, settings, {"token": inside.token}, now, inside)
    secrets = credentials.find_all(wanted.name, [name for name in cls.secret_fields if name not in (typed or {})])
    secrets |= typed or {}
    locked = lock_of(wanted, cls, credentials) if len(secrets) < len(cls.secret_fields) and not typed else ""
    return _made(_locked(cls, locked) if locked else cls, wanted.name, settings, secrets, now, None)


def late_backend(
    wanted: ConnectionSettings, credentials: Credentials, now: Callable[[], datetime], inside: Inside | None = None,
    ca_file: str = "",
) -> Backend:
    """The same at once: its secrets are asked for right before its first request, and only that waits for a keyring
    that asks a person. Raises as ``build_backend`` does."""
    cls = load(wanted.kind)
    if goes_inside(wanted) or not cls.secret_fields:
        return build_backend(wanted, credentials, now, inside, ca_file=ca_file)
    late = _late(cls, lambda: build_backend(wanted, credentials, now, ca_file=ca_file))
    return _made(late, wanted.name, typed_settings(cls, wanted), {}, now, None)


def goes_inside(wanted: ConnectionSettings) -> bool:
    """Whether it is the bundled server in this process."""
    return wanted.kind == "local" and not wanted.values.get("base_url")


def secrets_of(connections: Iterable[ConnectionSettings]) -> list[tuple[str, str]]:
    """Every secret that these connections have: its connection and its field."""
    found = []
    for each in connections:
        if not goes_inside(each):
            with suppress(UnavailableError):  # a kind that is missing here needs no secrets
                found += [(each.name, name) for name in load(each.kind).secret_fields]
    return found


def lock_of(wanted: ConnectionSettings, cls: type[Backend], credentials: Credentials) -> str:
    """What locks a connection's secrets away: ``LOCKED_FILE``, ``LOCKED_KEYRING``, or an empty text."""
    if goes_inside(wanted):
        return ""
    places = {credentials.place(wanted.name, name) for name in cls.secret_fields}
    if Place.LOCKED_FILE in places:
        return LOCKED_FILE
    there = places & {Place.ENVIRONMENT, Place.KEYRING, Place.FILE}
    return LOCKED_KEYRING if Place.LOCKED_KEYRING in places and not there else ""


def typed_settings(cls: type[Backend], wanted: ConnectionSettings) -> BackendSettings:
    """The kind's own settings, each value of its type. Raises ``SettingsError`` that names what is wrong."""
    types = get_type_hints(cls.settings_class)
    known = {each.name: each for each in fields(cls.settings_class)}
    if unknown := set(wanted.values) - set(known):
        raise SettingsError(f"[backends.{wanted.name}] does not know {', '.join(sorted(unknown))}")
    values: dict[str, Any] = {
        name: checked(f"[backends.{wanted.name}] {name}", known[name], types[name], value)
        for name, value in wanted.values.items()
    }
    try:
        return cls.settings_class(**values)
    except (TypeError, ValueError) as error:
        raise SettingsError(f"[backends.{wanted.name}] {error}") from error


def _trusting(settings: BackendSettings, ca_file: str) -> BackendSettings:
    return replace(settings, ca_file=ca_file) if ca_file and not settings.ca_file else settings


def default_of(field: "Field[Any]") -> Any:
    """What a setting is where the file says nothing."""
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else ""


def checked(where: str, field: "Field[Any]", wanted: type, value: object) -> object:
    """A setting's value in its type. Raises ``SettingsError`` that begins with ``where``."""
    if wanted is float and type(value) is int:
        value = float(value)
    if wanted in _WORDS and type(value) is not wanted:
        raise SettingsError(f"{where} must be {_WORDS[wanted]}")
    choices = field.metadata.get("choices", ())
    if choices and value not in choices:
        raise SettingsError(f"{where} must be one of {', '.join(map(str, choices))}")
    return value


def _made(
    cls: type[Backend], name: str, settings: BackendSettings, secrets: Mapping[str, Secret],
    now: Callable[[], datetime], app: AsgiApp | None,
) -> Backend:
    try:
        return cls(name, settings, secrets, now, app)
    except SettingsError:
        raise
    except Exception as error:  # whatever a kind makes of odd settings, the other connections work
        raise SettingsError(f"[backends.{name}] {type(error).__name__}: {error}"[:300]) from error


def _locked(cls: type[Backend], why: str) -> type[Backend]:
    """That kind, but every request says that its secret is locked away; nothing leaves."""

    async def refuse(*_args: object) -> None:
        raise SignInError(Cause.CREDENTIALS, why)

    return type(cls.__name__, (cls,), dict.fromkeys(REQUESTS, refuse))


def _late(cls: type[Backend], make: Callable[[], Backend]) -> type[Backend]:
    """That kind, but every request is passed on to the backend that ``make`` makes, on a thread that may wait."""
    made: list[Backend] = []

    async def open_(_self: Backend) -> None:
        if not made:
            made.append(await _in_thread(make))
        await made[0].open()

    async def close(_self: Backend) -> None:
        for each in made:
            await each.close()

    def passed_on(name: str) -> Callable[..., Any]:
        async def ask(_self: Backend, *args: object) -> Any:
            return await getattr(made[0], name)(*args)

        return ask

    return type(cls.__name__, (cls,), {"open": open_, "close": close} | {name: passed_on(name) for name in REQUESTS})


async def _in_thread(work: Callable[[], Backend]) -> Backend:
    """As asyncio's own, but a keyring that never answers does not keep the program from ending."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Backend] = loop.create_future()

    def settle(result: Backend | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if result is not None:
            answer.set_result(result)
        else:
            answer.set_exception(error or RuntimeError("no answer"))

    def run() -> None:
        result, failure = None, None
        try:
            result = work()
        except Exception as error:  # told to whoever waits
            failure = error
        with suppress(RuntimeError):  # the loop may be gone by now
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="secrets", daemon=True).start()
    return await answer
