"""A station that is closed before its services are open waits for nothing: nothing was sent."""

import time
from typing import Any, cast

from station.backends.base import Backend
from station.core.errors import NotSentError
from station.desk.network import Network


async def never() -> None:
    raise AssertionError("nothing leaves before the services are open")


def test_what_waits_for_the_services_is_given_back_at_once() -> None:
    told: list[BaseException | None] = []
    network = Network()
    network.start()
    network.submit(cast(Backend, object()), never, lambda _result, error: told.append(error))
    began = time.monotonic()
    network.stop(wait_s=30)
    assert time.monotonic() - began < 10
    assert [type(error) for error in told] == [NotSentError]


def test_what_comes_after_the_stop_is_given_back_too() -> None:
    told: list[Any] = []
    network = Network()
    network.start()
    network.stop(wait_s=1)
    network.submit(cast(Backend, object()), never, lambda _result, error: told.append(error))
    assert [type(error) for error in told] == [NotSentError]
