"""Puts together how a connection signs in: with a fixed token, as an application, or as a user."""

from collections.abc import Mapping

from station.core.errors import Cause, NotSentError
from station.core.secret import Secret

from ..base import AsgiApp, Now
from ..http import Http
from ..wire.requests import Sign, Token
from . import forms
from .settings import HereSettings
from .signatures import Signature, split_address
from .tokens import ClientTokens, Granted, Private, Renewed, UserTokens


class Signing:
    """``sign`` gives the header of every request; ``plain`` asks the same server without one."""

    def __init__(self, settings: HereSettings, secrets: Mapping[str, Secret], now: Now, app: AsgiApp | None) -> None:
        self._settings, self._secrets, self._now, self._app = settings, secrets, now, app
        self._inside = app is not None
        self.plain = self._http(settings.base_url, Private(settings.base_url, inside=self._inside))
        self._tokens: Http | None = None
        self._scope = settings.scope.strip() or forms.scope_of(settings.project_id.strip())
        self._renewed: Renewed | None = None
        self.sign: Sign = self._chosen()

    async def user(self) -> Granted | None:
        """The user who is logged in. Raises CallError."""
        if self._settings.auth != "user" or self._renewed is None:
            return None
        return await self._renewed.granted()

    async def close(self) -> None:
        await self.plain.close()
        if self._tokens is not None:
            await self._tokens.close()

    def _chosen(self) -> Sign:
        settings = self._settings
        if settings.auth == "token":
            return _Given(self._secrets.get("token"))
        if settings.auth == "user":
            user = UserTokens(
                self.plain, settings.email.strip(), self._secrets.get("password"), settings.realm.strip(), self._scope,
                settings.look_up_timeout_s, self._now,
            )  # fmt: skip
            self._renewed = Renewed(user.fetch, self._now)
            return self._renewed
        self._renewed = Renewed(self._fetch_client, self._now)
        return self._renewed

    async def _fetch_client(self) -> Granted:
        settings = self._settings
        base, step = split_address(settings.token_url)
        if self._tokens is None:
            signature = Signature(
                settings.token_url, self._scope, self._secrets.get("key"), self._secrets.get("secret"), self._now,
                inside=self._inside,
            )  # fmt: skip
            self._tokens = self._http(base, signature)
        client = ClientTokens(self._tokens, step, self._scope, settings.look_up_timeout_s, self._now)
        return await client.fetch()

    def _http(self, base: str, sign: Sign) -> Http:
        return Http(
            base, self._now, sign=sign, secrets=tuple(self._secrets.values()), ca_file=self._settings.ca_file,
            app=self._app,
        )  # fmt: skip


class _Given:
    """A fixed token, which has to be there: without one every answer would be the same 401."""

    renews = False

    def __init__(self, token: Secret | None) -> None:
        self._token = token

    async def headers(self, *, fresh: bool) -> Mapping[str, str]:
        if not self._token:
            raise NotSentError(Cause.NOT_SET_UP, "the token is not set")
        return await Token(self._token).headers(fresh=fresh)
