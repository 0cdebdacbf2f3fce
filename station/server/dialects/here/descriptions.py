"""What is kept of a claimed device beside its data: metadata, which merges, and aliases. Both end with the claim."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from ...registry.forms import clean_name
from ...tables import Claim
from .devices import live
from .door import Answer, Asked, Road
from .refusing import Declined

MOST_BYTES = 10_000
ALIASES = "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}aliases"
"""Under this name, which no metadata may bear, the aliases stand among a claim's labels."""


def _labels(claim: Claim) -> dict[str, Any]:
    try:
        value = json.loads(claim.labels or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _metadata(labels: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in labels.items() if name != ALIASES}


def _read(asked: Asked, take: Callable[[dict[str, Any]], object]) -> Answer:
    tracking = asked.path["tracking"]
    return 200, asked.parts.database.read(lambda session: take(_labels(live(session, tracking, asked.caller))))


def _write(asked: Asked, change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """The labels after a change. Raises Declined (400, 403, 404)."""

    def work(session: Session) -> dict[str, Any]:
        claim = live(session, asked.path["tracking"], asked.caller)
        if not asked.caller.may_claim:
            raise Declined(403)
        labels = change(_labels(claim))
        text = json.dumps(labels)
        if len(text) > MOST_BYTES:
            raise Declined(400)
        claim.labels = text
        name = labels.get("name")
        claim.name = clean_name(name) if isinstance(name, str) else None
        return labels

    return asked.parts.database.write(work)


def _get_metadata(asked: Asked) -> Answer:
    return _read(asked, _metadata)


def _put_metadata(asked: Asked) -> Answer:
    """Merge: a new key is added, a known one gets the new value, null takes it away."""
    given = asked.json()
    if ALIASES in given:
        raise Declined(400)

    def merge(labels: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in (labels | dict(given)).items() if value is not None}

    return 200, _metadata(_write(asked, merge))


def _delete_metadata(asked: Asked) -> Answer:
    _write(asked, lambda labels: {name: value for name, value in labels.items() if name == ALIASES})
    return 204, None


def _get_aliases(asked: Asked) -> Answer:
    return _read(asked, lambda labels: {"data": labels.get(ALIASES, {})})


def _put_alias(asked: Asked) -> Answer:
    kind, external_id = _alias(asked)

    def add(labels: dict[str, Any]) -> dict[str, Any]:
        aliases = dict(labels.get(ALIASES, {}))
        aliases[kind] = sorted({*aliases.get(kind, ()), external_id})
        return labels | {ALIASES: aliases}

    _write(asked, add)
    return 200, {"trackingId": asked.path["tracking"]}


def _delete_alias(asked: Asked) -> Answer:
    kind, external_id = _alias(asked)

    def take_away(labels: dict[str, Any]) -> dict[str, Any]:
        aliases = dict(labels.get(ALIASES, {}))
        if external_id not in aliases.get(kind, ()):
            raise Declined(404)
        aliases[kind] = [each for each in aliases[kind] if each != external_id]
        return labels | {ALIASES: {name: values for name, values in aliases.items() if values}}

    _write(asked, take_away)
    return 204, None


def _alias(asked: Asked) -> tuple[str, str]:
    kind, external_id = asked.path["type"], asked.path["external"]
    if not (1 <= len(kind) <= 50 and 1 <= len(external_id) <= 50):
        raise Declined(400)
    return kind, external_id


ROADS: tuple[Road, ...] = (
    ("GET", "/metadata/v2/devices/{tracking}", _get_metadata, True),
    ("PUT", "/metadata/v2/devices/{tracking}", _put_metadata, True),
    ("DELETE", "/metadata/v2/devices/{tracking}", _delete_metadata, True),
    ("GET", "/aliases/v2/{tracking}", _get_aliases, True),
    ("PUT", "/aliases/v2/{tracking}/{type}/{external:path}", _put_alias, True),
    ("DELETE", "/aliases/v2/{tracking}/{type}/{external:path}", _delete_alias, True),
)
