"""The server keeps to its own description, whatever schemathesis makes up from it."""

from collections.abc import Iterator

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from starlette.testclient import TestClient

from tests.server.desks import TOKEN, practice_app


@pytest.fixture
def app(url: str) -> Iterator[FastAPI]:
    app = practice_app(url)
    with TestClient(app):
        yield app
