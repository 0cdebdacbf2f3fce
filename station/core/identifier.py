"""What names a thing at a vendor: a kind and its fields, some of them secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .secret import Secret


class Kind(StrEnum):
    """The kinds of identifier; the value of ``CODE`` may be a kit's or a device's, the vendor decides."""

    CODE = "code"
    SERIAL_MAC = "serial_mac"
    CLOUD_ID = "cloud_id"
    SERIAL_PIN = "serial_pin"
    EXTERNAL_ID = "external_id"


NEEDED: Mapping[Kind, tuple[str, ...]] = {
    Kind.CODE: ("code",),
    Kind.SERIAL_MAC: ("serial", "mac"),
    Kind.CLOUD_ID: ("cloud_id",),
    Kind.SERIAL_PIN: ("serial", "pin"),
    Kind.EXTERNAL_ID: ("external_id", "app_id"),
}
"""The fields that make an identifier of each kind whole."""

SECRET_FIELDS = frozenset({"pin"})


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier, whole or still lacking fields.

    ``fields`` holds what may be shown, in the order of ``NEEDED``; ``secrets`` what may not. Two identifiers
    are equal when kind and shown fields are: a PIN does not make another device.
    """

    kind: Kind
    fields: tuple[tuple[str, str], ...]
    secrets: tuple[tuple[str, Secret], ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, kind: Kind, **values: str) -> "Identifier":
        """Build one from plain values: fields that are secret are wrapped, empty ones left out.

        ``Identifier.of(Kind.SERIAL_PIN, serial="SN1", pin="4711")``
        """
        order = {name: at for at, name in enumerate(NEEDED[kind])}
        kept = sorted(((k, v) for k, v in values.items() if v), key=lambda pair: (order.get(pair[0], 99), pair[0]))
        return cls(
            kind,
            tuple((k, v) for k, v in kept if k not in SECRET_FIELDS),
            tuple((k, Secret(v)) for k, v in kept if k in SECRET_FIELDS),
        )

    def get(self, name: str) -> str:
        """A shown field's value, or an empty text."""
        return dict(self.fields).get(name, "")

    def secret(self, name: str) -> Secret | None:
        return dict(self.secrets).get(name)

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that this identifier still lacks; empty when it is whole."""
        have = {name for name, _ in self.fields} | {name for name, _ in self.secrets}
        return tuple(name for name in NEEDED[self.kind] if name not in have)

    @property
    def text(self) -> str:
        """How it is written in answers: the bare value, or ``serial=…,mac=…`` without secret fields."""
        if len(NEEDED[self.kind]) == 1:
            return self.fields[0][1] if self.fields else ""
        return ",".join(f"{name}={value}" for name, value in self.fields)

    @property
    def key(self) -> str:
        """A text that is equal for equal identifiers, for look-ups in tables."""
        return f"{self.kind}:{self.text}"

    def join(self, other: "Identifier") -> "Identifier":
        """The same identifier with the fields of ``other`` filled in where they were missing."""
        return Identifier.of(self.kind, **(_plain(other) | _plain(self)))


def _plain(identifier: Identifier) -> dict[str, str]:
    return dict(identifier.fields) | {name: value.reveal() for name, value in identifier.secrets}
