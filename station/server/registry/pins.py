"""Checks PINs, which are short: each is kept as an Argon2 hash, and guessing is slowed down for each device."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..database import Database, KeyTaken
from ..tables import Device, PinTries

FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(days=1)

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's figures for Argon2id


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


def hash_pin(pin: str) -> str:
    return _hasher.hash(pin.strip())


def judge(database: Database, organization: int, pins: Mapping[int, str], now: datetime) -> dict[int, Verdict]:
    """Try one PIN for each device (row number -> PIN) on behalf of an organization.

    Each try is written down before it is made, so that many at once do not get more than one at a time. After
    ``FREE_TRIES`` wrong ones in a row the device is locked for that organization: 30 s, doubling up to a day.
    Devices without a PIN are left out of the answer.
    """
    if not pins:
        return {}
    hashes, locked = database.write(lambda session: _write_down(session, organization, sorted(pins), now))
    verdicts = dict.fromkeys(locked, Verdict.LOCKED)
    for device, pin_hash in hashes.items():
        verdicts[device] = Verdict.RIGHT if _fits(pin_hash, pins[device]) else Verdict.WRONG
    right = [device for device, verdict in verdicts.items() if verdict is Verdict.RIGHT]
    if right:
        database.write(lambda session: _forget(session, organization, right))
    return verdicts


def wait_after(failures: int) -> timedelta:
    """How long a device stays locked after so many wrong tries in a row."""
    if failures < FREE_TRIES:
        return timedelta(0)
    doublings = min(failures - FREE_TRIES, 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _write_down(
    session: Session, organization: int, devices: list[int], now: datetime
) -> tuple[dict[int, str], list[int]]:
    rows = session.execute(
        select(Device.id, Device.pin_hash).where(Device.id.in_(devices), Device.pin_hash.is_not(None))
    )
    hashes = {device: pin_hash for device, pin_hash in rows if pin_hash}
    known = {
        tries.device_id: tries
        for tries in session.scalars(
            select(PinTries)
            .where(PinTries.device_id.in_(hashes), PinTries.organization_id == organization)
            .order_by(PinTries.device_id)
            .with_for_update()
        )
    }
    locked = []
    for device in sorted(hashes):
        tries = known.get(device)
        if tries is None:
            tries = PinTries(device_id=device, organization_id=organization, failures=0)
            session.add(tries)
        elif tries.locked_until and tries.locked_until > now:
            locked.append(device)
            continue
        tries.failures += 1
        wait = wait_after(tries.failures)
        tries.locked_until = now + wait if wait else None
    try:
        session.flush()
    except IntegrityError as error:  # two first tries at once
        raise KeyTaken from error
    return {device: pin_hash for device, pin_hash in hashes.items() if device not in locked}, locked


def _forget(session: Session, organization: int, devices: list[int]) -> None:
    session.execute(
        delete(PinTries).where(PinTries.device_id.in_(devices), PinTries.organization_id == organization)
    )


def _fits(pin_hash: str, pin: str) -> bool:
    try:
        return _hasher.verify(pin_hash, pin.strip())
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
