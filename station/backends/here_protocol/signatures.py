"""Signs the request for a client token: OAuth 1.0a, HMAC-SHA256, anew for each attempt."""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

from station.core.errors import Cause, NotSentError
from station.core.secret import Secret

from ..wire.inside import HOST
from . import requests

FORM = "application/x-www-form-urlencoded"


def token_body(scope: str) -> str:
    """The form that asks for a client token, for one project where a scope is named."""
    return urlencode({"grant_type": "client_credentials"} | ({"scope": scope} if scope else {}))


def split_address(url: str) -> tuple[str, str]:
    """A token endpoint's address without its last step, and that step. Raises NotSentError for what is none."""
    base, _, step = url.rpartition("/")
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname and step and parts.path.strip("/")) and not (parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable:
        raise NotSentError(Cause.NOT_SET_UP, "the token endpoint's address is no address")
    return base, step


class Signature:
    """Gives the header of one signed POST; the same never goes out twice, as a nonce counts once."""

    renews = False

    def __init__(
        self, url: str, scope: str, key: Secret | None, secret: Secret | None, now: Callable[[], datetime], *,
        inside: bool,
    ) -> None:  # fmt: skip
        self._url = f"http://{HOST}{urlsplit(url).path}" if inside else url
        self._body = token_body(scope)
        self._key, self._secret = key, secret
        self._now = now

    async def headers(self, *, fresh: bool) -> Mapping[str, str]:  # noqa: ARG002 - each is fresh
        if not self._key or not self._secret:
            raise NotSentError(Cause.NOT_SET_UP, "the application's key and secret are not set")
        client = Client(
            self._key.reveal(),
            self._secret.reveal(),
            signature_method=SIGNATURE_HMAC_SHA256,
            nonce=uuid4().hex,
            timestamp=requests.shown_time(self._now()),
        )
        try:
            _, headers, _ = client.sign(self._url, "POST", self._body, {"Content-Type": FORM})
        except ValueError:
            raise NotSentError(Cause.NOT_SET_UP, "the token request cannot be signed with this key") from None
        return {"Authorization": headers["Authorization"]}
