"""Any order of what people, networks, clocks and crashes do: the rules hold, and the checker agrees at the end."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from .machine_cares import CaredForMachine


def _machine(template: Path, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        type("Machine", (CaredForMachine,), {"template": template}),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=False,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )


def test_any_order_of_things(template: Path) -> None:
    _machine(template, 10, 25)


@pytest.mark.slow
def test_any_order_of_things_at_length(template: Path) -> None:
    _machine(template, 400, 40)
