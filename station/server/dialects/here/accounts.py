"""Users' tokens: log-in, exchange for one project's, and renewal."""

import uuid
import zlib
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...auth import caller_of, digest_of, issue
from ...tables import Credential, Project, Token
from .devices import VENDOR
from .door import RENEWAL, SCOPE, Answer, Asked, Road, by_token, text_in
from .refusing import Declined

LIVES = timedelta(days=1)
RENEWABLE = timedelta(days=30)
_HRN = "hrn:here:authorization::"
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _hasher.hash("nobody's")
"""Compared with where there is no such user, so that the time taken does not tell."""


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def project_of(session: Session, organization: int, scope: str) -> str:
    """The project that a scope names. Raises Declined: 400 for what is no project's name, 403 for one of others."""
    realm, slash, name = scope.removeprefix(_HRN).partition(":project/")
    if not scope.startswith(_HRN) or not (slash and realm and name):
        raise Declined(400)
    slug = f"{realm}:{name}"
    query = select(Project.id).where(Project.organization_id == organization, Project.slug == slug)
    if session.scalar(query.where(Project.vendor.in_((VENDOR, "")))) is None:
        raise Declined(403)
    return slug


def _log_in(asked: Asked) -> Answer:
    body = asked.json()
    email, password = text_in(body, "email"), text_in(body, "password", longest=500)
    realm = text_in(body, "realm") if "realm" in body else ""
    asked.memory.tries.count(zlib.crc32(email.encode("utf-8", "replace")))
    found = asked.parts.database.read(lambda session: _credential(session, email, asked))
    right = _fits(found[0] if found else _NOBODY, password)
    if found is None or not right or (realm and realm.casefold() != found[2].casefold()):
        raise Declined(401)
    return 200, _session(asked, found[1], found[2])


def _credential(session: Session, email: str, asked: Asked) -> tuple[str, int, str] | None:
    """The password's hash, the account's row number and the realm of a user."""
    row = session.scalars(
        select(Credential).where(Credential.vendor == VENDOR, Credential.name == email, Credential.basic)
    ).first()
    if row is None or row.revoked_at is not None or (row.expires_at and row.expires_at <= asked.parts.clock()):
        return None
    return row.secret, row.account_id, row.extra


def _session(asked: Asked, account: int, realm: str) -> dict[str, object]:
    now = asked.parts.clock()

    def work(session: Session) -> tuple[str, str]:
        access = issue(session, account, now, LIVES, f"{VENDOR}: log-in", SCOPE)
        return access, issue(session, account, now, RENEWABLE, f"{VENDOR}: {realm}", RENEWAL)

    access, renewal = asked.parts.database.write(work)
    return {
        "userId": f"HERE-{_user_id(account)}",
        "accessToken": access,
        "expiresIn": int(LIVES.total_seconds()),
        "refreshToken": renewal,
        "tokenType": "bearer",
        "realm": realm,
    }


def _user_id(account: int) -> uuid.UUID:
    """The same for the same account, in the form of a random UUID, as the vendor's pattern for it asks."""
    return uuid.UUID(bytes=uuid.uuid5(uuid.NAMESPACE_OID, f"{VENDOR} {account}").bytes, version=4)


def _exchange(asked: Asked) -> Answer:
    body = asked.json()
    caller = by_token(asked, body.get("accessToken"))
    scope = text_in(body, "scope")

    def work(session: Session) -> str:
        project = project_of(session, caller.organization, scope)
        now = asked.parts.clock()
        return issue(session, caller.account, now, LIVES, f"{VENDOR}: exchange", f"{SCOPE}:{project}")

    return 200, {
        "accessToken": asked.parts.database.write(work),
        "issuedTokenType": "urn:ietf:params:oauth:token-type:access_token",
        "tokenType": "Bearer",
        "scope": scope,
        "expiresIn": int(LIVES.total_seconds()),
    }


def _refresh(asked: Asked) -> Answer:
    """A refresh token counts once; the access token beside it may have run out."""
    body = asked.json()
    text_in(body, "accessToken", longest=2000)
    renewal = text_in(body, "refreshToken", longest=500)
    now = asked.parts.clock()

    def work(session: Session) -> tuple[int, str]:
        caller = caller_of(session, renewal, now)
        if caller.scope != RENEWAL:
            raise Declined(401)
        row = session.scalars(select(Token).where(Token.digest == digest_of(renewal))).one()
        row.revoked_at = now
        return caller.account, row.label.removeprefix(f"{VENDOR}: ")

    return 200, _session(asked, *asked.parts.database.write(work))


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


ROADS: tuple[Road, ...] = (
    ("POST", "/users/v2/login", _log_in, False),
    ("POST", "/users/v2/tokenExchange", _exchange, False),
    ("POST", "/users/v2/refresh", _refresh, False),
)
