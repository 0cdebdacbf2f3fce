"""Creates device licences, one or a batch, claimed at once where that is asked; lists what an app has."""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...registry import projects
from ...registry.forms import text_form
from ...registry.found import KEYED, FoundDevice
from ...tables import Device, DeviceName
from . import refusing
from .devices import LONGEST_ID, VENDOR, claim
from .door import Answer, Asked, Job, Road
from .licences import of_app
from .refusing import Declined
from .users import page_of

MOST_VIRTUAL, MOST_PHYSICAL = 100, 1000
KEPT = timedelta(hours=24)


def _list(asked: Asked) -> Answer:
    after, size = page_of(asked)

    def work(session: Session) -> dict[str, object]:
        of_app(session, asked, asked.path["app"])
        rows = select(Device).where(Device.vendor == VENDOR, Device.app_id == asked.path["app"], Device.plan_open)
        found = list(session.scalars(rows.where(Device.id > after).order_by(Device.id).limit(size + 1)))
        page, token = projects.cut_page(found, size, lambda device: device.id)
        following = {"pageToken": token} if token else {}
        return {"data": [_shown(device) for device in page], "count": len(page)} | following

    return 200, asked.parts.database.read(work)


def _shown(device: Device) -> dict[str, object]:
    shown: dict[str, object] = {"deviceId": device.device_id, "timestamp": int(device.added_at.timestamp() * 1000)}
    if device.external_id and device.app_id:
        shown |= {"externalId": device.external_id, "appId": device.app_id}
    return shown


def _one(asked: Asked) -> Answer:
    autoclaim = _autoclaim(asked)

    def work(session: Session) -> dict[str, object]:
        return _make(session, asked, "", autoclaim=autoclaim)

    return 201, asked.parts.database.write(work)


def _batch(asked: Asked) -> Answer:
    """The batch is carried out at once; its job ID leads to the devices for a day."""
    body, autoclaim = asked.json(), _autoclaim(asked)
    count, listed = body.get("count"), body.get("devices")
    if (count is None) == (listed is None) or (count is not None and autoclaim):
        raise Declined(400)
    if count is not None and not (isinstance(count, int) and 1 <= count <= MOST_PHYSICAL and count is not True):
        raise Declined(400)
    names = [""] * count if count is not None else _external_ids(listed)
    job = str(uuid.uuid4())

    def work(session: Session) -> dict[str, object]:
        of_app(session, asked, asked.path["app"])
        done: list[dict[str, object]] = []
        errors: list[dict[str, object]] = []
        for name in names:
            try:
                with session.begin_nested():
                    done.append(_make(session, asked, name, autoclaim=autoclaim))
            except Declined as declined:
                errors.append({"id": name, "error": refusing.error_body(declined.status, declined.message)})
        return {"data": done, "errors": errors, "count": len(done)}

    results, now, jobs = asked.parts.database.write(work), asked.parts.clock(), asked.memory.jobs
    for old in [name for name, one in tuple(jobs.items()) if one.until <= now]:
        jobs.pop(old, None)
    jobs[job] = Job(asked.caller.organization, now + KEPT, results)
    return 202, {"jobId": job}


def _external_ids(listed: object) -> Sequence[str]:
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_VIRTUAL:
        raise Declined(400)
    names = [each.get("id") if isinstance(each, dict) else None for each in listed]
    found = [name for name in names if isinstance(name, str) and 1 <= len(name) <= LONGEST_ID]
    if len(found) != len(names):
        raise Declined(400)
    return found


def _make(session: Session, asked: Asked, external_id: str, *, autoclaim: bool) -> dict[str, object]:
    """One new device licence, and its claim where that is asked. Raises Declined."""
    app_id = asked.path["app"]
    project = of_app(session, asked, app_id)
    if not asked.caller.may_claim:
        raise Declined(403)
    if external_id and text_form(external_id) is None:
        raise Declined(400)
    known = select(Device.id).where(Device.vendor == VENDOR, Device.external_id == external_id, Device.app_id == app_id)
    if external_id and session.scalar(known) is not None:
        raise Declined(409)
    device = Device(
        key=secrets.token_hex(16), vendor=VENDOR, namespace="", type="virtual" if external_id else "physical",
        device_id=f"VRDE-{uuid.uuid4()}" if external_id else str(uuid.uuid4()), product_number="", registered=True,
        external_id=external_id or None, app_id=app_id, claiming_open=True, multiple=False, plan_open=True,
        added_at=asked.parts.clock(),
    )  # fmt: skip
    session.add(device)
    session.flush()
    names = {"device_id": device.device_id, "external_id": external_id, "app_id": app_id}
    forms = {field: text_form(text) for field, text in names.items() if text}
    session.add_all(DeviceName(device_id=device.id, field=field, form=form) for field, form in forms.items() if form)
    session.flush()
    made: dict[str, object] = {"deviceId": device.device_id}
    made |= {"externalId": external_id} if external_id else {"deviceSecret": secrets.token_urlsafe(32)}
    if autoclaim:
        found: FoundDevice = next(KEYED.ask(session, [device.key]))
        made["trackingId"] = claim(session, found, projects.fetch_open(
            session, asked.caller, project.slug, asked.parts.clock()
        ), asked)
    return made


def _status(asked: Asked) -> Answer:
    _job(asked)
    return 200, {"status": "complete", "percent": 100}


def _results(asked: Asked) -> Answer:
    return 200, _job(asked)


def _job(asked: Asked) -> Mapping[str, object]:
    job = asked.memory.jobs.get(asked.path["job"])
    if job is None or job.organization != asked.caller.organization or job.until <= asked.parts.clock():
        raise Declined(404)
    return job.results


def _autoclaim(asked: Asked) -> bool:
    word = asked.query.get("autoclaim", "false")
    if word not in ("true", "false"):
        raise Declined(400)
    return word == "true"


ROADS: tuple[Road, ...] = (
    ("GET", "/registry/v2/{job}/status", _status, True),
    ("GET", "/registry/v2/{job}/results", _results, True),
    ("GET", "/registry/v2/{app}/devices", _list, True),
    ("POST", "/registry/v2/{app}/devices", _batch, True),
    ("POST", "/registry/v2/{app}/one-device", _one, True),
)
