"""Makes a scanned text fit to be seen: secrets masked, control and direction characters visible."""

import re
from collections.abc import Iterable

from station.core.secret import MASK

Span = tuple[int, int]

NAMES_OF_SECRETS = (
    r"pin|pin[ _.-]?(?:code|no|number)|(?:claim|claiming|setup|auth|owner|activation|security|device|wifi|admin)"
    r"[ _.-]?(?:pin|code|token|key|secret|password|pass|pwd)|app[ _.-]?s?[ _.-]?key|nwk[ _.-]?s?[ _.-]?key|"
    r"(?:gen|net|network|api|access|private|shared|root|session|encryption)[ _.-]?(?:app)?[ _.-]?key|"
    r"password|passwd|pass[ _.-]?(?:code|phrase|wd)|pwd|pass|psk|puk|token|secret|(?:client|api)[ _.-]?secret|key"
)
"""The names, as a pattern, under which labels print what must stay secret."""

_CALLED_SECRET = re.compile(
    rf"(?<![A-Za-z])(?:{NAMES_OF_SECRETS})[\"']?[ \t]{{0,3}}[:=][ \t]{{0,3}}[\"']?([^\r\n;,&|\"'\x1d\x1e]+)",
    re.IGNORECASE,
)


def named_secrets(text: str) -> list[Span]:
    """Where in a text of any form something stands that is called a PIN, a key, a password, a token."""
    if ":" not in text and "=" not in text:
        return []
    return [found.span(1) for found in _CALLED_SECRET.finditer(text)]


def mask(text: str, secrets: Iterable[Span] = ()) -> tuple[str, bool]:
    """The text as it may be shown, and whether anything in it was masked: these places, and what is found by name."""
    spans = sorted((a, b) for a, b in (*secrets, *named_secrets(text)) if b > a)
    pieces, at = [], 0
    for start, end in spans:
        if start >= at:
            pieces += [visible(text[at:start]), MASK]
        at = max(at, end)
    pieces.append(visible(text[at:]))
    return "".join(pieces), bool(spans)


def visible(text: str) -> str:
    """Control characters as their pictures (␝), other characters without a look of their own as ‹U+202E›."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _picture(character) for character in text)


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"‹U+{code:04X}›"
