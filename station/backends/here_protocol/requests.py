"""Writes HERE Tracking's requests. None bears a request ID of its own: each attempt gets a new UUIDv4."""

from datetime import datetime

from station.core.call import Call, CallDevice
from station.core.errors import Cause, RefusedError
from station.core.identifier import Identifier
from station.core.secret import Secret

from ..wire.requests import Request, json_bytes, path_of
from . import forms

PAGE = 100
LONGEST_NAME = 200


def device(identifier: Identifier) -> Request:
    """The tracking ID of a device that is claimed into a project of ours."""
    named, app_id = forms.names(identifier)
    return Request("GET", path_of("registry", "v2", "devices", named), query=_app(app_id))


def claim(call: Call, device: CallDevice) -> Request:
    """Claim one device. Raises RefusedError for a text that can be no ID."""
    if not forms.is_askable(device.identifier):
        raise RefusedError(Cause.BAD_REQUEST, f"an ID has 1 to {forms.LONGEST_ID} characters", call.request_id)
    named, app_id = forms.names(device.identifier)
    project = (("projectId", call.target),) if call.target else ()
    return Request("PUT", path_of("registry", "v2", "devices", named), query=(*project, *_app(app_id)))


def release(device: CallDevice) -> Request:
    _, app_id = forms.names(device.identifier)
    return Request("DELETE", path_of("registry", "v2", device.handle), query=_app(app_id))


def describe(device: CallDevice, values: dict[str, str | None]) -> Request:
    """Merge values into what is kept of a device beside its data; None takes one away."""
    _, app_id = forms.names(device.identifier)
    path = path_of("metadata", "v2", "devices", device.handle)
    return Request("PUT", path, json_bytes(values), query=_app(app_id))


def metadata(device: CallDevice) -> Request:
    """What is kept of a device beside its data; inferred: the vendor's guide shows how it is written."""
    _, app_id = forms.names(device.identifier)
    return Request("GET", path_of("metadata", "v2", "devices", device.handle), query=_app(app_id))


def licences(start: int) -> Request:
    query = (("startIndex", str(start)), ("endIndex", str(start + PAGE)))
    return Request("GET", path_of("registry", "v2", "licenses"), query=query)


def licence_count(app_id: str) -> Request:
    return Request("GET", path_of("registry", "v2", app_id, "licenseCount"))


def project_devices(project_id: str, page_token: str) -> Request:
    page = (("pageToken", page_token),) if page_token else ()
    project = (("projectId", project_id),) if project_id else ()
    return Request("GET", path_of("users", "v2", "devices"), query=(*project, ("count", str(PAGE)), *page))


def health() -> Request:
    return Request("GET", path_of("registry", "v2", "health"))


def login(email: str, password: Secret, realm: str) -> Request:
    body = {"email": email, "password": password.reveal()} | ({"realm": realm} if realm else {})
    return Request("POST", path_of("users", "v2", "login"), json_bytes(body), secrets=(password,))


def refresh(access: Secret, renewal: Secret) -> Request:
    body = json_bytes({"accessToken": access.reveal(), "refreshToken": renewal.reveal()})
    return Request("POST", path_of("users", "v2", "refresh"), body, secrets=(access, renewal))


def exchange(access: Secret, scope: str) -> Request:
    body = json_bytes({"accessToken": access.reveal(), "scope": scope})
    return Request("POST", path_of("users", "v2", "tokenExchange"), body, secrets=(access,))


def check_handles(call: Call) -> None:
    if not all(device.handle for device in call.devices):
        raise RefusedError(Cause.BAD_REQUEST, "a device's claim has no tracking ID", call.request_id)


def clean(text: str) -> str:
    """A name as it can stand in a request."""
    return text.encode("utf-8", "replace").decode("utf-8")[:LONGEST_NAME]


def shown_time(at: datetime) -> str:
    """Seconds since 1970, as a signature states its time."""
    return str(int(at.timestamp()))


def _app(app_id: str) -> tuple[tuple[str, str], ...]:
    return (("appId", app_id),) if app_id else ()
