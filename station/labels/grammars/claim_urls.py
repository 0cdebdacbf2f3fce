"""Web addresses with an ID in the path or the query: claim addresses of vendors, own asset systems."""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from station.core.identifier import Identifier, Kind

from ..base import Label, Refusal, names, refuse
from ..hex_forms import eui64
from ..masking import Span, named_secrets
from ..named_values import fit, hints_of, identify, names_a_device, normal_code
from ..names import SECRET, meaning
from .disruptive import is_emulated, normal_id

ORDER = 500

Found = tuple[Identifier, list[tuple[str, str]], str]  # identifier, hints, secret part of the address


class Pattern(NamedTuple):
    """A row of the table: host and path in full, and what the path's groups mean."""

    host: re.Pattern[str]
    path: re.Pattern[str]
    make: Callable[[re.Match[str]], Found | None]


def _gateway(path: re.Match[str]) -> Found:
    return Identifier.of(Kind.CODE, code=path[1].lower()), [("eui", eui64(path[1]))], path[2]


def _cloud_id(path: re.Match[str]) -> Found:
    # The 20 characters are either the cloud ID or a digest of MAC and serial, which nobody can turn back.
    digest = path[2] if re.fullmatch(r"[0-9a-f]{20}", path[2]) else ""
    return Identifier.of(Kind.CLOUD_ID, cloud_id=path[2]), [("prefix", path[1]), ("may_be_digest", digest)], ""


def _code(path: re.Match[str]) -> Found | None:
    code = unquote(path[1])
    return (Identifier.of(Kind.CODE, code=normal_code(code)), [], "") if fit(code) and code.strip() else None


_ANY = re.compile(r".*")
_OWN = r"[0-9A-Za-z%._~:@+-]{1,200}"
PATTERNS: tuple[Pattern, ...] = (
    Pattern(re.compile(r"(www\.)?ttig\.pro"), re.compile(r"/c/([0-9A-Fa-f]{16})/([0-9A-Za-z]{12})/?"), _gateway),
    Pattern(_ANY, re.compile(r"/(?:[\w-]{1,40}/){0,3}c/([0-9A-Za-z_-]{4})([0-9A-Za-z_-]{20})/?"), _cloud_id),
    Pattern(re.compile(r"(?!support\.|www\.|developers?\.|docs\.|help\.)(.*\.)?(disruptive-technologies\.com|d21s\.com)"),
            re.compile(r"/(?:[\w%.~-]{1,80}/){0,6}(?!index)((?=[\w-]{0,80}[0-9-])[0-9A-Za-z-]{6,80})/?"), _code),
    Pattern(_ANY, re.compile(
        r"/(?:[\w%.~-]{1,80}/){0,6}(?:c|k|d|kit|kits|claim|device|devices|ht|hardware|asset|assets|tag|item|sn|serial)"
        rf"/({_OWN})/?"), _code),
    # Under a path that nobody knows only what cannot be a page's name.
    Pattern(_ANY, re.compile(r"/(?:[\w%.~-]{1,80}/){0,6}((?=[0-9a-v]*[a-v])[0-9a-v]{19}[0g])/?"), _code),
    Pattern(_ANY, re.compile(r"/(?:[\w%.~-]{1,80}/){0,6}([0-9A-Fa-f]{12}|[0-9A-Fa-f]{16})/?"), _code),
    Pattern(_ANY, re.compile(
        r"/(?:[\w%.~-]{1,80}/){0,6}([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})/?"), _code),
)
_WEB = re.compile(r"(?:https?://|www\.)[^\s\x00-\x1f]+", re.IGNORECASE)


def read(text: str, _symbology: str) -> Label | None:
    if not _WEB.fullmatch(text):
        return None
    try:
        address = urlsplit(text if "://" in text[:9] else f"http://{text}")
        host, query = (address.hostname or "").lower(), parse_qsl(address.query, max_num_fields=100)
    except ValueError:
        return refuse("claim_urls", text, Refusal.URL_WITHOUT_ID)
    spans = _secrets(text, address.query)
    values = _values(query)
    asked = identify(values) if names_a_device(values) else None
    found = None if asked else _by_path(host, address.path)
    hints = [("host", host), *hints_of(values)]
    if asked:
        return names("claim_urls", text, [asked], hints, spans)
    if not found:
        return refuse("claim_urls", text, Refusal.URL_WITHOUT_ID, hints, spans)
    identifier, more, secret = found
    if is_emulated(identifier.text):
        return refuse("claim_urls", text, Refusal.EMULATED, hints, spans)
    if secret:
        start = text.rindex(secret)
        spans.append((start, start + len(secret)))
    return names("claim_urls", text, [identifier], [*hints, *more], spans)


def _by_path(host: str, path: str) -> Found | None:
    for pattern in PATTERNS:
        matched = pattern.host.fullmatch(host) and pattern.path.fullmatch(path)
        made = pattern.make(matched) if matched else None
        if made:
            return made
    return None


def _values(query: list[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, value in query:
        name = meaning(key)
        value = value.strip()
        if name and name != SECRET and value and fit(value):
            values.setdefault(name, normal_id(value) or value)
    return values


def _secrets(text: str, query: str) -> list[Span]:
    """Where in the address secret values of the query stand, and a password before the host."""
    spans = named_secrets(text)
    at = text.find("?") + 1
    for part in query.split("&") if query else []:
        key, equals, value = part.partition("=")
        if equals and meaning(unquote(key)) in (SECRET, "pin"):
            spans.append((at + len(key) + 1, at + len(key) + 1 + len(value)))
        at += len(part) + 1
    login = re.match(r"https?://([^/?#@]{1,400})@", text, re.IGNORECASE)
    if login:
        spans.append(login.span(1))
    return spans
