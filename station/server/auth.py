"""Who is calling: tokens are given out once, kept as digests, and checked on every call."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from .codes import ErrorCode
from .refusals import Refused
from .tables import Account, Organization, Token

LONGEST_TOKEN = 500
INSIDE_LABEL = "the station's own"
SERVED_LABEL = "given at the start"
"""Under which a token is let in at each start, by the server inside the station and by one on a port: on one database
neither takes the other's back."""
START_LABELS = (INSIDE_LABEL, SERVED_LABEL)


@dataclass(frozen=True, slots=True)
class Caller:
    """The account that a token stands for. ``account`` and ``organization`` are row numbers."""

    account: int
    public_id: str
    name: str
    may_claim: bool
    organization: int
    slug: str
    title: str
    scope: str | None = None


_CALLER = (
    select(
        Token.digest,
        Token.expires_at,
        Account.id,
        Account.public_id,
        Account.name,
        Account.may_claim,
        Organization.id,
        Organization.slug,
        Organization.title,
        Token.scope,
    )
    .join(Account, Account.id == Token.account_id)
    .join(Organization, Organization.id == Account.organization_id)
    .where(Token.digest == bindparam("digest"), Token.revoked_at.is_(None))
)


def make_token() -> str:
    """A new token: 256 bits from the system's random source."""
    return f"st_{secrets.token_urlsafe(32)}"


def digest_of(token: str) -> str:
    """SHA-256 in hexadecimal. A plain hash is enough for a long random text, and the look-up by it tells a
    stranger with a stop-watch nothing about the token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def bearer_of(session: Session, header: str | None, now: datetime) -> Caller:
    """The caller of an ``Authorization: Bearer`` header, whatever the token's scope is. Raises Refused (401)."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refused(401, ErrorCode.SIGN_IN, "This call needs a token: Authorization: Bearer …")
    return caller_of(session, token, now)


def sign_in(session: Session, header: str | None, now: datetime) -> Caller:
    """The caller of an ``Authorization`` header at the native API. Raises Refused (401)."""
    caller = bearer_of(session, header, now)
    if caller.scope is not None:
        raise Refused(401, ErrorCode.SIGN_IN, "This token opens another protocol than this one.")
    return caller


def caller_of(session: Session, token: str, now: datetime) -> Caller:
    """The caller whom a token stands for. Raises Refused (401)."""
    token = token.strip()
    if not token or len(token) > LONGEST_TOKEN:
        raise Refused(401, ErrorCode.SIGN_IN, "This call needs a token.")
    digest = digest_of(token)
    found = session.execute(_CALLER, {"digest": digest}).first()
    if found is None or not hmac.compare_digest(found[0], digest):
        raise Refused(401, ErrorCode.SIGN_IN, "This token is not known here, or was taken back.")
    if found[1] is not None and found[1] <= now:
        raise Refused(401, ErrorCode.SIGN_IN, "This token has expired.")
    return Caller(*tuple(found)[2:])


def issue(
    session: Session, account: int, now: datetime, lives: timedelta, label: str, scope: str | None = None
) -> str:
    """A new token for an account (by row number) that lives so long; those of the account that have expired go."""
    session.execute(delete(Token).where(Token.account_id == account, Token.expires_at <= now))
    token = make_token()
    digest = digest_of(token)
    session.add(
        Token(account_id=account, digest=digest, label=label, created_at=now, expires_at=now + lives, scope=scope)
    )
    session.flush()
    return token


def account_of(session: Session, organization: Organization, name: str) -> Account:
    """The organization's account of that name, which is made where it is missing."""
    account = session.scalars(select(Account).where(Account.organization == organization, Account.name == name)).first()
    if account is None:
        account = Account(public_id=secrets.token_hex(16), organization=organization, name=name, may_claim=True)
        session.add(account)
        session.flush()
    return account


def grant(session: Session, organization: Organization, name: str, token: str, now: datetime, label: str) -> Account:
    """Let ``token`` sign in as the organization's account of that name, which is made where it is missing.

    An earlier token with the same label is taken back, so that a token made anew at each start leaves no trail of
    keys that still open. The same token again changes nothing.
    """
    account = account_of(session, organization, name)
    digest = digest_of(token)
    for old in session.scalars(
        select(Token).where(Token.account_id == account.id, Token.label == label, Token.revoked_at.is_(None))
    ):
        if old.digest != digest:
            old.revoked_at = now
    known = session.scalars(select(Token).where(Token.digest == digest)).first()
    if known is None:
        session.add(Token(account_id=account.id, digest=digest, label=label, created_at=now))
    else:
        known.account_id, known.label, known.revoked_at = account.id, label, None
    session.flush()
    return account
