"""Speaks GraphQL with Datacake: its questions, a workspace's list for some seconds, and all that changes things."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from station.core.errors import CallError, Cause, NotSentError, SignInError, TargetError
from station.core.secret import Secret
from station.core.target import Account, Target

from ..http import Http
from ..wire.answers import Reply
from ..wire.requests import Request, json_bytes
from ..wire.shapes import ShapeError, list_at, maybe_text, object_of, text_at
from . import documents, envelope, listing
from .documents import Several
from .envelope import Said
from .listing import Held, Listing

T = TypeVar("T")
MOST_PAGES = 1000
MOST_READS = 3
NEEDED_RIGHT = "devices"


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds; ``page`` devices are asked for at once, and a list of them counts for ``fresh_s``."""

    read_s: float
    call_s: float
    page: int = 100
    fresh_s: float = 10.0


class Client:
    """One connection's way to the vendor. Raises only ``core.errors.CallError``."""

    def __init__(self, http: Http, limits: Limits, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._limits = limits
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, Listing]] = {}
        self._asking: dict[str, asyncio.Lock] = {}
        self._slugs: dict[str, str] = {}

    async def account(self) -> Account:
        said = await self._ask(documents.ACCOUNT, {})
        user = _user(said)
        name = maybe_text(user, "fullName") or maybe_text(user, "email")
        return Account(_text(said.reply, user, "id"), name.strip() or "API user")

    async def targets(self) -> list[Target]:
        """All workspaces that the token sees; the vendor knows no pages here."""
        said = await self._ask(documents.WORKSPACES, {})
        _user(said)
        entries = _take(said.reply, lambda: list_at(said.data, "allWorkspaces"))
        found = [_take(said.reply, partial(_target, each)) for each in entries if each is not None]
        self._slugs = {target.id: slug for target, slug in found}
        return [target for target, _ in found]

    def slug(self, workspace: str) -> str:
        """A workspace's name in addresses, once the workspaces were listed."""
        return self._slugs.get(workspace, "")

    async def can_see(self, workspace: str) -> bool:
        said = await self._ask(documents.WORKSPACE, {"workspace": workspace})
        _user(said)
        return isinstance(said.data.get("workspace"), dict)

    async def devices(self, workspace: str, *, fresh: bool = False) -> Listing:
        """What is in a workspace, from some seconds ago unless ``fresh``. Raises TargetError where it is not seen."""
        check_workspace(workspace)
        async with self._asking.setdefault(workspace, asyncio.Lock()):
            until, known = self._kept.get(workspace, (0.0, None))
            if known is not None and not fresh and self._monotonic() < until:
                return known
            read = await self._list(workspace)
            self._kept[workspace] = (self._monotonic() + self._limits.fresh_s, read)
            return read

    def last(self, workspace: str) -> Listing | None:
        """The newest list of a workspace, however old."""
        return self._kept.get(workspace, (0.0, None))[1]

    async def change(
        self, what: Several, each: Sequence[Mapping[str, Any]], request_id: str, secrets: Sequence[Secret] = ()
    ) -> Said:
        """Send a mutation once for each set of variables, all in one request. What was listed before counts no more."""
        variables = {f"{name}_{at}": value for at, given in enumerate(each) for name, value in given.items()}
        body = json_bytes({"query": what.document(len(each)), "variables": variables, "operationName": what.name})
        request = Request("POST", "", body, request_id=request_id, secrets=tuple(secrets))
        try:
            said = envelope.read(await self._http.call(request, self._limits.call_s), call=True)
        finally:
            self._kept = {workspace: (0.0, listed) for workspace, (_, listed) in self._kept.items()}
        return said

    async def _ask(self, document: str, variables: Mapping[str, Any]) -> Said:
        name = document.split("(", 1)[0].split("{", 1)[0].split()[1]
        body = json_bytes({"query": document, "variables": dict(variables), "operationName": name})
        reply = await self._http.read(Request("POST", "", body), self._limits.read_s)
        said = envelope.read(reply, call=False)
        if any(fault.code == "NOT_AUTHENTICATED" for fault in said.faults):
            raise SignInError(Cause.CREDENTIALS, "no token was sent", reply.request_id, reply.status)
        return said

    async def _list(self, workspace: str) -> Listing:
        for _ in range(MOST_READS):
            read = await self._pages(workspace)
            if read is not None:
                return read
        raise NotSentError(Cause.GARBAGE, "the list of devices changes while it is read")

    async def _pages(self, workspace: str) -> Listing | None:
        """The list, page by page; None where its length changed meanwhile: a device that moved up a page was missed."""
        found: dict[str, Held] = {}
        totals: set[int | None] = set()
        for page in range(MOST_PAGES):
            asked = {"workspace": workspace, "page": page, "pageSize": self._limits.page}
            said = await self._ask(documents.DEVICES, asked)
            _user(said)
            if said.data.get("workspace") is None:
                raise _unseen(said)
            title, total, devices = _take(said.reply, partial(_page, said, workspace))
            totals.add(total)
            if len(totals) > 1:
                return None
            before = len(found)
            found = listing.merge(found, devices)
            if len(found) == before or (total is not None and len(found) >= total):
                return Listing(workspace, title, tuple(found.values()))
        raise NotSentError(Cause.GARBAGE, "the list of devices has no end")


def check_workspace(workspace: str) -> None:
    """Raise TargetError for what is no workspace's ID: the vendor would refuse the whole request as malformed."""
    try:
        UUID(workspace)
    except ValueError:
        words = "no workspace was chosen" if not workspace else "that is no workspace's ID"
        raise TargetError(Cause.NO_TARGET, words) from None


def _page(said: Said, workspace: str) -> tuple[str, int | None, list[Held]]:
    return listing.read_page(said.data.get("workspace"), workspace, whole=not said.faults)


def _unseen(said: Said) -> CallError:
    """The vendor answers null, without a word, for a workspace that is gone or not ours."""
    cause = Cause.NO_RIGHTS if any(fault.code == "NOT_AUTHORIZED" for fault in said.faults) else Cause.NO_TARGET
    return TargetError(cause, "the workspace cannot be seen", said.reply.request_id, said.reply.status)


def _user(said: Said) -> Mapping[str, Any]:
    """Who we are. Without a token the vendor answers HTTP 200 and nobody."""
    user = said.data.get("user")
    if user is None:
        raise SignInError(Cause.CREDENTIALS, "the token names nobody", said.reply.request_id, said.reply.status)
    return _take(said.reply, lambda: object_of(user, "user"))


def _target(value: Any) -> tuple[Target, str]:
    workspace = object_of(value, "a workspace")
    rights, organization = workspace.get("myPermissions"), workspace.get("organization")
    identifier = text_at(workspace, "id")
    title = maybe_text(organization, "name") if isinstance(organization, dict) else ""
    name = maybe_text(workspace, "name") or identifier
    may = NEEDED_RIGHT in rights if isinstance(rights, list) else None
    return Target(identifier, name, f"{title} / {name}" if title else name, title, may), maybe_text(workspace, "slug")


def _text(reply: Reply, value: Mapping[str, Any], name: str) -> str:
    return _take(reply, lambda: text_at(value, name))


def _take(reply: Reply, read: Callable[[], T]) -> T:
    try:
        return read()
    except (ShapeError, RecursionError) as error:
        raise NotSentError(Cause.GARBAGE, str(error), reply.request_id, reply.status) from None
