"""Where the secrets of rows are: sealed on disk, or in memory until the program ends."""

import json
from collections.abc import Callable

from station.core.identifier import Identifier
from station.core.secret import Secret

from .seals import Seal, SealError

Named = tuple[tuple[str, Secret], ...]


class SecretKeeping:
    """Seals, opens and remembers.

    ``told`` is False for a reader that must not know secrets, only that they are there.
    """

    def __init__(self, seal: Seal, *, told: bool = True) -> None:
        self._seal = seal
        self._told = told
        self._memory: dict[int, tuple[str, Named]] = {}

    def names(self, identifier: Identifier) -> str:
        return ",".join(name for name, _ in identifier.secrets)

    def sealed(self, identifier: Identifier) -> bytes | None:
        """An identifier's secrets for the disk; None where there are none or they must not be written."""
        if not identifier.secrets or not self._seal.available:
            return None
        plain = {name: secret.reveal() for name, secret in identifier.secrets}
        return self._seal.seal(json.dumps(plain).encode(), _bound(identifier.key))

    def remember(self, item: int, identifier: Identifier) -> None:
        """Keep in memory what could not be sealed."""
        if identifier.secrets:
            self._memory[item] = (identifier.key, identifier.secrets)

    def forget(self, item: int) -> Callable[[], None]:
        """Forget a row's secrets; gives what brings them back if the transaction is not kept."""
        kept = self._memory.pop(item, None)

        def bring_back() -> None:
            if kept is not None:
                self._memory[item] = kept

        return bring_back

    def of(self, item: int, key: str, names: str, sealed: bytes | None) -> Named:
        """The secrets of a row, or nothing where they cannot be had (any more)."""
        if not names:
            return ()
        if not self._told:
            return tuple((name, Secret("")) for name in names.split(","))
        remembered = self._memory.get(item)
        if remembered and remembered[0] == key:
            return remembered[1]
        if sealed is None:
            return ()
        try:
            plain = json.loads(self._seal.unseal(sealed, _bound(key)))
        except (SealError, ValueError):
            return ()
        return tuple((name, Secret(plain[name])) for name in names.split(",") if name in plain)

    def known(self, item: int, is_sealed: int) -> int:
        """For SQL: whether a row's secrets can be had now."""
        return int(not self._told or item in self._memory or (bool(is_sealed) and self._seal.available))

    def seal_scan(self, data: bytes, scanned_at: str, *, secret: bool) -> bytes | None:
        """A scan's bytes for the disk: sealed where they hold a secret, None where no seal is to be had."""
        if not secret:
            return data
        return self._seal.seal(data, _bound(scanned_at)) if self._seal.available else None

    def waiting(self) -> list[tuple[int, str, Named]]:
        """What is in memory only: row, identifier key, secrets."""
        return [(item, key, secrets) for item, (key, secrets) in self._memory.items()]


def _bound(place: str) -> bytes:
    return b"station:" + place.encode("utf-8", "replace")
