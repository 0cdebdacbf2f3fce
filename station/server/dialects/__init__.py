"""The vendors' protocols that the server also speaks, one folder each; one is imported with its first request.

A folder's module has ``build(parts)``, which gives an ASGI app over the same registry as the native API; a vendor's own
rules live in it. Its ``practice`` module says what practice needs: targets, credentials, and the connection's settings.
"""

import asyncio
import importlib
import logging
import pkgutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, cast

from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session
    from starlette.applications import Starlette

    from ..parts import Parts
    from ..registry.house import Target
    from ..tables import Account

LOG = logging.getLogger(__name__)
_PARTS_OF_PRACTICE = ("TARGETS", "DELIVERY", "grant", "connection")


class Practice(Protocol):
    """What practice needs of a dialect; it stands in the module ``practice`` of the dialect's folder.

    ``DELIVERY`` is a file as ``registry import`` takes it; its devices go to ``TARGETS``. ``grant`` lets the fixed
    secrets in that everybody knows, ``connection`` gives the settings of a connection that uses them (without its kind)
    and the secrets by field.
    """

    TARGETS: "tuple[Target, ...]"
    DELIVERY: "Path"

    def grant(self, session: "Session", account: "Account", now: "datetime") -> None: ...

    def connection(self, address: str) -> tuple[dict[str, object], dict[str, str]]: ...


def names() -> tuple[str, ...]:
    """The dialects of this installation, by name."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg))


def practices() -> Mapping[str, Practice]:
    """What practice needs, by dialect; one that has nothing, or that cannot be imported, is left out."""
    found: dict[str, Practice] = {}
    for name in names():
        try:
            module = importlib.import_module(f"{__name__}.{name}.practice")
        except Exception:  # whatever goes wrong in one dialect's folder, the others work
            LOG.warning("%s cannot be practised on this machine", name, exc_info=True)
            continue
        if all(hasattr(module, part) for part in _PARTS_OF_PRACTICE):
            found[name] = cast(Practice, module)
    return found


def mount(app: "Starlette", parts: "Parts") -> None:
    """Let the app answer each dialect below its name."""
    for name in names():
        app.mount(f"/{name}", Dialect(name, parts))


class Dialect:
    """One dialect as an ASGI app, built when it is first asked."""

    def __init__(self, name: str, parts: "Parts") -> None:
        self._name, self._parts = name, parts
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            # In a thread: what a dialect imports would hold up every other request.
            self._app = await asyncio.to_thread(self._build)
        await self._app(scope, receive, send)

    def _build(self) -> ASGIApp:
        module = importlib.import_module(f"{__name__}.{self._name}")
        app: ASGIApp = module.build(self._parts)
        return app
