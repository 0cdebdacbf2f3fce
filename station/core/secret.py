"""A text that must never be shown, logged or exported."""

from dataclasses import dataclass

MASK = "***"


@dataclass(frozen=True, slots=True)
class Secret:
    """Holds a PIN, a token or a password; only ``reveal`` gives it away."""

    _text: str

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)
