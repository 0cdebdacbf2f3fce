"""The requests and answers of the native API under ``/api/v1``, as they stand on the wire.

Every call except ``GET /health`` carries ``Authorization: Bearer <token>``. Every answer carries ``X-Request-Id``: the
one that the caller sent, else one made here. A refused call answers with ``Refusal`` and a status of 400, 401, 403,
404, 409, 413, 415, 422, 429 (with ``Retry-After``) or 503 (with ``Retry-After``). Unknown fields of a request are
ignored; clients ignore unknown fields of an answer likewise.

    GET   /health                                    Health
    GET   /account                                   Account
    GET   /projects?query=&page_token=&page_size=    Projects
    POST  /projects        NewProject                Project
    POST  /look-ups        LookUps                   Findings
    POST  /claims          Claiming         (key)    Claimed
    POST  /releases        Releasing        (key)    HandleAnswers
    POST  /moves           Moving           (key)    HandleAnswers
    GET   /claims?project=&page_token=&page_size=    Claims
    PATCH /claims/{handle} Naming                    Claim
    PUT   /devices/{key}/claiming  Lock              OwnedDevice
    POST  /devices/{key}/shares    Sharing           OwnedDevice
    DELETE /devices/{key}/shares                     OwnedDevice
    POST  /read-backs      ReadBacks                 ReadBack
    GET   /operations/{key}                          the stored answer of that call, byte for byte

"(key)": the header ``Idempotency-Key`` with a UUID is needed; without it the answer is 400. A known key with the same
content gets the stored answer again, with the header ``Idempotency-Replayed: true``; with other content 422; a call
with the same key that is still under way 409 (``in_flight``, ask again after ``Retry-After``).
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from ..core.identifier import Kind
from .codes import Back, ErrorCode, HandleResult, Holder, Outcome, Reason, Status, What

MOST_DEVICES = 200
"""The most identifiers, devices or handles that one call carries."""
LONGEST_TEXT = 20_000


def _refuse_controls(text: str) -> str:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise ValueError("control characters are not allowed here")
    return text


Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
"""Whatever a scanner read: a text that names nothing is an answer, not an error."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_refuse_controls)]
"""A project's ID, a device's key or a claim's handle, as this server gave it out."""


class Refusal(BaseModel):
    error: ErrorCode
    message: str
    request_id: str


class Health(BaseModel):
    status: str = "ok"
    version: str
    practice: bool


class Organization(BaseModel):
    id: str
    title: str


class Account(BaseModel):
    id: str
    name: str
    organization: Organization
    may_claim: bool


class Place(BaseModel):
    """A project, as devices and claims name it."""

    id: str
    title: str


class Project(BaseModel):
    """``path`` holds the titles of the projects above it and its own, ``parent`` is the ID of the one next above it;
    ``seats_left`` is null where nothing limits it; ``expires_at`` is ISO 8601 in UTC or null."""

    id: str
    title: str
    path: list[str]
    parent: str | None
    organization: Organization
    may_claim: bool
    seats_left: int | None
    expires_at: str | None


class Projects(BaseModel):
    projects: list[Project]
    next_page_token: str
    """Empty on the last page."""


class IdentifierIn(BaseModel):
    """``fields`` by kind: code {code}; serial_mac {serial, mac}; cloud_id {cloud_id}; serial_pin {serial, pin};
    external_id {external_id, app_id}."""

    kind: Kind
    fields: dict[str, Text] = Field(max_length=8, repr=False)


class LookUps(BaseModel):
    identifiers: list[IdentifierIn] = Field(min_length=1, max_length=MOST_DEVICES)
    project: Name | None = None
    """Checked when given (404), else without effect."""


class FoundDevice(BaseModel):
    key: str
    """Opaque; names this device in claims and read-backs. It stays the same for ever."""
    id: str
    type: str
    product_number: str
    status: Status
    """unregistered, unclaimed or claimed; a shared device is *claimed* only when it is ours."""
    holder: Holder | None
    project: Place | None
    """Where it is, when it is ours."""
    name: str | None
    handle: str | None
    claiming_open: bool
    needs_pin: bool
    shared: bool
    """May be claimed by several organizations."""
    owned: bool
    """It is this organization's own, which says who may claim it."""


class Finding(BaseModel):
    """``title`` is the kit's title or an empty text. A PIN is not tried by a look-up: a dry run of the claim does."""

    status: Status
    what: What | None
    title: str
    devices: list[FoundDevice]
    code: Reason | None = None


class Findings(BaseModel):
    findings: list[Finding]
    """One for each identifier, in the same order."""


class ClaimItem(BaseModel):
    """One device by ``key``, or one device or kit by ``identifier``.

    With both, the key says which device it is and the identifier only brings the PIN. A kit is claimed whole.
    """

    key: Name | None = None
    identifier: IdentifierIn | None = None
    name: Text | None = None
    """What the device shall be called; control characters become spaces, cut at 200 characters."""

    @model_validator(mode="after")
    def _named(self) -> "ClaimItem":
        if self.key is None and self.identifier is None:
            raise ValueError("key or identifier is needed")
        return self


class Claiming(BaseModel):
    project: Name
    dry_run: bool
    """Needed. A dry run gives the outcomes that the claim would have now; it stores no claim and no key."""
    devices: list[ClaimItem] = Field(min_length=1, max_length=MOST_DEVICES)


class ClaimResult(BaseModel):
    item: int
    """The place of the asked item in ``devices``, from 0: a kit gives several results for one item."""
    key: str | None
    """Null where nothing was found."""
    id: str
    outcome: Outcome
    handle: str | None
    """Of our live claim: with claimed_now and already_ours."""
    project: Place | None
    """Where the device is; with already_ours this may be another project than the asked one."""
    code: Reason | None
    message: str


class Claimed(BaseModel):
    results: list[ClaimResult]
    request_id: str
    """Of the call that did it: a replayed answer names the first call's."""


class ReadBackItem(BaseModel):
    key: Name


class ReadBacks(BaseModel):
    devices: list[ReadBackItem] = Field(min_length=1, max_length=MOST_DEVICES)


class ReadBackResult(BaseModel):
    key: str
    id: str
    result: Back
    handle: str | None
    project: Place | None
    name: str | None


class ReadBack(BaseModel):
    results: list[ReadBackResult]
    """One for each key, in the same order."""


class Claim(BaseModel):
    """A live claim of this account's organization; ``claimed_at`` is ISO 8601 in UTC."""

    handle: str
    key: str
    id: str
    type: str
    product_number: str
    name: str | None
    project: Place
    labels: dict[str, str]
    claimed_at: str


class Claims(BaseModel):
    claims: list[Claim]
    next_page_token: str


class Releasing(BaseModel):
    handles: list[Name] = Field(min_length=1, max_length=MOST_DEVICES)


class Moving(BaseModel):
    handles: list[Name] = Field(min_length=1, max_length=MOST_DEVICES)
    project: Name


class HandleAnswer(BaseModel):
    handle: str
    result: HandleResult
    project: Place | None = None


class HandleAnswers(BaseModel):
    """The answer to releases and moves: one for each handle, in the same order."""

    results: list[HandleAnswer]
    request_id: str


class Naming(BaseModel):
    """What is left out stays; an empty name or label takes it away."""

    name: Text | None = None
    labels: dict[str, Text] | None = Field(default=None, max_length=50)


class NewProject(BaseModel):
    path: Text
    """Titles with ``/`` between them; what is missing of it is made."""


class Lock(BaseModel):
    """Whether a shared device may be claimed; ``pin`` is its new PIN, the old one stays where none is given."""

    open: bool
    pin: Text | None = Field(default=None, repr=False)


class Sharing(BaseModel):
    organization: Name
    project: Name


class OwnedDevice(BaseModel):
    """``revoked`` is how many shares were ended."""

    key: str
    id: str
    claiming_open: bool
    needs_pin: bool
    revoked: int = 0
