"""The Spaces device cloud (Xyte): one device a call, into a space, by serial number and MAC or by cloud ID."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from station.core.call import Answer, Call, Confirmed
from station.core.finding import ClaimStatus, Finding
from station.core.identifier import Identifier, Kind
from station.core.secret import Secret
from station.core.target import Account, Target

from .base import ADVANCED, AsgiApp, Backend, Field, Now, Settings, Traits
from .http import Http
from .wire.requests import Token
from .xyte_protocol import answers, changes, codes, findings, places, requests
from .xyte_protocol.client import Client
from .xyte_protocol.owned import Owned
from .xyte_protocol.reading import Limits


@dataclass(frozen=True, slots=True)
class XyteSettings(Settings):
    """``page_url`` and ``mac_form`` are guesses that no document confirms; the vendor's own samples send a MAC with
    colons. ``null_identifiers`` sends identifiers that do not apply as null, as some of those samples do.
    """

    base_url: str = "https://hub.xyte.io"
    page_url: str = field(default="https://app.xyte.io/devices/{handle}", metadata=ADVANCED)
    null_identifiers: bool = field(default=False, metadata=ADVANCED)
    space_as_text: bool = field(default=False, metadata=ADVANCED)
    """Send the space's number as a text: one of the vendor's pages calls it a string."""
    mac_form: str = field(default=requests.MAC_FORMS[0], metadata={**ADVANCED, "choices": requests.MAC_FORMS})
    space_type: str = field(default="", metadata=ADVANCED)
    """List only spaces of this type."""
    space_path: str = field(default="", metadata=ADVANCED)
    """List only spaces whose path has this text in it."""
    page_size: int = field(default=100, metadata=ADVANCED)
    list_kept_s: float = field(default=15.0, metadata=ADVANCED)
    """How old the list of our devices may be for a look-up; a read-back always reads it anew."""
    most_listed: int = field(default=100_000, metadata=ADVANCED)


class Xyte(Backend):
    """Unclaimed devices cannot be asked for, so a look-up finds our own and leaves all others *unchecked*.

    The vendor's web page also asks for vendor and model. Its API takes neither, and what one device is follows from
    its identifiers: there is no field for them here, as nobody would read it.
    """

    kind = "xyte"
    title = "Spaces device cloud (Xyte)"
    settings_class = XyteSettings
    secret_fields = ("api_key",)
    kinds = (Kind.SERIAL_MAC, Kind.CLOUD_ID)
    fields = (
        Field("serial", needed=False),
        Field("mac", needed=False, pattern=r"[0-9A-Fa-f]{2}([:-]?[0-9A-Fa-f]{2}){5}"),
        Field("cloud_id", needed=False, pattern=codes.CLOUD_ID.pattern),
    )
    traits = Traits(
        look_up=True,
        items_a_call=1,
        look_ups_a_call=200,
        look_ups_at_once=2,
        release=True,
        move=True,
        rename=True,
        new_targets=True,
        target_tree=True,
        irreversible=False,
        release_costs="history",
        noun="space",
    )

    def __init__(
        self, connection: str, settings: Settings, secrets: Mapping[str, Secret], now: Now, app: AsgiApp | None = None
    ) -> None:
        super().__init__(connection, settings, secrets, now, app)
        own = settings if isinstance(settings, XyteSettings) else XyteSettings(settings.base_url)
        key = secrets.get("api_key")
        self._own = own
        self._http = Http(
            own.base_url,
            now,
            sign=Token(key, scheme=""),
            secrets=(key,) if key else (),
            ca_file=own.ca_file,
            app=app,
        )
        limits = Limits(
            own.look_up_timeout_s, own.claim_timeout_s, own.list_kept_s, max(own.page_size, 1), own.most_listed
        )
        filters = (("space_type", own.space_type), ("path_includes", own.space_path))
        self._client = Client(self._http, limits, tuple(each for each in filters if each[1]), time.monotonic)

    def accept(self, identifier: Identifier) -> Identifier | None:
        return codes.accept(identifier)

    def knows(self, identifier: Identifier) -> bool:
        return codes.knows(identifier)

    def pair(self, half: Identifier, other: Identifier) -> Identifier | None:
        """Serial and MAC in either order; with a QR code's digest only the pair that fits it.

        ``half`` may also be whole: then the digest of a QR code is checked against it.
        """
        return codes.pair(half, other)

    def page(self, device_id: str, handle: str, target: str) -> str:
        return super().page(device_id, handle, target) if handle else ""

    async def close(self) -> None:
        await self._http.close()

    async def account(self) -> Account:
        return await self._client.account()

    async def targets(self) -> list[Target]:
        return answers.targets_of(await self._client.spaces())

    async def create_target(self, path: str) -> Target:
        return await places.create(self._client, path)

    async def look_up(self, identifiers: Sequence[Identifier], target: str) -> list[Finding]:  # noqa: ARG002
        """Ours, where it stands in the organization's list, else unchecked. One list, kept a while, answers many."""
        askable = [codes.is_askable(each) for each in identifiers]
        owned = await self._client.owned() if any(askable) else Owned()
        return [
            findings.of(each, owned, self.now()) if asked else Finding(each, ClaimStatus.NOT_FOUND, self.now())
            for each, asked in zip(identifiers, askable, strict=True)
        ]

    async def claim(self, call: Call) -> Answer:
        """Claim one device; one answer, and whatever it leaves open is left open: this is never sent twice."""
        device = requests.only_device(call)
        own = self._own
        request = requests.claim_request(
            call, mac_form=own.mac_form, nulls=own.null_identifiers, space_as_text=own.space_as_text
        )
        reply = await self._client.change(request)
        result = await changes.claimed(self._client, reply, device)
        return Answer((result,) if result is not None else (), reply.text, reply.request_id)

    async def confirm(self, call: Call) -> list[Confirmed]:
        """By the whole organization's list, read anew: what it holds is ours, of all else nobody can tell."""
        owned = await self._client.owned(fresh=True)
        return [findings.confirmed(device, owned) for device in call.devices]

    async def release(self, call: Call) -> Answer:
        return await changes.each(self._client, call, changes.release)

    async def move(self, call: Call) -> Answer:
        return await changes.each(self._client, call, changes.move)

    async def read_change(self, call: Call) -> Mapping[str, bool]:
        """By the whole organization's list, read anew: it tells spaces and names, and what was given back is gone."""
        return changes.shown(call, await self._client.owned(fresh=True))

    async def rename(self, call: Call) -> Answer:
        return await changes.each(self._client, call, changes.rename)
