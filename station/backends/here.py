"""HERE Tracking: devices are claimed one by one into a project, and a claim may be sent again without harm."""

from collections.abc import Mapping, Sequence

from station.core.call import Answer, Call, Confirmed, Verb
from station.core.finding import Finding
from station.core.identifier import Identifier, Kind
from station.core.secret import Secret
from station.core.target import Account, Target

from .base import AsgiApp, Backend, Change, Field, Now, Settings, Traits
from .here_protocol import claiming, forms, owners, releasing, signing
from .here_protocol.client import Client
from .here_protocol.places import Places
from .here_protocol.settings import HereSettings
from .http import Http
from .wire.answers import Reply
from .wire.requests import Request

__all__ = ["Here", "HereSettings"]


class Here(Backend):
    """The vendor tells nothing of devices that are not ours: they stay unchecked, and are claimed to find out."""

    kind = "here"
    title = "HERE Tracking"
    settings_class = HereSettings
    secret_fields = ("token", "key", "secret", "password")
    kinds = (Kind.CODE, Kind.EXTERNAL_ID)
    fields = (
        Field("external_id", pattern=f".{{1,{forms.LONGEST_ID}}}"),
        Field("app_id", pattern=f".{{{forms.SHORTEST_APP},}}"),
    )
    changes = (Change(Verb.LABEL, (Field("label"), Field("value", needed=False))),)
    traits = Traits(
        look_up=True,
        items_a_call=1,
        look_ups_a_call=20,
        look_ups_at_once=12,
        safe_to_repeat=True,
        release=True,
        rename=True,
        irreversible=False,
        starts="licence_seat",
        release_costs="tracking_id",
        noun="project",
    )

    def __init__(
        self, connection: str, settings: Settings, secrets: Mapping[str, Secret], now: Now, app: AsgiApp | None = None
    ) -> None:
        super().__init__(connection, settings, secrets, now, app)
        self._set = settings if isinstance(settings, HereSettings) else HereSettings()
        at_once = settings.look_ups_at_once or self.traits.look_ups_at_once
        self._signing = signing.Signing(self._set, secrets, now, app)
        self._http = Http(
            settings.base_url, now, sign=self._signing.sign, secrets=tuple(secrets.values()),
            ca_file=settings.ca_file, app=app, at_once=at_once,
        )  # fmt: skip
        self._client = Client(self._http, self._signing.plain, settings.look_up_timeout_s, at_once, now)
        self._places = Places(self._client, now)
        self._took: set[str] = set()

    def accept(self, identifier: Identifier) -> Identifier | None:
        return forms.accept(identifier, self._set.app_id.strip())

    def knows(self, identifier: Identifier) -> bool:
        code = identifier.get("code").strip()
        return super().knows(identifier) or (identifier.kind is Kind.CODE and forms.is_device(code))

    def pair(self, half: Identifier, other: Identifier) -> Identifier | None:
        return forms.pair(half, other)

    async def close(self) -> None:
        await self._http.close()
        await self._signing.close()

    async def account(self) -> Account:
        return await owners.account(self._client, self._signing, self._set)

    async def targets(self) -> list[Target]:
        found = await owners.targets(self._client, self._set)
        self._places.keep_titles({target.id: target.title for target in found})
        return found

    async def look_up(self, identifiers: Sequence[Identifier], target: str) -> list[Finding]:
        return await self._places.fill(await self._client.look_up(identifiers), target or self._set.project_id)

    async def claim(self, call: Call) -> Answer:
        return await claiming.claim(call, self._call, self._places, self._took, names=self._set.send_names)

    async def confirm(self, call: Call) -> list[Confirmed]:
        return await claiming.confirm(call, self._client, self._places)

    async def release(self, call: Call) -> Answer:
        self._places.forget()
        return await releasing.release(call, self._call, self._client)

    async def read_change(self, call: Call) -> Mapping[str, bool]:
        """Asked where a call that went again was refused, or where a newer one has gone since."""
        return await releasing.shown(call, self._client, releasing.wanted(call))

    async def rename(self, call: Call) -> Answer:
        return await releasing.describe(call, self._call, self._client, "renamed", releasing.wanted(call))

    async def change(self, call: Call) -> Answer:
        """Set a label, or take it away with an empty value."""
        return await releasing.describe(call, self._call, self._client, "labelled", releasing.wanted(call))

    async def _call(self, request: Request) -> Reply:
        return await self._http.call(request, self.settings.claim_timeout_s)
