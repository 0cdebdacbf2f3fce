"""Writes the requests of Disruptive's API; whatever was scanned is percent-encoded or stands in a JSON body."""

import re
from collections.abc import Mapping, Sequence

from station.core.call import Call, CallDevice
from station.core.errors import Cause, RefusedError, TargetError

from ..wire.requests import Request, json_bytes, path_of
from ..wire.shapes import is_sendable

LONGEST_CODE = 250
"""No kit or device ID is as long; what is longer is not asked for."""
LONGEST_NAME = 200
PAGE_SIZE = "100"
OWN = re.compile(r"(?=[0-9]*[a-v])[0-9a-v]{19}[0g]|[a-z]+(-[a-z]+){2,}")
"""A device's ID, whose last letter holds one bit only, or a kit's three words and more."""
DEVICE_ID = re.compile(r"[0-9a-v]{20}")
"""The form of all device IDs that are known (inferred); a code of any other form is taken for a kit's."""
EMULATED = re.compile(r"emu[0-9a-v]{15,20}")


def is_askable(code: str) -> bool:
    return bool(code.strip()) and code.isprintable() and is_sendable(code, LONGEST_CODE)


def list_request(path: str, page_token: str, **query: str) -> Request:
    """One page of a list; the first has no token."""
    asked = {"pageSize": PAGE_SIZE, **query, "pageToken": page_token}
    return Request("GET", path_of(path), query=tuple((name, value) for name, value in asked.items() if value))


def project_request(project: str) -> Request:
    return Request("GET", path_of("projects", project))


def claim_info_request(code: str, organization: str) -> Request:
    query = [("identifier", code)]
    if organization:
        query.append(("organization", f"organizations/{organization}"))
    return Request("GET", path_of("claimInfo"), query=tuple(query))


def device_request(device_id: str) -> Request:
    """The device in any project that the account sees."""
    return Request("GET", path_of("projects", "-", "devices", device_id))


def claim_request(call: Call, *, dry_run: bool) -> Request:
    """A claim or its rehearsal. ``dryRun`` is always on the wire: the server's own default is not known.

    What was looked up goes by device ID; what nobody has seen goes by its code, as a kit's unless it has a device
    ID's form. Raises TargetError, RefusedError.
    """
    check_target(call)
    devices = list(dict.fromkeys(one.ref or code_of(one) for one in call.devices if one.ref or is_device(one)))
    kits = list(dict.fromkeys(code_of(one) for one in call.devices if not one.ref and not is_device(one)))
    if not all(is_askable(code) for code in (*devices, *kits)):
        raise RefusedError(Cause.BAD_REQUEST, "a code cannot be a kit's or a device's", call.request_id)
    body = {name: ids for name, ids in (("deviceIds", devices), ("kitIds", kits)) if ids}
    return _verb(call, call.target, "claim", body, (("dryRun", "true" if dry_run else "false"),))


def transfer_request(call: Call, handles: Sequence[str]) -> Request:
    return _verb(call, call.target, "transfer", {"devices": list(handles)})


def labels_request(call: Call, project: str, handles: Sequence[str], label: str, value: str) -> Request:
    """Set a label on devices of one project; an empty value takes it away."""
    change: dict[str, object] = {"addLabels": {label: value}} if value else {"removeLabels": [label]}
    return _verb(call, project, "batchUpdate", {"devices": list(handles), **change})


def code_of(device: CallDevice) -> str:
    return device.identifier.get("code") or device.device_id


def is_device(device: CallDevice) -> bool:
    return DEVICE_ID.fullmatch(code_of(device)) is not None


def handle_of(project: str, device_id: str) -> str:
    return f"projects/{project}/devices/{device_id}"


def project_of(handle: str) -> str:
    """The project in a device's resource name, or an empty text."""
    parts = handle.split("/")
    return parts[1] if len(parts) == 4 and (parts[0], parts[2]) == ("projects", "devices") else ""


def clean_name(text: str) -> str:
    """A name as a label takes it: one line, without what is not to be seen."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(kept.split())[:LONGEST_NAME].strip()


def check_target(call: Call) -> None:
    if not call.target:
        raise TargetError(Cause.NO_TARGET, "no project was chosen", call.request_id)


def _verb(
    call: Call, project: str, verb: str, body: Mapping[str, object], query: tuple[tuple[str, str], ...] = ()
) -> Request:
    # The colon of a custom verb stays as it is: encoded, it would be part of the name.
    path = f"{path_of('projects', project)}/devices:{verb}"
    return Request("POST", path, json_bytes(body), query=query, request_id=call.request_id)
