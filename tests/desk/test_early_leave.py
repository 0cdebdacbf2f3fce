"""A station that is closed before its services are open waits for nothing, and one that fails stops nobody else."""

import threading
import time
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

from station.backends.base import Backend, Settings
from station.core.errors import Cause, NotSentError
from station.desk.network import Network

WITHIN_S = 60


async def inside(_scope: object, _receive: object, _send: object) -> None:
    raise AssertionError("nothing is sent here")


def backend(app: Any = None) -> Backend:
    return Backend("v", Settings(), {}, lambda: datetime.now(UTC), app)


async def never() -> None:
    raise AssertionError("nothing leaves before the services are open")


async def answered() -> str:
    return "answered"


def test_what_waits_for_the_services_is_given_back_at_once() -> None:
    for waiting in (backend(), backend(inside)):
        told: list[BaseException | None] = []
        network = Network()
        network.start()
        network.submit(waiting, never, lambda _result, error, told=told: told.append(error))  # type: ignore[misc]
        began = time.monotonic()
        network.stop(wait_s=30)
        assert time.monotonic() - began < 10
        assert [type(error) for error in told] == [NotSentError]


def test_what_comes_after_the_stop_is_given_back_too() -> None:
    told: list[Any] = []
    network = Network()
    network.start()
    network.stop(wait_s=1)
    network.submit(backend(), never, lambda _result, error: told.append(error))
    assert [type(error) for error in told] == [NotSentError]


class Broken(AbstractAsyncContextManager[None]):
    async def __aenter__(self) -> None:
        raise OSError("disk I/O error")

    async def __aexit__(self, *_error: object) -> None:
        raise AssertionError("it never started")


def test_a_server_inside_that_does_not_start_stops_no_vendor() -> None:
    told: dict[str, tuple[Any, BaseException | None]] = {}
    both = threading.Semaphore(0)

    def tell(name: str, result: Any, error: BaseException | None) -> None:
        told[name] = (result, error)
        both.release()

    network = Network(lambda: [Broken])
    network.start()
    network.submit(backend(), answered, lambda *what: tell("vendor", *what))
    network.submit(backend(inside), never, lambda *what: tell("inside", *what))
    network.open_services()
    came = [both.acquire(timeout=WITHIN_S) for _ in range(2)]
    network.stop(wait_s=1)
    assert all(came)
    assert told["vendor"] == ("answered", None)
    error = told["inside"][1]
    assert isinstance(error, NotSentError)
    assert (error.cause, error.detail) == (Cause.NOT_RUNNING, "disk I/O error")
