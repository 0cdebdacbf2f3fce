"""What the set-up of connections shows and asks for, as data, and the doors to whoever carries it out."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from station.core.secret import Secret
from station.words import has, say

Value = str | int | float | bool


class Entry(StrEnum):
    """What a setting is typed into."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"
    FILE = "file"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class FormField:
    """One setting of a kind; an ``advanced`` one is folded away."""

    name: str
    entry: Entry = Entry.TEXT
    default: Value = ""
    choices: tuple[str, ...] = ()
    advanced: bool = False


Only = Mapping[str, tuple[str, frozenset[str]]]
"""Settings and secrets that are asked for only where another setting has one of these values."""


@dataclass(frozen=True, slots=True)
class KindForm:
    """A kind of claiming system and what its connections are made of; ``reason`` why it cannot be used here.

    ``imports``: a credentials file of the vendor's own can be taken over.
    """

    kind: str
    title: str
    reason: str = ""
    fields: tuple[FormField, ...] = ()
    secrets: tuple[str, ...] = ()
    imports: bool = False
    only: Only = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownConnection:
    """A connection of the settings file; ``places`` says of each secret where it is kept."""

    name: str
    kind: str
    values: Mapping[str, Value]
    places: Mapping[str, str]
    variables: Mapping[str, str]
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """How things stand: ``keyring`` is why it cannot be used, ``file`` how the sealed file stands (a code)."""

    kinds: tuple[KindForm, ...] = ()
    connections: tuple[KnownConnection, ...] = ()
    keyring: str = ""
    file: str = "missing"
    practice: bool = False
    problem: str = ""

    def kind(self, kind: str) -> KindForm:
        return next((each for each in self.kinds if each.kind == kind), KindForm(kind, kind))


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form. ``secrets`` are those typed now; ``known``: the connection is set up already.

    ``in_file``: keep the secrets in the sealed file, which ``passphrase`` opens, or begins where there is none.
    """

    name: str
    kind: str
    values: Mapping[str, Value] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    known: bool = False
    in_file: bool = False
    passphrase: Secret | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What a vendor's own credentials file, or its environment variables, held."""

    values: Mapping[str, Value]
    secrets: Mapping[str, Secret]


@dataclass(frozen=True, slots=True)
class Done:
    """It was done; ``restart``: it takes effect once the station has started anew."""

    restart: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Why it was not done: a code for the sentence, and words for its blanks."""

    code: str
    detail: str = ""

    @property
    def sentence(self) -> str:
        if self.code.startswith("file_"):
            return say(f"secrets.file_problem.{self.code.removeprefix('file_')}", detail=self.detail)
        key = f"connections.problem.{self.code}"
        return say(key if has(key) else "connections.problem.other", detail=self.detail or self.code)


class ConnectionDoors(Protocol):
    """Carries out what the panel asks for, on threads of its own: each answer comes in a future."""

    def look(self) -> "Future[Overview | Problem]": ...

    def look_for_locks(self) -> "Future[Overview | Problem]":
        """The same for the sealed file and what it locks alone: quick, where there is none."""
        ...

    def try_out(self, draft: Draft) -> "Future[Done | Problem]":
        """Have a test call made; what it told comes as news (``ConnectionTried``)."""
        ...

    def save(self, draft: Draft) -> "Future[Done | Problem]": ...

    def take_away(self, name: str) -> "Future[Done | Problem]": ...

    def import_file(self, kind: str, path: str) -> "Future[Imported | Problem]":
        """Read a vendor's credentials file; without a path, what its environment variables name."""
        ...

    def unlock(self, passphrase: Secret) -> "Future[Done | Problem]":
        """Open the sealed file, and set up anew what was locked by it."""
        ...

    def put_file_aside(self) -> "Future[Done | Problem]":
        """Keep a sealed file that nobody can open under another name, so that a new one can be begun."""
        ...

    def change_passphrase(self, before: Secret, passphrase: Secret) -> "Future[Done | Problem]": ...

    def restart(self) -> None:
        """Close the station in order and start it anew."""
        ...


def label_of(kind: str, name: str) -> str:
    """What a setting is called in the form."""
    return _told(kind, name, "") or name.replace("_", " ").capitalize()


def help_of(kind: str, name: str) -> str:
    """The line below a setting, or an empty text."""
    return _told(kind, name, "_help")


def choice_of(kind: str, name: str, choice: str) -> str:
    """What one choice of a setting is called."""
    for key in (f"setting.choice.{kind}.{name}.{choice}", f"setting.choice.{name}.{choice}"):
        if has(key):
            return say(key)
    return choice


def _told(kind: str, name: str, ending: str) -> str:
    for key in (f"setting.{kind}.{name}{ending}", f"setting.{name}{ending}"):
        if has(key):
            return say(key)
    return ""
