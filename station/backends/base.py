"""What every kind of claiming system is to the rest of the station."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from station.core.call import Answer, Call, Confirmed, Verb
from station.core.finding import Finding
from station.core.identifier import Identifier, Kind
from station.core.secret import Secret
from station.core.target import Account, Target

Now = Callable[[], datetime]
AsgiApp = Callable[..., Any]
ADVANCED: Mapping[str, Any] = {"advanced": True}


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that an item needs at this backend: a column, a form field, a thing to scan."""

    name: str
    needed: bool = True
    secret: bool = False
    default: str = ""
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that can be done after the claim, beside ``release``, ``move`` and ``rename``, which the traits name.

    Its form is drawn from ``fields``. ``of_owned``: for devices that we own and others claim (else for our claims).
    ``costs`` is the code of what is lost by it, "" for nothing.
    """

    verb: Verb
    fields: tuple[Field, ...] = ()
    of_owned: bool = False
    costs: str = ""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a backend can do, so that nobody has to ask which vendor it is.

    ``items_a_call`` devices at most go in one claim, ``look_ups_a_call`` identifiers in one look-up request and
    ``look_ups_at_once`` requests at a time. ``safe_to_repeat``: the same call may go again after a lost answer;
    ``remembers``: what it is answered is then what became of the first time.
    ``starts`` says what a claim starts ("prepaid_subscription", "" for nothing), ``release_costs`` what a release
    loses ("history", "" for nothing): codes that the screen makes sentences of. ``look_up`` false: nothing can be asked
    before a claim; where it is true, a finding may still be *unchecked*, for a device that it does not tell of.
    ``new_targets``: ``create_target`` makes a missing path; ``target_tree``: targets lie in one another.
    """

    kits: bool = False
    look_up: bool = True
    dry_run: bool = False
    items_a_call: int = 50
    look_ups_a_call: int = 50
    look_ups_at_once: int = 4
    safe_to_repeat: bool = False
    remembers: bool = False
    release: bool = False
    move: bool = False
    rename: bool = False
    new_targets: bool = False
    target_tree: bool = False
    irreversible: bool = True
    starts: str = ""
    release_costs: str = ""
    noun: str = "project"
    any_form: bool = False
    """Its codes may have any form, so that what it is chosen for stays with it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What every connection has; each backend's own ``Settings`` extends it. Times in seconds.

    The set-up form is drawn from the fields: text, number or yes/no by type, a choice where a field's metadata has
    ``choices`` (a tuple), folded away where it has ``advanced``.
    """

    base_url: str = ""
    target: str = ""
    claim_timeout_s: float = field(default=60.0, metadata=ADVANCED)
    look_up_timeout_s: float = field(default=5.0, metadata=ADVANCED)
    quiet_period_s: float = field(default=120.0, metadata=ADVANCED)
    look_ups_at_once: int = field(default=0, metadata=ADVANCED)
    """How many look-up requests may be under way at a time; 0: as many as the kind's traits say."""
    ca_file: str = field(default="", metadata=ADVANCED)
    page_url: str = field(default="", metadata=ADVANCED)
    """The address of a device's page at the vendor, with {device}, {handle} and {target}; empty: none is offered."""


class Afterwards:
    """What can be done once devices are claimed, where a vendor has it; the traits and ``changes`` say what."""

    settings: Settings
    changes: ClassVar[tuple[Change, ...]] = ()

    def page(self, device_id: str, handle: str, target: str) -> str:
        """The address of a device's page at the vendor, or an empty text."""
        parts = {"device": device_id, "handle": handle, "target": target}
        try:
            return self.settings.page_url.format(**{name: quote(value, safe="") for name, value in parts.items()})
        except (LookupError, ValueError):
            return ""  # a template with other names in it

    async def release(self, call: Call) -> Answer:
        """Give claims back; in its answer, as for ``move`` and ``rename``, ``core.outcome.DONE`` means: done."""
        raise NotImplementedError

    async def move(self, call: Call) -> Answer:
        raise NotImplementedError

    async def rename(self, call: Call) -> Answer:
        raise NotImplementedError

    async def change(self, call: Call) -> Answer:
        """Carry out one of ``changes``, with the call's values and secrets; answers as ``release`` does."""
        raise NotImplementedError

    async def read_change(self, call: Call) -> Mapping[str, bool]:  # noqa: ARG002 - for those that can look
        """By device ID whether a read shows that a change whose answer was lost is done; none that nobody can tell of.

        Asked of a call that must not go again (its kind may not, it bore secrets, a newer one has gone since), and of
        one whose repeat was refused. Each verb is safe to repeat or shown here as far as the vendor shows it; what it
        never shows (a claim code) is left to a person, who is told so.
        """
        return {}

    async def create_target(self, path: str) -> Target:
        """The target of that path (parts divided by ``/``), made where it is missing; only with ``new_targets``."""
        raise NotImplementedError


class Backend(Afterwards):
    """One configured backend. All coroutines run on the network thread and raise only ``core.errors.CallError``."""

    kind: ClassVar[str]
    title: ClassVar[str]
    settings_class: ClassVar[type[Settings]] = Settings
    secret_fields: ClassVar[tuple[str, ...]] = ()
    """The names of the connection's own secrets (token, password …), which the settings never hold."""
    kinds: ClassVar[tuple[Kind, ...]] = (Kind.CODE,)
    fields: ClassVar[tuple[Field, ...]] = ()
    traits: Traits = Traits()
    """What the kind can do; a connection's own settings may narrow it."""

    def __init__(
        self, connection: str, settings: Settings, secrets: Mapping[str, Secret], now: Now, app: AsgiApp | None = None
    ) -> None:
        """``app`` is the bundled server, where the connection goes to it without a port."""
        self.connection = connection
        self.settings = settings
        self.secrets = secrets
        self.now = now
        self.app = app

    @property
    def address(self) -> str:
        """Where the connection goes, as it is kept with each batch and call."""
        return self.settings.base_url or "inside"

    def accept(self, identifier: Identifier) -> Identifier | None:
        """What this system makes of an identifier read from a label, in its normal form; None where it fits not at all.

        The answer may still lack fields: the row then says what to scan next. Pure and quick: the desk calls it.
        """
        return identifier if identifier.kind in self.kinds else None

    def knows(self, identifier: Identifier) -> bool:
        """Whether this is an identifier in the very form that this system gives its own, and no other does.

        In a mixed delivery it goes here, whichever connection is chosen. Pure and quick.
        """
        return identifier.kind is not Kind.CODE and self.accept(identifier) is not None

    def pair(self, half: Identifier, other: Identifier) -> Identifier | None:
        """Two codes, scanned one after the other, as one identifier; None where they do not belong together.

        ``half`` was accepted and still lacks fields, ``other`` is as the label was read. Pure and quick.
        """
        accepted = self.accept(other)
        if accepted is None or half.kind is not accepted.kind:
            return None
        given = {name for name, _ in (*accepted.fields, *accepted.secrets)}
        return self.accept(half.join(accepted)) if given <= set(half.missing) else None

    def is_same_claim(self, known: str, seen: str) -> bool:
        """Whether two handles name the same claim of ours; one that holds the device's place changes with a move. Pure.
        """
        return known == seen

    async def open(self) -> None:
        """Get ready on the network thread; called once before the first request."""

    async def close(self) -> None:
        """Let go of everything; called once, after the last request."""

    async def account(self) -> Account:
        raise NotImplementedError

    async def targets(self) -> list[Target]:
        """All targets that the account sees, pages followed to the end."""
        raise NotImplementedError

    async def look_up(self, identifiers: Sequence[Identifier], target: str) -> list[Finding]:
        """One finding for each identifier, in order; at most ``traits.look_ups_a_call``."""
        raise NotImplementedError

    async def dry_run(self, call: Call) -> Answer:
        """What ``claim`` would answer, with no effect; only where ``traits.dry_run``."""
        raise NotImplementedError

    async def claim(self, call: Call) -> Answer:
        raise NotImplementedError

    async def confirm(self, call: Call) -> list[Confirmed]:
        """What the whole account says of a call's devices; each of them is answered, if only by *cannot tell*."""
        raise NotImplementedError
