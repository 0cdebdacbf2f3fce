"""What a label says: identifiers, a command of the station's own, or why it is neither."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from station.core.identifier import Identifier

from .masking import Span, mask

Hints = tuple[tuple[str, str], ...]

TAKES_ANYTHING = 1000
"""The ORDER from which on families claim whatever nobody else knew."""


class Refusal(StrEnum):
    """Why a text is not taken for a device."""

    EMPTY = "empty"  # nothing, or only spaces and line ends
    TOO_LONG = "too_long"  # more than any printed code holds
    UNREADABLE = "unreadable"  # only control characters, or not text at all
    CONTROL_CHARACTERS = "control_characters"  # characters inside that no printed identifier has
    UNKNOWN_TEXT = "unknown_text"  # long, several lines, or without a letter or digit, and no family knows it
    NO_IDENTIFIER = "no_identifier"  # a known form, but nothing in it names a device
    PRODUCT_BARCODE = "product_barcode"  # names a product that is sold, not one device
    SHIPPING_LABEL = "shipping_label"  # names a parcel or pallet
    SEPARATORS_LOST = "separators_lost"  # the scanner dropped the separators between the fields
    WIFI = "wifi"
    HOMEKIT = "homekit"
    DPP = "dpp"  # Wi-Fi Easy Connect
    MATTER = "matter"  # set-up code with a passcode, without a serial number beside it
    ONE_TIME_PASSWORD = "one_time_password"  # noqa: S105 - a status, not a password
    CONTACT = "contact"  # visiting card or calendar entry
    EMULATED = "emulated"  # a device that exists in software only and cannot be claimed
    URL_WITHOUT_ID = "url_without_id"
    OTHER_LINK = "other_link"  # mail, telephone, map, app store …
    UNKNOWN_COMMAND = "unknown_command"  # the station's own prefix with a word that it does not know
    COMMAND_NOT_SCANNED = "command_not_scanned"  # a command that was typed, pasted or read from a file


class Command(StrEnum):
    """What a label of the station's own asks for; TARGET and OPERATOR carry an argument, CALIBRATE the test text."""

    UNDO = "undo"
    CLEAR = "clear"
    NEXT_BATCH = "next_batch"
    TARGET = "target"
    OPERATOR = "operator"
    CLAIM = "claim"
    CONFIRM = "confirm"
    HELP = "help"
    CALIBRATE = "calibrate"


@dataclass(frozen=True, slots=True)
class Label:
    """What one scanned text says.

    ``family`` names the family that recognised it ("" where none did). ``shown`` is the text as it may be
    shown, logged and kept: secrets are ``***``, control characters visible. ``has_secret``: the raw scan
    must be sealed before it is written. ``hints`` are the other things that the label says (serial, mac,
    type, lot, gtin, join_eui, name …), never secrets.
    """

    family: str
    identifiers: tuple[Identifier, ...] = ()
    refusal: Refusal | None = None
    command: Command | None = None
    argument: str = ""
    shown: str = ""
    has_secret: bool = False
    hints: Hints = ()

    def hint(self, name: str) -> str:
        """The first hint of that name, or an empty text."""
        return next((value for key, value in self.hints if key == name), "")


class Family(Protocol):
    """One file of the folder ``grammars``: lower ``ORDER`` is asked first, the first answer counts."""

    ORDER: int

    def read(self, text: str, symbology: str, /) -> Label | None:
        """Recognise a cleaned text (see ``cleaning``), or leave it to the next family; never raises."""
        ...


def names(
    family: str,
    text: str,
    identifiers: Iterable[Identifier],
    hints: Iterable[tuple[str, str]] = (),
    secrets: Iterable[Span] = (),
) -> Label:
    """A label that names devices; ``secrets`` are the places in ``text`` to be masked."""
    shown, masked = mask(text, secrets)
    kept = tuple(dict.fromkeys(identifiers))
    sealed = masked or any(identifier.secrets for identifier in kept)
    return Label(family, kept, shown=shown, has_secret=sealed, hints=_filled(hints))


def refuse(
    family: str,
    text: str,
    refusal: Refusal,
    hints: Iterable[tuple[str, str]] = (),
    secrets: Iterable[Span] = (),
) -> Label:
    """A label that is clearly not a device."""
    shown, masked = mask(text, secrets)
    return Label(family, refusal=refusal, shown=shown, has_secret=masked, hints=_filled(hints))


def _filled(hints: Iterable[tuple[str, str]]) -> Hints:
    return tuple((name, value) for name, value in hints if value)
