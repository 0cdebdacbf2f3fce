"""Who is calling: a service account's key, as HTTP Basic or exchanged for a token that lives an hour."""

import base64
import binascii
import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...auth import Caller, caller_of, issue
from ...parts import Parts
from ...tables import Credential
from .asking import VENDOR, ApiError

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIVES_S = 3600
LEEWAY_S = 5
LONGEST_ASSERTION, LONGEST_FORM = 4000, 10_000


class TokenRefused(Exception):
    """The token endpoint refuses; ``code`` is one of OAuth 2.0's words."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def exchange(parts: Parts, body: bytes) -> dict[str, Any]:
    """A token for a form with a signed claim. Raises TokenRefused."""
    form = parse_qs(body[:LONGEST_FORM].decode("ascii", "replace"))
    if form.get("grant_type") != [GRANT]:
        raise TokenRefused("unsupported_grant_type", "grant_type has to be the one for a JWT bearer")
    assertion = form.get("assertion", [""])[0]
    key_id = _key_id(assertion)
    now = parts.clock()

    def work(session: Session) -> str:
        credential = _credential(session, key_id, parts)
        if credential is None:
            raise TokenRefused("invalid_grant", "There is no such key")
        _check(assertion, credential, now.timestamp())
        lives = timedelta(seconds=LIVES_S)
        return issue(session, credential.account_id, now, lives, f"key {key_id}", scope=VENDOR)

    token = parts.database.write(work)
    return {"access_token": token, "expires_in": LIVES_S, "token_type": "bearer"}


def signed_in(parts: Parts, header: str) -> Caller:
    """The caller of an ``Authorization`` header, remembered for a moment. Raises ApiError (401), Refused (401)."""
    name = f"{VENDOR} {header}"  # apart from the native API, which takes no Basic
    caller = parts.sign_ins.recall(name)
    if caller is None:
        caller = parts.database.read(lambda session: _sign_in(session, parts, header))
        parts.sign_ins.keep(name, caller)
    return caller


def _sign_in(session: Session, parts: Parts, header: str) -> Caller:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "basic":
        return _basic(session, parts, value)
    if scheme.lower() != "bearer":
        raise ApiError(401, "The request bears no credentials")
    caller = caller_of(session, value, parts.clock())
    if caller.scope != VENDOR:
        raise ApiError(401, "The token is not known here")
    return caller


def _basic(session: Session, parts: Parts, value: str) -> Caller:
    """Key ID and secret; only for keys that have it switched on."""
    try:
        pair = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        pair = b""
    key_id, _, secret = pair.decode("utf-8", "replace").partition(":")
    credential = _credential(session, key_id, parts)
    right = hmac.compare_digest(credential.secret.encode(), secret.encode()) if credential else False
    if credential is None or not right or not credential.basic:
        raise ApiError(401, "The key is not known here, or may not sign in so")
    account, organization = credential.account, credential.account.organization
    return Caller(
        account.id, account.public_id, account.name, account.may_claim,
        organization.id, organization.slug, organization.title, VENDOR,
    )  # fmt: skip


def _credential(session: Session, key_id: str, parts: Parts) -> Credential | None:
    if not key_id or len(key_id) > 255 or not key_id.isprintable():
        return None
    found = session.scalars(select(Credential).where(Credential.vendor == VENDOR, Credential.name == key_id)).first()
    if found is None or found.revoked_at is not None:
        return None
    return None if found.expires_at is not None and found.expires_at <= parts.clock() else found


def _key_id(assertion: str) -> str:
    try:
        header = jwt.get_unverified_header(assertion) if len(assertion) <= LONGEST_ASSERTION else {}
    except jwt.PyJWTError:
        header = {}
    key_id = header.get("kid")
    if not isinstance(key_id, str) or header.get("alg") != "HS256":
        raise TokenRefused("invalid_grant", "The assertion is no JWT signed with HS256 that names its key")
    return key_id


def _check(assertion: str, credential: Credential, now: float) -> None:
    """Signature, issuer, audience and times, by our own clock. Raises TokenRefused."""
    # The times are compared below, with the clock that the server was given.
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
    try:
        claim = jwt.decode(assertion, credential.secret, algorithms=["HS256"], options=options)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenRefused("invalid_grant", "The assertion could not be verified") from None
    begin, end = _time(claim.get("iat")), _time(claim.get("exp"))
    if claim.get("iss") != credential.extra or not _is_ours(claim.get("aud")):
        raise TokenRefused("invalid_grant", "The assertion is another account's, or meant for another server")
    if begin > now + LEEWAY_S or end <= now:
        raise TokenRefused("invalid_grant", "The assertion is not valid yet, or no longer")
    if end - begin > LIVES_S:
        raise TokenRefused("invalid_grant", f"The assertion may live {LIVES_S} s at most")


def _time(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TokenRefused("invalid_grant", "The assertion lacks iat or exp")
    return value


def _is_ours(audience: Any) -> bool:
    """Whether a claim is meant for a token endpoint; this server does not know by which name it is reached."""
    try:
        return isinstance(audience, str) and urlsplit(audience).path.endswith("/oauth2/token")
    except ValueError:
        return False
