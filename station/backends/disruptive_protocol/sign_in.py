"""Signs in at Disruptive Technologies as a service account: a signed claim of ours for a token of theirs (RFC 7523)."""

import asyncio
import base64
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from weakref import WeakKeyDictionary

from jwt.algorithms import HMACAlgorithm
from jwt.api_jws import PyJWS

from station.core.errors import Cause, NotSentError, SignInError
from station.core.secret import Secret

from ..http import Http
from ..wire.answers import Reply, clock_off, shorten
from ..wire.requests import Request, Sign, Token, json_bytes

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIVES_S = 3600
"""The longest life that the token endpoint lets our own claim have."""
BACK_DATED_S = 5
"""So much may our clock be ahead of theirs without our claim being one from the future."""
EARLIER_S = 60.0
"""A token is renewed so long before its end, or after nine tenths of a short life."""


class _AnyLength(HMACAlgorithm):
    """HS256 without a word about short secrets: they are the vendor's own choice."""

    def check_key_length(self, key: bytes) -> str | None:  # noqa: ARG002 - as the library asks for it
        return None


_signer = PyJWS(algorithms=[])
_signer.register_algorithm("HS256", _AnyLength(HMACAlgorithm.SHA256))


@dataclass(frozen=True, slots=True)
class Key:
    """A service account's key, and where it is exchanged for a token."""

    key_id: str
    email: str
    secret: Secret
    token_url: str


def basic(key_id: str, secret: Secret) -> Sign:
    """HTTP Basic: works only for a service account that has it switched on."""
    pair = base64.b64encode(f"{key_id}:{secret.reveal()}".encode("utf-8", "surrogatepass"))
    return Token(Secret(pair.decode("ascii")), scheme="Basic")


class Nobody:
    """Stands for credentials that are not there: no request leaves."""

    renews = False

    async def headers(self, *, fresh: bool) -> Mapping[str, str]:  # noqa: ARG002 - there is none to renew
        """Raises SignInError."""
        raise SignInError(Cause.NOT_SET_UP, "the key ID, the e-mail address or the secret is missing")


class ServiceAccount:
    """Fetches a token when it is first needed, keeps it, and fetches the next before it ends.

    ``http`` speaks to the host of ``key.token_url``; ``now`` gives the time in UTC, ``limit_s`` limits one exchange.
    """

    def __init__(self, key: Key, http: Http, now: Callable[[], datetime], limit_s: float) -> None:
        self.renews = True
        self._key, self._http, self._now, self._limit_s = key, http, now, limit_s
        self._lock = asyncio.Lock()
        self._token = Secret("")
        self._ends_at = 0.0
        self._given: WeakKeyDictionary[asyncio.Task[Any], Secret] = WeakKeyDictionary()

    async def headers(self, *, fresh: bool) -> Mapping[str, str]:
        """Raises SignInError for refused credentials, NotSentError where the token endpoint cannot be asked."""
        task = asyncio.current_task()
        async with self._lock:
            time = asyncio.get_running_loop().time()
            # Many requests are refused in one moment when a token ends: the first of them fetches the next for all.
            given = self._given.get(task) if task else None
            refused = fresh and given in (None, self._token)
            if refused or not self._token or time >= self._ends_at:
                await self._fetch(time)
            if task:
                self._given[task] = self._token
            return {"Authorization": f"Bearer {self._token.reveal()}"}

    async def _fetch(self, time: float) -> None:
        _check_way(self._key.token_url)
        self._token = Secret("")
        try:
            reply = await self._http.read(self._request(), self._limit_s)
            if reply.status >= 400:
                raise self._refusal(reply)
        except SignInError:
            self.renews = False  # what the token endpoint refuses is not asked for a second time at once
            raise
        value: Mapping[str, Any] = reply.json if isinstance(reply.json, dict) else {}
        token = value.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token.strip():
            raise NotSentError(Cause.GARBAGE, "the token endpoint answered no token", reply.request_id, reply.status)
        lives = _seconds(value.get("expires_in"))
        self._ends_at = time + lives - min(EARLIER_S, lives / 10)
        self._token, self.renews = Secret(token.strip()), True

    def _request(self) -> Request:
        begin = int(self._now().timestamp()) - BACK_DATED_S
        claim = {"iat": begin, "exp": begin + LIVES_S, "aud": self._key.token_url, "iss": self._key.email}
        headers = {"kid": self._key.key_id}
        assertion = _signer.encode(json_bytes(claim), self._key.secret.reveal(), "HS256", headers=headers)
        form = urlencode({"grant_type": GRANT, "assertion": assertion}).encode("ascii")
        path = self._key.token_url.rpartition("/")[2]
        return Request(
            "POST", path, form, content_type="application/x-www-form-urlencoded", secrets=(Secret(assertion),)
        )

    def _refusal(self, reply: Reply) -> SignInError | NotSentError:
        """Bad credentials come as 400; so does a claim from the future or the past, which the answer's Date shows."""
        if reply.status in (404, 405) and not isinstance(reply.json, dict):
            return NotSentError(Cause.NOT_SET_UP, "there is no token endpoint", reply.request_id, reply.status)
        said = reply.json if isinstance(reply.json, dict) else {}
        words = [said.get(name) for name in ("error", "error_description")]
        detail = ": ".join(word for word in words if isinstance(word, str)) or reply.text
        return SignInError(
            Cause.CREDENTIALS,
            shorten(detail, reply.secrets),
            reply.request_id,
            reply.status,
            clock_off(reply.headers, self._now()),
        )


def _seconds(value: Any) -> float:
    """How long a token lives; one of no stated or no sensible life is used once."""
    try:
        return min(max(float(value), 0.0), 24 * 3600.0) if not isinstance(value, bool) else 0.0
    except (TypeError, ValueError):
        return 0.0


def _check_way(token_url: str) -> None:
    """Our claim opens the account for an hour: it travels only over https, or to this computer."""
    try:
        parts = urlsplit(token_url)
        host = parts.hostname or ""
        here = host in ("localhost", "inside") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not token_url.startswith("https://") and not here:
        raise NotSentError(Cause.NOT_SET_UP, "credentials travel only over https, or to this computer")
