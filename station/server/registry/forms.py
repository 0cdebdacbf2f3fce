"""Brings codes into the normal form in which they are compared; a text that can name nothing has no form."""

import re
import unicodedata

LONGEST = 255
_MAC_SHAPE = re.compile(r"[0-9A-Fa-f]{2}(?:[-:. ]?[0-9A-Fa-f]{2})+")
_SEPARATORS = re.compile(r"[-:. ]")


def text_form(text: str) -> str | None:
    """Trimmed, NFC, without case; None for what is empty, too long, or holds control characters or surrogates."""
    trimmed = text.strip()
    if not trimmed or len(trimmed) > LONGEST:
        return None
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in trimmed):
        return None
    form = unicodedata.normalize("NFC", trimmed).casefold()
    return form if len(form) <= LONGEST else None


def mac_form(text: str) -> str | None:
    """The 12 or 16 hexadecimal digits of a MAC or EUI-64 in any notation, lower case; else None."""
    if len(text) > 40 or not _MAC_SHAPE.fullmatch(text.strip()):
        return None
    digits = _SEPARATORS.sub("", text.strip()).lower()
    return digits if len(digits) in (12, 16) else None


def field_form(field: str, value: str | None) -> str | None:
    """The form under which a field's value stands in the registry."""
    if not value:
        return None
    return (mac_form(value) if field == "mac" else None) or text_form(value)


def code_forms(text: str) -> tuple[str, ...]:
    """Every form in which a bare code may stand in the registry, the literal one first."""
    forms = (text_form(text), mac_form(text))
    return tuple(dict.fromkeys(form for form in forms if form))


def clean_name(text: str) -> str | None:
    """A device's name as it is kept: one line of at most 200 characters, or None."""
    kept = "".join(" " if unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} else letter for letter in text)
    return " ".join(kept.split())[:200].strip() or None
