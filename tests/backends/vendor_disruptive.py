"""A vendor on a loopback port that answers as a test tells it to, and the Disruptive backend set up for it."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from station.backends.disruptive import Disruptive, DisruptiveSettings
from station.core.secret import Secret
from tests.backends.loopback import Seen, answer, run, serving
from tests.backends.wire.exchanges_disruptive import EMAIL, KEY_ID, SECRET

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
Said = tuple[int, Any, Mapping[str, str]]
Saying = Callable[[Seen], Said]


@dataclass
class Vendor:
    """A server that answers token requests by ``token`` and all others by ``say``; counts how many are under way."""

    say: Saying
    token: Saying = field(default_factory=lambda: always({"access_token": "first-token", "expires_in": 3600}))
    gap_s: float = 0.0
    tokens: int = 0
    most: int = 0
    under_way: int = 0
    seen: list[Seen] = field(default_factory=list)

    async def __call__(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        is_token = seen.target.startswith("/oauth2/token")
        self.tokens += is_token
        if not is_token:
            self.seen.append(seen)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.gap_s:
            await asyncio.sleep(self.gap_s)
        self.under_way -= 1
        status, body, headers = (self.token if is_token else self.say)(seen)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        writer.write(answer(status, raw, headers))
        await writer.drain()


def ask(vendor: Vendor, work: Callable[[Disruptive], Coroutine[Any, Any, Any]], **changed: Any) -> Any:
    async def go() -> Any:
        async with serving(vendor) as place:
            own: dict[str, Any] = {
                "base_url": f"{place.url}/v2", "token_url": f"{place.url}/oauth2/token", "key_id": KEY_ID,
                "email": EMAIL, "settle_s": 0.0,
            }  # fmt: skip
            backend = Disruptive("oslo", DisruptiveSettings(**own | changed), {"secret": Secret(SECRET)}, lambda: NOW)
            try:
                return await work(backend)
            finally:
                await backend.close()

    return run(go())


def always(body: Any, status: int = 200, **headers: str) -> Saying:
    return lambda _seen: (status, body, {name.replace("_", "-"): value for name, value in headers.items()})


ORGANIZATIONS = {"organizations": [{"name": "organizations/b5", "displayName": "Ours"}], "nextPageToken": ""}
LOST = {"error": "not found", "code": 404, "help": ""}
