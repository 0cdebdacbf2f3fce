"""The entry, where a device reports for the first time: until then the vendor does not know it."""

import secrets
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from ....core.identifier import Kind
from ...auth import digest_of
from ...messages import IdentifierIn
from ...parts import Parts
from ...registry import finder
from ...tables import Credential, Device
from .frame import VENDOR, Answer, Wrong, guarded, read_body, text_of


def registration(parts: Parts) -> Callable[[Request], Awaitable[Response]]:
    """The handler of a device's registration. No key: a device brings the hardware key of its model."""

    async def answer(request: Request) -> Response:
        async def work() -> Answer:
            body = await read_body(request)
            texts = {name: text_of(body, name) for name in ("hardware_key", "sn", "mac", "cloud_id")}
            account = await to_thread.run_sync(_account, parts, texts["hardware_key"])
            parts.pace.count(account)
            return await to_thread.run_sync(_register, parts, texts, str(request.base_url).rstrip("/"))

        return await guarded(work)

    return answer


def _account(parts: Parts, key: str) -> int:
    """The account (row number) that gave out a hardware key. Raises Wrong."""

    def work(session: Session) -> int | None:
        now = parts.clock()
        row = session.scalars(
            select(Credential).where(Credential.vendor == VENDOR, Credential.name == digest_of(key))
        ).first()
        if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
            return None
        return row.account_id

    account = parts.database.read(work)
    if account is None:
        raise Wrong(403, "Invalid hardware key")
    return account


def _register(parts: Parts, texts: dict[str, str], hub: str) -> Answer:
    """Note that a device of the registry is online from now on: each cloud ID, or pair, only once."""

    def work(session: Session) -> dict[str, Any]:
        device = _find(session, texts)
        if device is None:
            raise Wrong(422, "This device was not made by anybody whom we know")
        if device.registered:
            raise Wrong(422, "Device already exists")
        device.registered = True
        return {"id": _id_of(device.key), "access_key": secrets.token_hex(16), "hub_url": hub}

    return 200, parts.database.write(work)


def _find(session: Session, texts: dict[str, str]) -> Device | None:
    asked = []
    if texts["cloud_id"]:
        asked.append(IdentifierIn(kind=Kind.CLOUD_ID, fields={"cloud_id": texts["cloud_id"]}))
    if texts["sn"] and texts["mac"]:
        asked.append(IdentifierIn(kind=Kind.SERIAL_MAC, fields={"serial": texts["sn"], "mac": texts["mac"]}))
    if not asked:
        raise Wrong(422, "Either sn and mac, or cloud_id is required")
    found = {device.id for match in finder.find(session, asked, VENDOR) for device in match.devices}
    if len(found) != 1:
        return None
    return session.scalars(select(Device).where(Device.id == found.pop()).with_for_update()).one()


def _id_of(key: str) -> str:
    """The ID that the device has from now on; that of its claims is another."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, key))
