"""The Spaces device cloud's (Xyte's) protocol: its organization API, and the entry where devices report.

Paths and bodies are the vendor's own. What its documents leave open (error bodies, who is told what about a device of
somebody else's) is answered as its own client and mock server expect.
"""

from starlette.routing import Route
from starlette.types import ASGIApp

from ...parts import Parts
from . import devices, entry, spaces
from .frame import Endpoint, application, entrance

ORGANIZATION = "/core/v1/organization"


def build(parts: Parts) -> ASGIApp:
    """The dialect as an ASGI app; paths are below the host of the vendor's hub and of its entry."""

    def route(path: str, **works: Endpoint) -> Route:
        return Route(ORGANIZATION + path, entrance(parts, works), methods=list(works))

    return application(
        route("/info", GET=spaces.info),
        route("/devices", GET=devices.listing),
        route("/devices/claim", POST=devices.claim),
        route("/devices/{id}", GET=devices.show, PATCH=devices.change, DELETE=devices.delete),
        route("/devices/{id}/move", POST=devices.move),
        route("/spaces", GET=spaces.listing),
        route("/spaces/find_or_create", POST=spaces.find_or_create),
        Route("/v1/devices", entry.registration(parts), methods=["POST"]),
    )
