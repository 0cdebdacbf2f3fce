"""The server keeps to its own description, whatever schemathesis makes up from it."""

import asyncio
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS

from tests.server.desks import TOKEN, desk_at, new_key, practice_app

KEPT = ["not_a_server_error", "status_code_conformance", "response_schema_conformance"]
EXAMPLES = 6
"""For each call of the API."""


def test_made_up_calls_are_answered_as_described(url: str) -> None:
    app = practice_app(url)
    schema = schemathesis.openapi.from_dict(app.openapi())
    operations = [operation.ok() for operation in schema.get_all_operations()]
    seen: set[int] = set()

    with asyncio.Runner() as runner:

        async def call(sent: dict[str, Any]) -> Any:
            async with desk_at(app) as desk:
                return await desk.client.request(**sent)

        def try_out(operation: Any) -> None:
            @settings(
                max_examples=EXAMPLES,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                database=None,
            )
            @given(case=operation.as_strategy())
            def one(case: Any) -> None:
                sent = case.as_transport_kwargs(base_url="http://station", headers={"Authorization": f"Bearer {TOKEN}"})
                sent["headers"] = dict(sent["headers"]) | {"Idempotency-Key": new_key()}
                sent.pop("cookies", None)
                answer = runner.run(call(sent))
                seen.add(answer.status_code)
                case.validate_response(
                    answer, checks=CHECKS.get_by_names(KEPT)
                )

            one()

        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        try:
            for operation in operations:
                try_out(operation)
        finally:
            runner.run(lifespan.__aexit__(None, None, None))
    assert len(operations) == 15
    assert {200, 404} <= seen
