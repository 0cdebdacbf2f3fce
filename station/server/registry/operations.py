"""Keyed calls: the effect and the stored answer in one transaction, so that a key never works twice."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...core.identifier import SECRET_FIELDS
from ..codes import ErrorCode
from ..database import Database, KeyTaken
from ..refusals import Refused
from ..tables import Operation

_THIS = (Operation.account_id == bindparam("by"), Operation.key == bindparam("under"))
_KEPT = select(Operation.content_hash, Operation.answer).where(*_THIS)
_BEGIN = insert(Operation)
_ANSWER = update(Operation).where(*_THIS).values(answer=bindparam("text"))


@dataclass(frozen=True, slots=True)
class Keyed:
    """One keyed call: who sends it, under which key, with what content."""

    account: int
    key: str
    verb: str
    content_hash: str
    at: datetime


@dataclass(frozen=True)
class InFlight:
    """The keyed calls under way in this process."""

    _calls: dict[tuple[int, str], object] = field(default_factory=dict)

    @contextmanager
    def enter(self, keyed: Keyed) -> Iterator[None]:
        """Raises Refused (409) while a call with the same key is under way."""
        mine, name = object(), (keyed.account, keyed.key)
        if self._calls.setdefault(name, mine) is not mine:  # setdefault is one step, whatever thread comes in between
            raise Refused(409, ErrorCode.IN_FLIGHT, "A call with this key is still under way.", wait_s=1)
        try:
            yield
        finally:
            del self._calls[name]


def key_of(header: str | None) -> str:
    """The key of an ``Idempotency-Key`` header, in one notation. Raises Refused (400)."""
    if not header or not header.strip():
        raise Refused(400, ErrorCode.KEY_MISSING, "This call needs the header Idempotency-Key with a UUID.")
    try:
        return str(uuid.UUID(header.strip().strip('"')))
    except ValueError:
        raise Refused(400, ErrorCode.KEY_INVALID, "The header Idempotency-Key must hold a UUID.") from None


def hash_of(key: str, verb: str, content: BaseModel) -> str:
    """What tells two calls of one key apart.

    A content that holds a PIN goes through scrypt, salted with the key: else the hash beside it would give the
    PIN away to whoever reads the database and tries all ten thousand.
    """
    text = json.dumps([verb, content.model_dump(mode="json")], sort_keys=True).encode()
    if any(f'"{name}":'.encode() in text for name in SECRET_FIELDS):
        return hashlib.scrypt(text, salt=key.encode(), n=2**14, r=8, p=1, maxmem=2**26, dklen=32).hex()
    return hashlib.sha256(text).hexdigest()


def stored(session: Session, keyed: Keyed) -> str | None:
    """The stored answer of this call, if it was carried out. Raises Refused (422) for a key of other content."""
    found = _find(session, keyed.account, keyed.key)
    if found is None:
        return None
    content_hash, answer = found
    if content_hash != keyed.content_hash:
        raise Refused(422, ErrorCode.KEY_REUSED, "This key belongs to a call with other content.")
    return answer


def read(session: Session, account: int, key: str) -> str:
    """The stored answer of a key. Raises Refused (404)."""
    found = _find(session, account, key)
    if found is None:
        raise Refused(404, ErrorCode.NOT_FOUND, "No call with this key was carried out for this account.")
    return found[1]


def carry_out(database: Database, keyed: Keyed, work: Callable[[Session], BaseModel]) -> tuple[str, bool]:
    """Do the work and store its answer, or find the answer of before: (answer as JSON, whether it is of before)."""

    def once(session: Session) -> tuple[str, bool]:
        before = stored(session, keyed)
        if before is not None:
            return before, True
        connection = session.connection()
        row = {
            "account_id": keyed.account,
            "key": keyed.key,
            "verb": keyed.verb,
            "content_hash": keyed.content_hash,
            "answer": "",
            "at": keyed.at,
        }
        try:
            connection.execute(_BEGIN, row)  # first of all: the same key at another server waits here for our end
        except IntegrityError as error:
            raise KeyTaken from error
        answer = work(session).model_dump_json()
        session.flush()
        connection.execute(_ANSWER, {"by": keyed.account, "under": keyed.key, "text": answer})
        return answer, False

    return database.write(once)


def _find(session: Session, account: int, key: str) -> tuple[str, str] | None:
    """The hash of the call's content, and its answer."""
    found = session.connection().execute(_KEPT, {"by": account, "under": key}).first()
    return (found[0], found[1]) if found is not None else None
