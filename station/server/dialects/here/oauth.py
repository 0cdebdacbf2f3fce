"""The account service's token endpoint: client tokens for requests signed with OAuth 1.0a, HMAC-SHA256."""

from collections.abc import Mapping
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit
from uuid import uuid4

from oauthlib.oauth1.rfc5849 import signature
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...auth import issue
from ...tables import Credential
from .accounts import project_of
from .devices import VENDOR
from .door import SCOPE, Answer, Asked, Road, Used
from .refusing import Declined

LIVES = timedelta(hours=24) - timedelta(seconds=1)
SKEW_S = 300
"""So far the caller's clock may be off, either way."""
_NEEDED = frozenset(
    {"oauth_consumer_key", "oauth_signature_method", "oauth_timestamp", "oauth_nonce", "oauth_signature"}
)


class _Refused(Exception):
    """The account service's own error: HTTP status, error code, message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def _token(asked: Asked) -> Answer:
    try:
        return 200, _grant(asked)
    except _Refused as refused:
        return refused.status, {
            "errorId": f"ERROR-{uuid4()}",
            "httpStatus": refused.status,
            "errorCode": refused.code,
            "message": refused.message,
        }


def _grant(asked: Asked) -> dict[str, object]:
    signed = _signed(asked.headers.get("authorization", ""))
    form = _form(asked)
    if form.get("grant_type") != "client_credentials":
        raise _Refused(400, 400290, "Illegal grant type.")
    found = asked.parts.database.read(lambda session: _credential(session, signed["oauth_consumer_key"], asked))
    _check(asked, signed, found[0] if found else "")
    if found is None:
        raise _Refused(401, 401300, "Invalid client credentials / signature mismatch.")
    _, account, organization = found
    scope = form.get("scope", "")

    def work(session: Session) -> str:
        opens = f"{SCOPE}:{project_of(session, organization, scope)}" if scope else SCOPE
        return issue(session, account, asked.parts.clock(), LIVES, f"{VENDOR}: client", opens)

    try:
        access = asked.parts.database.write(work)
    except Declined as declined:
        if declined.status == 403:
            raise _Refused(403, 403109, "Client is not a member of the project.") from None
        raise _Refused(400, 400927, "Scope is invalid.") from None
    granted = {"access_token": access, "token_type": "bearer", "expires_in": int(LIVES.total_seconds())}
    return granted | ({"scope": scope} if scope else {})


def _signed(header: str) -> dict[str, str]:
    """The parameters of an OAuth header. Raises _Refused."""
    if not header:
        raise _Refused(401, 401200, "Authorization header missing.")
    try:
        pairs = parse_authorization_header(header) if header[:6].lower() == "oauth " else []
    except ValueError:
        pairs = []
    values = {name: unquote(value) for name, value in pairs}
    if len(values) != len(pairs) or not values.keys() >= _NEEDED:
        raise _Refused(401, 401202, "Malformed OAuth 1.0 header.")
    if values["oauth_signature_method"] != "HMAC-SHA256":
        raise _Refused(401, 401205, "Unsupported value for signature method.")
    if values.get("oauth_version", "1.0") != "1.0":
        raise _Refused(401, 401206, 'Unsupported value for "oauth_version" parameter - should be 1.0.')
    return values


def _form(asked: Asked) -> Mapping[str, str]:
    try:
        text = asked.body.decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise _Refused(400, 400200, "Received invalid data.") from None


def _credential(session: Session, key: str, asked: Asked) -> tuple[str, int, int] | None:
    """The secret, the account's and its organization's row numbers of an access key."""
    query = select(Credential).where(Credential.vendor == VENDOR, Credential.name == key, ~Credential.basic)
    row = session.scalars(query).first()
    if row is None or row.revoked_at is not None or (row.expires_at and row.expires_at <= asked.parts.clock()):
        return None
    return row.secret, row.account_id, row.account.organization_id


def _check(asked: Asked, signed: Mapping[str, str], secret: str) -> None:
    """Raises _Refused for a wrong signature, a time that is off, and a nonce that was used before."""
    if not _fits(asked, signed["oauth_signature"], secret):
        raise _Refused(401, 401300, "Invalid client credentials / signature mismatch.")
    stamp, now = signed["oauth_timestamp"], asked.parts.clock().timestamp()
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12) or abs(int(stamp) - now) > SKEW_S:
        raise _Refused(401, 401204, "Time stamp is outside the valid period.")
    used = asked.memory.nonces
    for old in [name for name, one in tuple(used.items()) if abs(one.at - now) > 2 * SKEW_S]:
        used.pop(old, None)
    name = f"{signed['oauth_consumer_key']} {signed['oauth_nonce']}"
    mine = Used(now)
    if used.setdefault(name, mine) is not mine:  # setdefault is one step, whatever thread comes in between
        raise _Refused(401, 401207, "Nonce already consumed.")


def _fits(asked: Asked, given: str, secret: str) -> bool:
    """Whether the signature is that of this request; a proxy in front that does TLS has made https into http."""
    parts = urlsplit(asked.url)
    try:
        params = signature.collect_parameters(
            uri_query=parts.query, body=asked.body.decode("ascii"),
            headers={"Authorization": asked.headers["authorization"]},
        )  # fmt: skip
        return any(
            signature.verify_hmac_sha256(
                SimpleNamespace(
                    params=params, http_method="POST", signature=given,
                    uri=urlunsplit((scheme, parts.netloc, parts.path, "", "")),
                ),
                secret,
                None,
            )
            for scheme in ("https", "http")
        ) and bool(secret)
    except (ValueError, KeyError):
        return False


ROADS: tuple[Road, ...] = (("POST", "/oauth2/token", _token, False),)
