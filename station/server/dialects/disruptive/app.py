"""The dialect's addresses, and every refusal in the vendor's own form."""

import logging
from collections.abc import Callable
from typing import Any

from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ...database import Busy, Unreachable
from ...parts import Parts, id_of
from ...refusals import Refused
from . import claiming, devices, places
from .asking import ApiError, Asking
from .sign_in import TokenRefused, exchange, signed_in

LOG = logging.getLogger(__name__)
Rule = Callable[[Asking], dict[str, Any]]
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
RULES: tuple[tuple[str, str, Rule], ...] = (
    ("GET", "/v2/organizations", places.list_organizations),
    ("GET", "/v2/organizations/{organization}", places.get_organization),
    ("GET", "/v2/projects", places.list_projects),
    ("GET", "/v2/projects/{project}", places.get_project),
    ("GET", "/v2/claimInfo", claiming.claim_info),
    ("POST", "/v2/projects/{project}/devices:claim", claiming.claim),
    ("POST", "/v2/projects/{project}/devices:transfer", devices.transfer),
    ("POST", "/v2/projects/{project}/devices:batchUpdate", devices.update_labels),
    ("GET", "/v2/projects/{project}/devices", devices.list_devices),
    ("GET", "/v2/projects/{project}/devices/{device}", devices.get_device),
)


def build(parts: Parts) -> ASGIApp:
    """One app over these parts."""
    routes = [Route(path, _endpoint(parts, rule), methods=[method]) for method, path, rule in RULES]
    routes.append(Route("/oauth2/token", _token_endpoint(parts), methods=["POST"]))
    routes.append(Route("/{path:path}", _endpoint(parts, _nothing_here), methods=METHODS))
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False  # an address of the vendor's is that address, or none
    return app


def _nothing_here(_asking: Asking) -> dict[str, Any]:
    raise ApiError(404, "There is nothing at this address")


def _endpoint(parts: Parts, rule: Rule) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        body = await request.body()
        header = request.headers.get("authorization", "")

        def work() -> dict[str, Any]:
            caller = signed_in(parts, header)
            parts.pace.count(caller.account)
            return rule(Asking(caller, parts, request.path_params, request.query_params, body))

        return await _answered(work, id_of(request))

    return answer


def _token_endpoint(parts: Parts) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        body = await request.body()
        return await _answered(lambda: exchange(parts, body), id_of(request))

    return answer


async def _answered(work: Callable[[], dict[str, Any]], request_id: str) -> Response:
    """The work's answer, done in a thread: it waits for the database."""
    try:
        return JSONResponse(await to_thread.run_sync(work))
    except TokenRefused as error:
        return JSONResponse({"error": error.code, "error_description": error.text}, 400)
    except ApiError as error:
        refused = error
    except Refused as error:
        refused = ApiError(error.status, error.message, _wait(error.wait_s))
    except Busy:
        refused = ApiError(503, "The service is busy", _wait(1))
    except Unreachable:
        refused = ApiError(503, "The service cannot be reached", _wait(10))
    except Exception:
        LOG.exception("request %s failed", request_id)
        refused = ApiError(500, "Internal error")
    return JSONResponse(refused.body, refused.status, refused.headers)


def _wait(seconds: int | None) -> dict[str, str]:
    return {} if seconds is None else {"Retry-After": str(seconds)}
