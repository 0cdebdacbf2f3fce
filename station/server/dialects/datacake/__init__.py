"""Datacake's GraphQL over the registry: a claim shares a device with a workspace, and its owner keeps it."""

from typing import TYPE_CHECKING

from starlette.types import ASGIApp

if TYPE_CHECKING:
    from ...parts import Parts

VENDOR = "datacake"


def build(parts: "Parts") -> ASGIApp:
    """The dialect as an ASGI app; the vendor's one address, ``/graphql/``, lies below it."""
    # Imported here: the practice module of this folder is read at each start, and needs no GraphQL.
    from .door import build as build_door

    return build_door(parts)
