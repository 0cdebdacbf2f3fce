"""The local backend: the bundled server inside the station, or a shared one on a port, over the native API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from station.core.call import Answer, Call, Confirmed, Verb
from station.core.errors import CallError
from station.core.finding import Finding
from station.core.identifier import Identifier, Kind
from station.core.secret import Secret
from station.core.target import Account, Target

from .base import ADVANCED, AsgiApp, Backend, Change, Field, Now, Settings, Traits
from .http import Http
from .native import afterwards, answers, requests
from .native.client import AT_ONCE, Client
from .wire.answers import Reply, take
from .wire.requests import Token
from .wire.shapes import normal_mac


@dataclass(frozen=True, slots=True)
class LocalSettings(Settings):
    """An empty ``base_url`` is the server inside; ``ca_file`` names a private authority's certificate."""

    items_a_call: int = field(default=100, metadata=ADVANCED)


class Local(Backend):
    """Claims into our own register. The server keeps each call's answer by its key, so the same call may go again."""

    kind = "local"
    title = "Local backend"
    settings_class = LocalSettings
    secret_fields = ("token",)
    kinds = tuple(Kind)
    traits = Traits(
        kits=True,
        look_up=True,
        dry_run=True,
        items_a_call=100,
        look_ups_a_call=AT_ONCE,
        safe_to_repeat=True,
        remembers=True,
        release=True,
        move=True,
        rename=True,
        new_targets=True,
        target_tree=True,
        irreversible=False,
        noun="project",
        any_form=True,
    )
    changes = (
        Change(Verb.LABEL, (Field("label"), Field("value", needed=False))),
        Change(Verb.OPEN_CLAIMING, (Field("pin", needed=False, secret=True),), of_owned=True),
        Change(Verb.CLOSE_CLAIMING, of_owned=True),
        Change(Verb.SHARE, (Field("workspace"),), of_owned=True),
        Change(Verb.REVOKE, of_owned=True),
    )

    def __init__(
        self, connection: str, settings: Settings, secrets: Mapping[str, Secret], now: Now, app: AsgiApp | None = None
    ) -> None:
        super().__init__(connection, settings, secrets, now, app)
        asked = settings.items_a_call if isinstance(settings, LocalSettings) else 0
        if asked > 0:
            # How many go in one call is this connection's own: its traits say so in place of the kind's.
            self.traits = replace(self.traits, items_a_call=min(asked, self.traits.items_a_call))
        inside = not settings.base_url
        address = settings.base_url.rstrip("/")
        token = secrets.get("token")
        self._http = Http(
            address if address.endswith("/api/v1") else f"{address}/api/v1",
            now,
            sign=Token(token),
            secrets=(token,) if token else (),
            ca_file=settings.ca_file,
            app=app if inside else None,
        )
        self._client = Client(self._http, settings.look_up_timeout_s, settings.claim_timeout_s, now)

    def accept(self, identifier: Identifier) -> Identifier | None:
        """Any identifier, without the blanks round its fields, a MAC in small letters without separators."""
        values = {name: _normal(name, value) for name, value in identifier.fields}
        values |= {name: secret.reveal().strip() for name, secret in identifier.secrets}
        return Identifier.of(identifier.kind, **values)

    def knows(self, identifier: Identifier) -> bool:  # noqa: ARG002 - the register holds codes of all makers
        return False

    async def close(self) -> None:
        await self._http.close()

    async def account(self) -> Account:
        return await self._client.account()

    async def targets(self) -> list[Target]:
        return await self._client.targets()

    async def look_up(self, identifiers: Sequence[Identifier], target: str) -> list[Finding]:  # noqa: ARG002
        """One finding for each, in order; it is the same for every target."""
        return await self._client.look_up(identifiers)

    async def dry_run(self, call: Call) -> Answer:
        reply = await self._client.rehearse(requests.claim_request(call, dry_run=True))
        return _claimed(call, reply, sent=False)

    async def claim(self, call: Call) -> Answer:
        """Claim the call's devices; a key that the server knows with other content is answered by what it did then."""
        reply = await self._client.change(requests.claim_request(call, dry_run=False))
        if answers.error_word(reply) == "key_reused":
            return await _done_before(self._client, call, reply)
        return _claimed(call, reply, sent=True)

    async def confirm(self, call: Call) -> list[Confirmed]:
        """What the register says now, and what the answer that it keeps under the call's key says of then."""
        kept = await self._client.operation(call.key) if call.verb is Verb.CLAIM else []
        then = {result.device_id: result.outcome for result in answers.results_for(call, kept)}
        keys = await self._client.keys(call)
        backs = await self._client.read_backs(sorted({key for some in keys for key in some}))
        return [
            answers.confirmed(device.device_id, [backs.get(key) for key in some], then.get(device.device_id))
            for device, some in zip(call.devices, keys, strict=True)
        ]

    async def release(self, call: Call) -> Answer:
        return await afterwards.by_handle(self._client.change, call, requests.release_request(call))

    async def move(self, call: Call) -> Answer:
        return await afterwards.by_handle(self._client.change, call, requests.move_request(call))

    async def read_change(self, call: Call) -> Mapping[str, bool]:
        """Asked where a call that went again was refused, or where a newer one has gone since."""
        keys = {device.device_id: device.ref for device in call.devices if device.ref}
        backs = await self._client.read_backs(sorted(set(keys.values())))
        told = {}
        for device in call.devices:
            back = backs.get(keys.get(device.device_id, ""))
            done = afterwards.shown(call, device, back) if back is not None else None
            if done is not None:
                told[device.device_id] = done
        return told

    async def rename(self, call: Call) -> Answer:
        return await afterwards.one_by_one(self._client.change, call)

    async def change(self, call: Call) -> Answer:
        return await afterwards.one_by_one(self._client.change, call)

    async def create_target(self, path: str) -> Target:
        return await self._client.create_target(path)


async def _done_before(client: Client, call: Call, reply: Reply) -> Answer:
    """The key is used up with other content, so what was done under it is what can be known of these devices."""
    unclear = answers.refusal(reply, call=True)
    try:
        results = answers.results_for(call, answers.only_keyed(call, await client.operation(call.key)))
    except CallError:
        raise unclear from None
    if not results:
        raise unclear
    return Answer(results, reply.text, reply.request_id)


def _claimed(call: Call, reply: Reply, *, sent: bool) -> Answer:
    if reply.status >= 400:
        raise answers.refusal(reply, call=sent)
    entries = take(reply, lambda value: answers.read_claimed(value, reply), call=sent)
    return Answer(answers.results_for(call, entries), reply.text, reply.request_id)


def _normal(name: str, value: str) -> str:
    text = value.strip()
    return (normal_mac(text) or text) if name == "mac" else text
