"""The questions: who am I, which workspaces are there, what is in one."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from graphql import GraphQLResolveInfo
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...auth import Caller
from ...tables import Device
from . import VENDOR, devices, places
from .places import Place
from .schema import Resolvers
from .visit import Visit


def user(_source: object, info: GraphQLResolveInfo) -> dict[str, Any] | None:
    """Without a token there is nobody, and no error either."""
    visit: Visit = info.context
    caller = visit.caller
    if caller is None:
        return None
    return {
        "id": str(uuid5(NAMESPACE_URL, caller.public_id)),
        "email": f"{caller.name}@{caller.slug}.example",
        "firstName": caller.name,
        "lastName": "",
        "fullName": caller.name,
        "isApiuser": True,
    }


def all_workspaces(_source: object, info: GraphQLResolveInfo) -> list[dict[str, Any]]:
    visit: Visit = info.context
    caller = visit.known()

    def work(session: Session) -> list[dict[str, Any]]:
        return [_workspace(visit, caller, place) for place in places.all_of(session, caller)]

    return visit.database.read(work)


def workspace(
    _source: object, info: GraphQLResolveInfo, id: str | None = None, slug: str | None = None
) -> dict[str, Any] | None:
    """A workspace that the caller cannot see is null, without an error."""
    visit: Visit = info.context
    caller = visit.known()
    place = visit.database.read(lambda session: places.find(session, caller, id or slug or ""))
    return _workspace(visit, caller, place) if place else None


def device(_source: object, info: GraphQLResolveInfo, deviceId: str | None = None) -> dict[str, Any] | None:
    visit: Visit = info.context
    caller = visit.known()

    def work(session: Session) -> dict[str, Any] | None:
        found = devices.by_id(session, deviceId or "")
        seen = found is not None and devices.visible(session, caller, found) is not None
        return devices.show(session, caller, [found])[0] if found and seen else None

    return visit.database.read(work)


def serial_number_available(_source: object, info: GraphQLResolveInfo, serialNumber: str) -> bool:
    visit: Visit = info.context
    visit.known()
    return visit.database.read(lambda session: devices.by_serial(session, serialNumber)) is None


def _workspace(visit: Visit, caller: Caller, place: Place) -> dict[str, Any]:
    number = place.project.id

    def count(_info: object, search: str | None = None) -> int:  # noqa: ARG001 - asked for by that name
        query = select(func.count()).select_from(Device)
        query = query.where(Device.vendor == VENDOR, Device.owner_project_id == number)
        return visit.database.read(lambda session: session.scalar(query) or 0)

    def filtered(_info: object, page: int = 0, pageSize: int = devices.PAGE, search: str = "", **_other: Any) -> Any:
        def work(session: Session) -> dict[str, Any]:
            found = devices.listing(session, caller, place, page or 0, pageSize or devices.PAGE, search or "")
            return {"total": found[0], "devices": found[1]}

        return visit.database.read(work)

    def one(_info: object, serialNumber: str | None = None, id: str | None = None) -> dict[str, Any] | None:
        def work(session: Session) -> dict[str, Any] | None:
            found = devices.by_id(session, id) if id else devices.by_serial(session, serialNumber or "")
            if found is None:
                return None
            here = session.scalar(select(Device.id).where(Device.id == found.id, places.inside(number)))
            return devices.show(session, caller, [found])[0] if here else None

        return visit.database.read(work)

    own = places.shown(caller, place, visit.now)
    return own | {"deviceCount": count, "devicesFiltered": filtered, "device": one}


RESOLVERS: Resolvers = {
    "user": user,
    "allWorkspaces": all_workspaces,
    "workspace": workspace,
    "device": device,
    "serialNumberAvailable": serial_number_available,
}
