"""How HERE Tracking refuses: its error body, and which of the registry's refusals become which of its own."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import uuid4

from starlette.responses import JSONResponse

from ...codes import ErrorCode
from ...refusals import Refused

SENTENCES: Mapping[int, str] = {
    400: "The request object is in an incorrect format or has values that are invalid or out of range.",
    401: "The provided credentials are not valid.",
    403: "The account does not have the correct privileges.",
    404: "The specified resource was not found.",
    405: "The method is not allowed for this resource.",
    409: "The specified resource already exists.",
    429: "Too Many Requests",
    500: "The service failed.",
    503: "The service is not available at the moment.",
}
_NAMES = {400: "Bad request"}
NO_PROJECT = "The specified project was not found."
WHICH_PROJECT = (
    "The projectId query parameter needs to be specified: the user is a member of multiple projects."
)
NO_LICENCE = "The license of the project has expired."
NO_QUOTA = "The device quota of the license is used up."


class Declined(Exception):
    """A request is refused with this status; ``message`` is the status's own where it is left out."""

    def __init__(self, status: int, message: str = "", wait_s: int | None = None) -> None:
        self.status, self.wait_s = status, wait_s
        self.message = message or SENTENCES.get(status, "")
        super().__init__(f"{status} {self.message}")


def error_body(status: int, message: str) -> dict[str, object]:
    """The error object of every HERE Tracking service, with an error ID of its own."""
    name = _NAMES.get(status) or HTTPStatus(status).phrase
    body: dict[str, object] = {"error": name, "code": status, "id": str(uuid4()), "message": message}
    return body if status == 429 else body | {"details": {"hereErrorCode": status * 1000 + 306}}


def answer(declined: Declined) -> JSONResponse:
    headers = {"Retry-After": str(declined.wait_s)} if declined.wait_s is not None else {}
    return JSONResponse(error_body(declined.status, declined.message), declined.status, headers)


def from_registry(refused: Refused) -> Declined:
    """The registry's own refusals in the vendor's words."""
    if refused.code is ErrorCode.PROJECT_NOT_FOUND:
        return Declined(404, NO_PROJECT)
    status = 400 if refused.status == 422 else refused.status
    return Declined(status if status in SENTENCES else 400, wait_s=refused.wait_s)
