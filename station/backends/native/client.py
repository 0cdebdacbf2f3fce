"""Speaks the native API: one method for each of its questions, and one for all that changes something."""

from collections.abc import Callable, Sequence
from datetime import datetime

from station.core.call import Call
from station.core.errors import Cause, NotSentError
from station.core.finding import ClaimStatus, Finding
from station.core.identifier import Identifier
from station.core.target import Account, Target

from ..http import Http
from ..wire.answers import Reply, take
from ..wire.requests import Request, json_bytes, path_of
from . import answers, requests

MOST_PAGES = 1000
PAGE_SIZE = "100"
AT_ONCE = 100
"""The most identifiers or keys that one request asks for."""


class Client:
    """``read_s`` and ``call_s`` are the time limits in seconds."""

    def __init__(self, http: Http, read_s: float, call_s: float, now: Callable[[], datetime]) -> None:
        self._http = http
        self._read_s = read_s
        self._call_s = call_s
        self._now = now

    async def account(self) -> Account:
        return take(await self._read(Request("GET", path_of("account"))), answers.read_account)

    async def targets(self) -> list[Target]:
        found: dict[str, Target] = {}
        token = ""
        for _ in range(MOST_PAGES):
            query = (("page_size", PAGE_SIZE), *([("page_token", token)] if token else []))
            reply = await self._read(Request("GET", path_of("projects"), query=query))
            page, following = take(reply, answers.read_targets)
            found |= {target.id: target for target in page}
            if not following:
                return list(found.values())
            if following == token:
                break
            token = following
        raise NotSentError(Cause.GARBAGE, "the list of projects has no end")

    async def create_target(self, path: str) -> Target:
        """Found or made: asked for once more it is the same, so that it may be asked for as a read is."""
        request = Request("POST", path_of("projects"), json_bytes({"path": path.encode("utf-8", "replace").decode()}))
        return take(await self._read(request), answers.read_target)

    async def look_up(self, identifiers: Sequence[Identifier]) -> list[Finding]:
        """One finding for each, in order. What cannot stand in a request is in no register."""
        findings = [Finding(each, ClaimStatus.NOT_FOUND, self._now()) for each in identifiers]
        askable = [at for at, each in enumerate(identifiers) if requests.is_askable(each)]
        for begin in range(0, len(askable), AT_ONCE):
            places = askable[begin : begin + AT_ONCE]
            asked = [identifiers[at] for at in places]
            for at, finding in zip(places, await self._look_up(asked), strict=True):
                findings[at] = finding
        return findings

    async def _look_up(self, asked: Sequence[Identifier]) -> list[Finding]:
        body = json_bytes({"identifiers": [requests.identify(each, secrets=False) for each in asked]})
        reply = await self._read(Request("POST", path_of("look-ups"), body))
        return take(reply, lambda value: answers.read_findings(value, asked, self._now()))

    async def keys(self, call: Call) -> list[list[str]]:
        """The registry's keys of each device of a call; of those that nobody had looked up, by a look-up now."""
        keys = [[device.ref] if device.ref else [] for device in call.devices]
        without = [at for at, some in enumerate(keys) if not some]
        findings = await self.look_up([call.devices[at].identifier for at in without])
        for at, finding in zip(without, findings, strict=True):
            keys[at] = [device.ref for device in finding.devices]
        return keys

    async def read_backs(self, keys: Sequence[str]) -> dict[str, answers.Back]:
        backs: dict[str, answers.Back] = {}
        for begin in range(0, len(keys), AT_ONCE):
            body = json_bytes({"devices": [{"key": key} for key in keys[begin : begin + AT_ONCE]]})
            backs |= take(await self._read(Request("POST", path_of("read-backs"), body)), answers.read_backs)
        return backs

    async def operation(self, key: str) -> list[answers.Claimed]:
        """The entries of the answer that the server keeps under a call's key; none where it keeps none."""
        reply = await self._http.read(Request("GET", path_of("operations", key)), self._read_s)
        if reply.status == 404 and answers.error_word(reply) == "not_found":
            return []
        if reply.status >= 400:
            raise answers.refusal(reply, call=False)
        return take(reply, lambda value: answers.read_claimed(value, reply))

    async def rehearse(self, request: Request) -> Reply:
        """A dry run takes as long as what it rehearses, and changes nothing."""
        return await self._http.read(request, self._call_s)

    async def change(self, request: Request) -> Reply:
        return await self._http.call(request, self._call_s)

    async def _read(self, request: Request) -> Reply:
        reply = await self._http.read(request, self._read_s)
        if reply.status >= 400:
            raise answers.refusal(reply, call=False)
        return reply
