"""A project's devices as its members see them."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...registry import projects
from ...tables import Claim, Device
from .devices import VENDOR, project, tracking_id
from .door import Answer, Asked, Road
from .refusing import Declined

MOST = 100


def page_of(asked: Asked) -> tuple[int, int]:
    """The row number after which a page begins, and how many it holds. Raises Declined (400) and Refused (400)."""
    count = asked.query.get("count", str(MOST))
    if not (count.isascii() and count.isdigit() and len(count) < 4 and 1 <= int(count) <= MOST):
        raise Declined(400)
    return projects.from_page_token(asked.query.get("pageToken", "")), int(count)


def _devices(asked: Asked) -> Answer:
    after, size = page_of(asked)

    def work(session: Session) -> dict[str, object]:
        target = project(session, asked)
        rows = (
            select(Claim)
            .join(Device)
            .where(Claim.project_id == target.id, Claim.slot.is_not(None), Claim.id > after, Device.vendor == VENDOR)
            .order_by(Claim.id)
            .limit(size + 1)
            .options(joinedload(Claim.device))
        )
        page, token = projects.cut_page(list(session.scalars(rows)), size, lambda claim: claim.id)
        return {"data": [_shown(claim) for claim in page], "count": len(page)} | ({"pageToken": token} if token else {})

    return 200, asked.parts.database.read(work)


def _shown(claim: Claim) -> dict[str, object]:
    device = claim.device
    shown: dict[str, object] = {"trackingId": tracking_id(claim.handle, device.device_id)}
    if device.external_id and device.app_id:
        shown |= {"externalId": device.external_id, "appId": device.app_id}
    return shown


ROADS: tuple[Road, ...] = (("GET", "/users/v2/devices", _devices, True),)
