"""Lists the kinds of claiming system by folder, without importing them, and imports each on its first use."""

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from typing import TypeGuard

from .base import Backend

_PACKAGE = __package__ or "station.backends"
_NO_KINDS = frozenset({"base", "http", "listing"})
"""The modules of this folder that are no kind; what lies in a folder below belongs to one or to all of them."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A kind as it stands in the folder; ``reason`` says why it cannot be used ("" while it can, or is untried)."""

    kind: str
    reason: str = ""

    @property
    def available(self) -> bool:
        return not self.reason


class UnavailableError(Exception):
    """A kind that is not there, or that cannot be imported on this machine."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason


class Catalogue:
    """The kinds of one package."""

    def __init__(self, package: str = _PACKAGE) -> None:
        self._package = package
        self._reasons: dict[str, str] = {}

    def listings(self, *, try_all: bool = False) -> tuple[Listing, ...]:
        """All kinds by name. ``try_all`` imports those that were not used yet, to know the reasons of all."""
        kinds = self._kinds()
        for kind in kinds if try_all else ():
            try:
                self.load(kind)
            except UnavailableError:
                continue  # its reason is kept
        return tuple(Listing(kind, self._reasons.get(kind, "")) for kind in kinds)

    def load(self, kind: str) -> type[Backend]:
        """The class of a kind. Raises UnavailableError; what was missing may be there at the next try."""
        if kind not in self._kinds():
            raise UnavailableError(kind, "there is no such kind of backend")
        try:
            module = importlib.import_module(f"{self._package}.{kind}")
            found = next(each for each in vars(module).values() if _is_backend(each) and each.kind == kind)
        except StopIteration:
            self._reasons[kind] = "its file holds no backend of that kind"
        except Exception as error:
            # Whatever goes wrong in one kind's file, the others work.
            self._reasons[kind] = f"{type(error).__name__}: {error}"
        else:
            self._reasons.pop(kind, None)
            return found
        raise UnavailableError(kind, self._reasons[kind])

    def _kinds(self) -> list[str]:
        folder = importlib.import_module(self._package)
        modules = [found.name for found in pkgutil.iter_modules(folder.__path__) if not found.ispkg]
        return sorted(set(modules) - _NO_KINDS)


def _is_backend(value: object) -> TypeGuard[type[Backend]]:
    return inspect.isclass(value) and issubclass(value, Backend) and value is not Backend


_catalogue = Catalogue()


def listings(*, try_all: bool = False) -> tuple[Listing, ...]:
    """The kinds of claiming system of this installation."""
    return _catalogue.listings(try_all=try_all)


def load(kind: str) -> type[Backend]:
    """The class of a kind, imported on first use. Raises UnavailableError."""
    return _catalogue.load(kind)
