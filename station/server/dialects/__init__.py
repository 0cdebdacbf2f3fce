"""The vendors' protocols that the server also speaks, one folder each; one is imported with its first request.

A folder's module has ``build(parts)``, which gives an ASGI app over the same registry as the native API; a vendor's own
rules live in it. Its ``practice`` module says what practice needs: targets, credentials, and the connection's settings.
"""

import asyncio
import importlib
import pkgutil
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from ..parts import Parts


def names() -> tuple[str, ...]:
    """The dialects of this installation, by name."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg))


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
