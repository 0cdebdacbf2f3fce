"""All devices of our organization, found by ID and by what they are scanned as."""

from collections import defaultdict
from dataclasses import dataclass, field

from station.core.identifier import Identifier, Kind

from .answers import Own
from .codes import normal_address, normal_serial

Key = tuple[str, ...]


@dataclass
class Owned:
    """A list that was read, and what calls have told since."""

    by_id: dict[str, Own] = field(default_factory=dict)
    _by_key: dict[Key, dict[str, Own]] = field(default_factory=lambda: defaultdict(dict))

    def put(self, own: Own) -> None:
        self.drop(own.id)
        self.by_id[own.id] = own
        for key in _keys(own):
            self._by_key[key][own.id] = own

    def drop(self, handle: str) -> None:
        own = self.by_id.pop(handle, None)
        for key in _keys(own) if own is not None else ():
            self._by_key[key].pop(handle, None)

    def find(self, identifier: Identifier) -> list[Own]:
        """Mostly one or none; several where the vendor lists one label more than once."""
        if identifier.kind is Kind.CLOUD_ID:
            key: Key = (identifier.get("cloud_id").strip(),)
        else:
            key = (normal_serial(identifier.get("serial")), normal_address(identifier.get("mac")))
        return list(self._by_key.get(key, {}).values())


def _keys(own: Own) -> list[Key]:
    pair: Key = (normal_serial(own.serial), normal_address(own.mac))
    return [*([pair] if all(pair) else []), *([(own.cloud_id,)] if own.cloud_id else [])]
