"""The one address: reads a request, sees who asks, carries the document out, and answers as the vendor does."""

import json
import logging
from dataclasses import dataclass
from typing import Any

from anyio import to_thread
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    execute_sync,
    validate,
)
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ...auth import Caller, caller_of
from ...database import Busy, Unreachable
from ...parts import Parts
from ...refusals import Refused
from . import queries, schema, sharing, weight
from .visit import Visit

LOG = logging.getLogger(__name__)


def build(parts: Parts) -> Starlette:
    """The app; it is mounted at ``/datacake``, and answers below it at ``/graphql/``."""
    door = Door(parts, schema.make(queries.RESOLVERS, sharing.RESOLVERS))
    routes = [Route(path, door.answer, methods=["POST"]) for path in ("/graphql/", "/graphql")]
    app = Starlette(routes=routes)
    app.add_exception_handler(HTTPException, _http)
    return app


@dataclass(frozen=True)
class Door:
    parts: Parts
    schema: GraphQLSchema

    async def answer(self, request: Request) -> Response:
        try:
            caller = await self._caller(request.headers.get("authorization"))
            if caller is not None:
                self.parts.pace.count(caller.account)
        except Refused as refused:
            if refused.status == 401:
                return Response(status_code=401)  # the vendor's has no body
            headers = {"Retry-After": str(refused.wait_s)} if refused.wait_s is not None else {}
            return JSONResponse({"detail": "Request was throttled."}, refused.status, headers)
        except (Busy, Unreachable):
            return JSONResponse({"detail": "Service unavailable."}, 503, {"Retry-After": "1"})
        body = await request.body()
        return await to_thread.run_sync(self._answer, body, Visit(self.parts, caller))

    async def _caller(self, header: str | None) -> Caller | None:
        """None where no token came along: ``Bearer`` is none. Raises Refused for one that is not valid."""
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "token":
            return None
        known = self.parts.sign_ins.recall(header)
        if known is None:
            known = await to_thread.run_sync(
                self.parts.database.read, lambda session: caller_of(session, token, self.parts.clock())
            )
            self.parts.sign_ins.keep(header, known)
        return known

    def _answer(self, body: bytes, visit: Visit) -> Response:
        try:
            text, variables, operation = _read(body)
            document = weight.read(text)
            if errors := validate(self.schema, document, max_errors=20):
                return _refusal(errors)
            result = execute_sync(
                self.schema, document, context_value=visit, variable_values=variables, operation_name=operation
            )
        except GraphQLError as error:
            return _refusal([error])
        except RecursionError:
            return _refusal([GraphQLError("The request is nested too deeply.")])
        self.parts.database.faults("before_answer")
        return _result(result)


def _read(body: bytes) -> tuple[str, dict[str, Any], str | None]:
    """Document, variables and the operation's name. Raises GraphQLError."""
    try:
        asked = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise GraphQLError("The request's body is not JSON.") from None
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        raise GraphQLError("Must provide query string.")
    variables, operation = asked.get("variables"), asked.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(operation, str | None):
        raise GraphQLError("Variables are invalid JSON.")
    return asked["query"], variables or {}, operation or None


def _result(result: ExecutionResult) -> Response:
    """Errors that belong to no field are the request's own: HTTP 400. With a path: HTTP 200, and what was done."""
    errors = list(result.errors or ())
    if any(error.path is None for error in errors):
        return _refusal(errors)
    said = {"errors": [_shown(error) for error in errors]} if errors else {}
    return _json({**said, "data": result.data}, 200)


def _refusal(errors: list[GraphQLError]) -> Response:
    return _json({"errors": [_shown(error) for error in errors]}, 400)


def _shown(error: GraphQLError) -> dict[str, Any]:
    """An error as it may be told: of a failure inside only that there was one, and no value of a variable (a PIN)."""
    told: dict[str, Any] = dict(error.formatted)
    inner = error.original_error
    if inner is not None and not isinstance(inner, GraphQLError):
        LOG.error("a field failed", exc_info=inner)
        told["message"] = "Internal server error"
    elif error.path is None:
        told["message"] = told["message"].partition(" got invalid value")[0]
    return told


def _json(value: Any, status: int) -> Response:
    # In ASCII: a text may hold half a surrogate pair, which UTF-8 cannot.
    return Response(json.dumps(value).encode("ascii"), status, media_type="application/json")


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
