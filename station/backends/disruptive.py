"""Disruptive Technologies: sensors and cloud connectors, claimed by kit or device ID into a project."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from station.core.call import Answer, Call, Confirmed, Verb
from station.core.errors import Cause, RefusedError
from station.core.finding import Finding
from station.core.identifier import Identifier, Kind
from station.core.secret import Secret
from station.core.target import Account, Target

from .base import ADVANCED, AsgiApp, Backend, Change, Field, Now, Settings, Traits
from .disruptive_protocol import afterwards, answers, requests, sign_in
from .disruptive_protocol.client import Client, all_of
from .disruptive_protocol.reading import Reading
from .http import Http
from .wire.answers import Reply, take
from .wire.requests import Sign

PAGE = "https://studio.disruptive-technologies.com/projects/{target}/devices/{device}"


@dataclass(frozen=True, slots=True)
class DisruptiveSettings(Settings):
    """``auth`` is how the service account signs in; ``basic`` has to be switched on for it at the vendor.

    ``whole_organization``: the account sees every project of the organization, so that a claimed device which it does
    not see is somebody else's. ``settle_s``: so long after a change the vendor may still answer as before it.
    """

    base_url: str = "https://api.disruptive-technologies.com/v2"
    token_url: str = "https://identity.disruptive-technologies.com/oauth2/token"  # noqa: S105 - an address
    auth: str = field(default="oauth", metadata={"choices": ("oauth", "basic")})
    key_id: str = ""
    email: str = ""
    organization: str = ""
    send_organization: bool = field(default=True, metadata=ADVANCED)
    whole_organization: bool = field(default=False, metadata=ADVANCED)
    items_a_call: int = field(default=50, metadata=ADVANCED)
    settle_s: float = field(default=1.0, metadata=ADVANCED)
    page_url: str = field(default=PAGE, metadata=ADVANCED)


class Disruptive(Backend):
    """Claims start prepaid subscriptions and cannot be taken back; devices can be moved between projects."""

    kind = "disruptive"
    title = "Disruptive Technologies"
    settings_class = DisruptiveSettings
    secret_fields = ("secret",)
    kinds = (Kind.CODE,)
    fields = (Field("code"),)
    traits = Traits(
        kits=True,
        look_up=True,
        dry_run=True,
        items_a_call=50,
        look_ups_a_call=40,
        look_ups_at_once=12,
        move=True,
        rename=True,
        irreversible=True,
        starts="prepaid_subscription",
        noun="project",
    )
    changes = (Change(Verb.LABEL, (Field("label"), Field("value", needed=False))),)

    def __init__(
        self, connection: str, settings: Settings, secrets: Mapping[str, Secret], now: Now, app: AsgiApp | None = None
    ) -> None:
        super().__init__(connection, settings, secrets, now, app)
        own = settings if isinstance(settings, DisruptiveSettings) else DisruptiveSettings()
        self._own = own
        at_once = own.look_ups_at_once if own.look_ups_at_once > 0 else type(self).traits.look_ups_at_once
        size = own.items_a_call if own.items_a_call > 0 else type(self).traits.items_a_call
        self.traits = replace(type(self).traits, items_a_call=size, look_ups_at_once=at_once)
        secret = secrets.get("secret") or Secret("")
        self._token_http = Http(
            own.token_url.rpartition("/")[0], now, secrets=(secret,), ca_file=own.ca_file, app=app, at_once=1
        )
        sign = _sign(own, secret, self._token_http, now)
        self._http = Http(
            own.base_url, now, sign=sign, secrets=(secret,), ca_file=own.ca_file, app=app, at_once=at_once
        )
        self._client = Client(self._http, own.look_up_timeout_s, at_once)
        self._reading = Reading(self._client, own.whole_organization, own.settle_s, now)
        self._after = afterwards.Afterwards(self._http, self._client, own.claim_timeout_s)

    def accept(self, identifier: Identifier) -> Identifier | None:
        """A code that can be a kit's or a device's, as it is but for blanks round it; an emulated device is neither."""
        code = identifier.get("code").strip()
        if identifier.kind is not Kind.CODE or not requests.is_askable(code) or requests.EMULATED.fullmatch(code):
            return None
        lower = code.lower()
        # Capitals of a keyboard's Caps Lock: only in the form that device IDs have is it known that they mean nothing.
        is_id = requests.DEVICE_ID.fullmatch(lower) and any(letter.isalpha() for letter in lower)
        return Identifier.of(Kind.CODE, code=lower if is_id and code == code.upper() else code)

    def knows(self, identifier: Identifier) -> bool:
        """A device ID, or the words of a kit's."""
        code = identifier.get("code").strip().lower()
        return identifier.kind is Kind.CODE and requests.OWN.fullmatch(code) is not None

    def page(self, device_id: str, handle: str, target: str) -> str:
        """The device's page in the vendor's Studio, in the project that it is known to be in."""
        return super().page(device_id, handle, requests.project_of(handle) or target)

    async def close(self) -> None:
        await self._http.close()
        await self._token_http.close()

    async def account(self) -> Account:
        """The service account, known to be let in; its organizations as far as it sees them."""
        seen = await self._client.organizations()
        name = self._own.email or self._own.key_id
        titles = [title or identifier for identifier, title in seen]
        return Account(name, name, ", ".join(titles[:3]), self._own.whole_organization)

    async def targets(self) -> list[Target]:
        return await self._client.projects(self._own.organization)

    async def look_up(self, identifiers: Sequence[Identifier], target: str) -> list[Finding]:
        """One finding for each, in order: one request for each, and one for each device that is claimed already."""
        organization = ""
        if self._own.send_organization:
            organization = self._own.organization or self._client.organization_of(target)
        return await all_of([self._reading.finding(each, organization) for each in identifiers])

    async def dry_run(self, call: Call) -> Answer:
        reply = await self._http.read(requests.claim_request(call, dry_run=True), self._own.claim_timeout_s)
        return _claimed(call, reply, self._client.known_title(call.target), sent=False)

    async def claim(self, call: Call) -> Answer:
        """Claim the call's devices, then give those their names that were to have one: the claim itself takes none."""
        reply = await self._http.call(requests.claim_request(call, dry_run=False), self._own.claim_timeout_s)
        answer = _claimed(call, reply, self._client.known_title(call.target), sent=True)
        return await self._after.name_claimed(call, answer, self._own.settle_s)

    async def confirm(self, call: Call) -> list[Confirmed]:
        """What the account sees of the call's devices now, and what claimInfo says of those that it does not see."""
        await asyncio.sleep(self._own.settle_s)
        return await all_of([self._reading.confirmed(device) for device in call.devices])

    def is_same_claim(self, known: str, seen: str) -> bool:
        """A handle is ``projects/…/devices/…``: somebody may have moved the device in Studio."""
        return answers.last_step(known) == answers.last_step(seen)

    async def release(self, call: Call) -> Answer:
        """Raises RefusedError: this vendor takes nothing back."""
        raise RefusedError(Cause.BAD_REQUEST, "a claim cannot be given back here", call.request_id)

    async def move(self, call: Call) -> Answer:
        return await self._after.move(call)

    async def read_change(self, call: Call) -> Mapping[str, bool]:
        """A move by the project that each device is in now, a name or a label by its labels."""
        return await self._after.shown(call)

    async def rename(self, call: Call) -> Answer:
        """A device's name is its label ``name``; an empty one takes the label away."""
        return await self._after.rename(call)

    async def change(self, call: Call) -> Answer:
        """``label`` set to ``value`` on each device; an empty value takes the label away."""
        return await self._after.label(call)


def _claimed(call: Call, reply: Reply, place: str, *, sent: bool) -> Answer:
    if reply.status >= 400:
        raise answers.refusal(reply, call=sent, target=True)
    results = take(reply, lambda value: answers.read_claimed(value, call, reply, place, sent=sent), call=sent)
    return Answer(results, reply.text, reply.request_id)


def _sign(own: DisruptiveSettings, secret: Secret, http: Http, now: Now) -> Sign:
    if not (own.key_id and secret) or (own.auth != "basic" and not own.email):
        return sign_in.Nobody()
    if own.auth == "basic":
        return sign_in.basic(own.key_id, secret)
    key = sign_in.Key(own.key_id, own.email, secret, own.token_url)
    return sign_in.ServiceAccount(key, http, now, own.look_up_timeout_s)
