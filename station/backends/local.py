"""The local backend: the bundled server inside the station, or a shared one on a port, over the native API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from station.core.call import Answer, Call, Confirmed, DeviceResult, Verb
from station.core.errors import CallError, Cause, NotSentError
from station.core.finding import ClaimStatus, Finding
from station.core.identifier import Identifier, Kind
from station.core.secret import Secret
from station.core.target import Account, Target

from .base import AsgiApp, Backend, Now, Settings, Traits
from .http import Http
from .native import answers, requests
from .wire.answers import Reply
from .wire.requests import Request, Token, json_bytes, path_of
from .wire.shapes import normal_mac

MOST_PAGES = 1000
PAGE_SIZE = "100"
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class LocalSettings(Settings):
    """An empty ``base_url`` is the server inside; ``ca_file`` names a private authority's certificate."""

    ca_file: str = ""


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
        release=True,
        move=True,
        rename=True,
        irreversible=False,
        noun="project",
    )

    def __init__(
        self, connection: str, settings: Settings, secrets: Mapping[str, Secret], now: Now, app: AsgiApp | None = None
    ) -> None:
        super().__init__(connection, settings, secrets, now, app)
        inside = not settings.base_url
        address = settings.base_url.rstrip("/")
        token = secrets.get("token")
        self._http = Http(
            address if address.endswith("/api/v1") else f"{address}/api/v1",
            now,
            sign=Token(token),
            secrets=(token,) if token else (),
            ca_file=getattr(settings, "ca_file", ""),
            app=app if inside else None,
        )

    def accept(self, identifier: Identifier) -> Identifier | None:
        """Any identifier, without the blanks round its fields, a MAC in small letters without separators."""
        values = {name: _normal(name, value) for name, value in identifier.fields}
        values |= {name: secret.reveal().strip() for name, secret in identifier.secrets}
        return Identifier.of(identifier.kind, **values)

    async def close(self) -> None:
        await self._http.close()

    async def account(self) -> Account:
        reply = await self._read(Request("GET", path_of("account")))
        return answers.take(reply, answers.read_account)

    async def targets(self) -> list[Target]:
        found: dict[str, Target] = {}
        token = ""
        for _ in range(MOST_PAGES):
            query = (("page_size", PAGE_SIZE), *([("page_token", token)] if token else []))
            reply = await self._read(Request("GET", path_of("projects"), query=query))
            page, following = answers.take(reply, answers.read_targets)
            found |= {target.id: target for target in page}
            if not following:
                return list(found.values())
            if following == token:
                break
            token = following
        raise NotSentError(Cause.GARBAGE, "the list of projects has no end")

    async def look_up(self, identifiers: Sequence[Identifier], target: str) -> list[Finding]:  # noqa: ARG002
        """One finding for each, in order, whatever the target. What cannot stand in a request is in no register."""
        findings = [Finding(each, ClaimStatus.NOT_FOUND, self.now()) for each in identifiers]
        places = [at for at, each in enumerate(identifiers) if requests.is_askable(each)]
        asked = [identifiers[at] for at in places]
        if asked:
            body = json_bytes({"identifiers": [requests.identify(each, secrets=False) for each in asked]})
            reply = await self._read(Request("POST", path_of("look-ups"), body))
            told = answers.take(reply, lambda value: answers.read_findings(value, asked, self.now()))
            for at, finding in zip(places, told, strict=True):
                findings[at] = finding
        return findings

    async def dry_run(self, call: Call) -> Answer:
        reply = await self._http.read(requests.claim_request(call, dry_run=True), self.settings.claim_timeout_s)
        return self._answer(call, reply, sent=False)

    async def claim(self, call: Call) -> Answer:
        """Claim the call's devices; a key that the server knows with other content is answered by what it did then."""
        reply = await self._http.call(requests.claim_request(call, dry_run=False), self.settings.claim_timeout_s)
        if answers.error_word(reply) == "key_reused":
            return await self._done_before(call, reply)
        return self._answer(call, reply, sent=True)

    async def confirm(self, call: Call) -> list[Confirmed]:
        """What the register says now, and what the answer that it keeps under the call's key says of then."""
        kept = await self._operation(call) if call.verb is Verb.CLAIM else []
        then = {result.device_id: result.outcome for result in answers.results_for(call, kept)}
        keys = await self._keys(call)
        asked = sorted({key for some in keys for key in some})
        backs: dict[str, answers.Back] = {}
        for begin in range(0, len(asked), AT_ONCE):
            body = json_bytes({"devices": [{"key": key} for key in asked[begin : begin + AT_ONCE]]})
            backs |= answers.take(await self._read(Request("POST", path_of("read-backs"), body)), answers.read_backs)
        return [
            answers.confirmed(device.device_id, [backs.get(key) for key in some], then.get(device.device_id))
            for device, some in zip(call.devices, keys, strict=True)
        ]

    async def release(self, call: Call) -> Answer:
        return await self._by_handle(call, requests.release_request(call))

    async def move(self, call: Call) -> Answer:
        return await self._by_handle(call, requests.move_request(call))

    async def rename(self, call: Call) -> Answer:
        """Each device by itself: the API names one at a time. What was not answered stays out of the answer."""
        requests.check_handles(call)
        results: list[DeviceResult] = []
        for device in call.devices:
            try:
                reply = await self._http.call(requests.rename_request(call, device), self.settings.claim_timeout_s)
                results.append(answers.read_renamed(reply, device))
            except CallError:
                if not results:
                    raise
                break
        return Answer(tuple(results), request_id=call.request_id)

    async def _by_handle(self, call: Call, request: Request) -> Answer:
        reply = await self._http.call(request, self.settings.claim_timeout_s)
        if reply.status >= 400:
            raise answers.refusal(reply, call=True)
        results = answers.take(reply, lambda value: answers.read_handles(value, call, reply.request_id), call=True)
        return Answer(results, reply.text, reply.request_id)

    def _answer(self, call: Call, reply: Reply, *, sent: bool) -> Answer:
        if reply.status >= 400:
            raise answers.refusal(reply, call=sent)
        entries = answers.take(reply, lambda value: answers.read_claimed(value, reply), call=sent)
        return Answer(answers.results_for(call, entries), reply.text, reply.request_id)

    async def _done_before(self, call: Call, reply: Reply) -> Answer:
        """The key is used up with other content, so what was done under it is what can be known of these devices."""
        unclear = answers.refusal(reply, call=True)
        try:
            results = answers.results_for(call, answers.only_keyed(call, await self._operation(call)))
        except CallError:
            raise unclear from None
        if not results:
            raise unclear
        return Answer(results, reply.text, reply.request_id)

    async def _operation(self, call: Call) -> list[answers.Claimed]:
        """The entries of the answer that the server keeps under this call's key; none where it keeps none."""
        reply = await self._http.read(Request("GET", path_of("operations", call.key)), self.settings.look_up_timeout_s)
        if reply.status == 404 and answers.error_word(reply) == "not_found":
            return []
        if reply.status >= 400:
            raise answers.refusal(reply, call=False)
        return answers.take(reply, lambda value: answers.read_claimed(value, reply))

    async def _keys(self, call: Call) -> list[list[str]]:
        """The registry's keys of each device of a call; for those that nobody had looked up, by a look-up now."""
        keys = [[device.ref] if device.ref else [] for device in call.devices]
        without = [at for at, some in enumerate(keys) if not some]
        for begin in range(0, len(without), AT_ONCE):
            part = without[begin : begin + AT_ONCE]
            findings = await self.look_up([call.devices[at].identifier for at in part], call.target)
            for at, finding in zip(part, findings, strict=True):
                keys[at] = [device.ref for device in finding.devices]
        return keys

    async def _read(self, request: Request) -> Reply:
        reply = await self._http.read(request, self.settings.look_up_timeout_s)
        if reply.status >= 400:
            raise answers.refusal(reply, call=False)
        return reply


def _normal(name: str, value: str) -> str:
    text = value.strip()
    return (normal_mac(text) or text) if name == "mac" else text
