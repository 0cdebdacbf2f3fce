"""HERE Tracking's protocol over the registry: claims, licences, tokens, provisioning, aliases and metadata."""

from typing import TYPE_CHECKING

from starlette.types import ASGIApp

if TYPE_CHECKING:
    from ...parts import Parts


def build(parts: "Parts") -> ASGIApp:
    """The dialect as an ASGI app; the vendor's own paths follow its mount."""
    from . import accounts, descriptions, devices, licences, oauth, provisioning, users
    from .door import Door

    roads = (
        *devices.ROADS,  # first: a device may go by any name
        *licences.ROADS, *users.ROADS, *accounts.ROADS, *oauth.ROADS, *provisioning.ROADS, *descriptions.ROADS,
        *devices.TRACKED,  # last: /registry/v2/{trackingId} would take what the others mean
    )  # fmt: skip
    return Door(parts, roads)
