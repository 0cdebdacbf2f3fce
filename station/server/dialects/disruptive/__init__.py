"""Speaks Disruptive Technologies' REST API over the registry: sign-in, projects, claim info, claims, devices."""

from typing import TYPE_CHECKING

from starlette.types import ASGIApp

if TYPE_CHECKING:
    from ...parts import Parts


def build(parts: "Parts") -> ASGIApp:
    """The dialect as an ASGI app; ``/oauth2/token`` and ``/v2/…`` lie below it."""
    # Imported here: the practice module of this folder is read at each start, and needs none of it.
    from .app import build as build_app

    return build_app(parts)
