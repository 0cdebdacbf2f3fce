"""The protocols that the fault suites run over: a delivery for each, and how its requests are told apart."""

from collections.abc import Callable
from dataclasses import dataclass

from station.core.identifier import Identifier, Kind

from .proxy import Seen

HEADER = (
    "vendor,device_id,device_type,product_number,serial,mac,cloud_id,external_id,app_id,pin,owner\n"
)


@dataclass(frozen=True)
class Protocol:
    """One protocol. ``row`` gives a device's line of the delivery, ``identifier`` what is scanned of it."""

    kind: str
    vendor: str
    target: str
    row: Callable[[int], str]
    identifier: Callable[[int], Identifier]
    is_claim: Callable[[Seen], bool]
    connection: Callable[[str], tuple[dict[str, object], dict[str, str]]]
    name_at_server: Callable[[str], str] = str
    always_settles: bool = False

    def delivery(self, count: int) -> str:
        return HEADER + "".join(f"{self.row(number)}\n" for number in range(count))

    def devices(self, count: int) -> list[Identifier]:
        return [self.identifier(number) for number in range(count)]

    def ledger_name(self, device_id: str) -> str:
        """The server's name of a device of the desk."""
        return self.name_at_server(device_id)

    def kind_of_call(self, seen: Seen) -> str:
        if self.is_claim(seen):
            return "claim"
        return "sign-in" if "token" in seen.path.lower() or "login" in seen.path else "read"


LOCAL = Protocol(
    "local",
    "vendor",
    "oslo-west",
    lambda n: f"vendor,dev-{n},sensor,100,,,,,,,",
    lambda n: Identifier.of(Kind.CODE, code=f"dev-{n}"),
    lambda seen: seen.method == "POST" and seen.path.endswith("/claims") and b'"dry_run":false' in seen.body,
    lambda address: ({"base_url": address}, {"token": "practice-token"}),
    always_settles=True,
)

PROTOCOLS = {each.kind: each for each in (LOCAL,)}
