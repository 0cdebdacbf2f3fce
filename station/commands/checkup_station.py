"""The doctor's look at the running of things: who sends, the database, and the way to each backend."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import urlopen

from station.core.errors import CallError
from station.core.target import Account
from station.desk import places
from station.folders import Folders, Lock
from station.settings import Settings

from .answers import Stop
from .checkup import Found
from .running import Session, running, why

MOST_CLOCK_OFF_S = 60.0
ANSWER_WITHIN_S = 5.0


def look_at_station(settings: Settings, folders: Folders, backend: str) -> Iterator[Found]:
    yield _lock(settings, folders)
    try:
        with running(settings=settings, folders=folders) as session:
            yield Found("database", True, str(folders.databases(settings.is_practice) / "desk.db"), True)
            for each in settings.all_connections():
                if backend in ("", each.name):
                    yield from _connection(session, each.name)
                    yield _clock(each.name, str(each.values.get("base_url", "")))
    except Stop as stop:
        yield Found("database", False, stop.sentence[:300], True)


def _lock(settings: Settings, folders: Folders) -> Found:
    """Whether a station is open on this data folder: no fault, but worth knowing."""
    lock = Lock(folders.databases(settings.is_practice))
    free = lock.take()
    lock.give_back()
    return Found("lock", True, "-" if free else str(folders.databases(settings.is_practice)))


def _connection(session: Session, name: str) -> Iterator[Found]:
    """Whether the backend answers, as which account, and whether this computer's clock agrees with it."""
    began = datetime.now(UTC)
    try:
        standing = session.stand(name)
        account: Account
        account, targets = session.ask(name, places.read)
    except Stop as stop:
        yield Found("connection", False, f"{name}: {stop.sentence}"[:300], False, {"connection": name})
        return
    except CallError as error:
        yield Found("connection", False, f"{name}: {why(error, name)}", False, {"connection": name})
        return
    seconds = (datetime.now(UTC) - began).total_seconds()
    told = f"{name}: {standing.title}, {account.title or account.id}, {len(targets)}, {seconds:.2f} s"
    yield Found("connection", True, told)


def _clock(name: str, address: str) -> Found:
    """This computer's clock against the date that a backend's address answers with; alone where it does not."""
    now = datetime.now(UTC)
    date = _date_of(address)
    if date is None:
        return Found("clock", True, f"{name}: {now:%Y-%m-%d %H:%M:%S} UTC")
    off = (now - date).total_seconds()
    ok = abs(off) <= MOST_CLOCK_OFF_S
    return Found("clock", ok, f"{name}: {off:+.0f} s", False, {"minutes": round(abs(off) / 60)})


def _date_of(address: str) -> datetime | None:
    if not address.startswith(("http://", "https://")):
        return None
    try:
        try:
            with urlopen(address, timeout=ANSWER_WITHIN_S) as answer:  # noqa: S310 - the scheme was looked at
                date = answer.headers.get("Date")
        except HTTPError as error:
            with error:
                date = error.headers.get("Date")
        return parsedate_to_datetime(date) if date else None
    except (OSError, HTTPException, ValueError):
        return None
