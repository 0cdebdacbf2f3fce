"""One request that changes something at a vendor, and what came back."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .identifier import Identifier
from .outcome import Outcome
from .secret import Secret


class Verb(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    MOVE = "move"
    RENAME = "rename"
    LABEL = "label"
    OPEN_CLAIMING = "open_claiming"
    CLOSE_CLAIMING = "close_claiming"
    SHARE = "share"
    REVOKE = "revoke"


class CallState(StrEnum):
    """``sending`` from before the first byte until a clear answer; found so at start, the answer is lost."""

    SENDING = "sending"
    ANSWERED = "answered"
    NOT_SENT = "not_sent"
    UNANSWERED = "unanswered"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class CallDevice:
    """A device named in a call: our row, the vendor's ID and reference, and what it was scanned as."""

    row: int
    device_id: str
    ref: str
    identifier: Identifier
    name: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``key`` belongs to it and its exact content and is kept when the same call is sent again.

    ``values`` and ``secrets`` are what a change after the claim was given by the operator (labels, a new claim code),
    by field name; secrets are never written down.
    """

    key: str
    number: int
    verb: Verb
    connection: str
    kind: str
    address: str
    account: str
    target: str
    devices: tuple[CallDevice, ...]
    operator: str
    request_id: str
    made_at: datetime
    batch: str = ""
    state: CallState = CallState.SENDING
    tries: int = 0
    sent_at: datetime | None = None
    answer: str = ""
    values: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, Secret], ...] = field(default=(), compare=False)

    def value(self, name: str) -> str:
        return dict(self.values).get(name, "")

    def secret(self, name: str) -> Secret | None:
        return dict(self.secrets).get(name)


@dataclass(frozen=True, slots=True)
class DeviceResult:
    """What an answer says of one device."""

    device_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """A clear answer to a call: a result for each device that it names, expected or not, and the raw text."""

    results: tuple[DeviceResult, ...]
    raw: str = ""
    request_id: str = ""


class ReadBack(StrEnum):
    """What a read of the whole account says of a device whose answer was lost."""

    OURS = "ours"
    ANOTHER = "another"
    FREE = "free"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One device's read-back."""

    device_id: str
    state: ReadBack
    handle: str = ""
    place: str = ""
    raw: str = ""
