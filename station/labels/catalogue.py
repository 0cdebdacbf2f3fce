"""Finds the families in their folder: listed without importing, imported on first use."""

import importlib
import logging
import pkgutil
from dataclasses import dataclass
from typing import cast

from station.core.secret import MASK

from .base import TAKES_ANYTHING, Family, Label, Refusal

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FamilyListing:
    """A family as it stands in the folder; ``reason`` says why it cannot be used ("" while it can, or is untried)."""

    name: str
    reason: str = ""

    @property
    def available(self) -> bool:
        return not self.reason


class Catalogue:
    """The families of one package, asked in the order that they give themselves."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._reasons: dict[str, str] = {}
        self._families: tuple[tuple[str, Family], ...] | None = None

    def listing(self) -> tuple[FamilyListing, ...]:
        """All families, by name, with the reasons of those that could not be imported."""
        return tuple(FamilyListing(name, self._reasons.get(name, "")) for name in self._names())

    def read(self, text: str, symbology: str) -> Label | None:
        """The first family's answer, or none; a family that breaks is logged and passed over.

        A family that takes anything is not asked then: what the broken one would have masked, it would show.
        """
        broken = False
        for name, family in self.load():
            if broken and family.ORDER >= TAKES_ANYTHING:
                return Label("", refusal=Refusal.UNKNOWN_TEXT, shown=MASK, has_secret=True)
            try:
                label = family.read(text, symbology)
            except Exception as error:
                # Only the kind of error: its message could quote a secret of the label.
                _log.error("the label family %s broke off: %s", name, type(error).__name__)
                broken = True
                continue
            if label is not None:
                return label
        return None

    def load(self) -> tuple[tuple[str, Family], ...]:
        """Import all families; the first label does it, if nobody did before."""
        if self._families is None:
            self._families = self._load()
        return self._families

    def _names(self) -> list[str]:
        folder = importlib.import_module(self._package)
        return sorted(found.name for found in pkgutil.iter_modules(folder.__path__))

    def _load(self) -> tuple[tuple[str, Family], ...]:
        loaded: list[tuple[str, Family]] = []
        for name in self._names():
            try:
                family = cast(Family, importlib.import_module(f"{self._package}.{name}"))
                order = family.ORDER, callable(family.read)
            except Exception as error:
                self._reasons[name] = f"{type(error).__name__}: {error}"
                _log.error("the label family %s cannot be used: %s", name, error)
                continue
            if order[1]:
                loaded.append((name, family))
        return tuple(sorted(loaded, key=lambda pair: (pair[1].ORDER, pair[0])))
