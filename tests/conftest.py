"""What every test has: no screen, a home of its own, no keyring, and no thread left running behind it."""

import gc
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from station.ui.plain_imports import restore
from tests.screens import screen

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before anything imports Qt; a desktop's own choice must not count
restore()  # Qt's import looks into modules that another thread is just importing

THREAD_GRACE_S = 2.0
"""How long a thread may take to end after its test, before it counts as left behind."""

settings.register_profile(
    "quick",
    deadline=None,  # a busy machine is no failure
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("quick"), derandomize=False, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """Fail a test that leaves a thread running; the threads of wider fixtures were there before it."""
    before = set(threading.enumerate())
    yield
    until = time.monotonic() + THREAD_GRACE_S
    for thread in _new_threads(before):
        thread.join(max(0.0, until - time.monotonic()))
    left = [thread.name for thread in _new_threads(before)]
    if left:
        pytest.fail(f"threads left running: {', '.join(left)}", pytrace=False)


def _new_threads(before: set[threading.Thread]) -> list[threading.Thread]:
    # A dummy is Python's note of a thread that Qt or another library began; it cannot be joined.
    return [one for one in threading.enumerate() if one not in before and not _is_dummy(one)]


def _is_dummy(thread: threading.Thread) -> bool:
    return type(thread).__name__ == "_DummyThread"


@pytest.fixture(autouse=True)
def _garbage_of_windows() -> Iterator[None]:
    """A window takes the search for garbage over, for the whole process: between its tests nobody else would search."""
    yield
    if not gc.isenabled():
        gc.collect(1)


@pytest.fixture(autouse=True)
def _home_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the test away from the data, the settings, the secrets and the keyring of whoever runs it."""
    folder = tmp_path_factory.mktemp("station")
    for name in [name for name in os.environ if name.startswith("STATION_") and name != "STATION_LABELS"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STATION_HOME", str(folder / "home"))
    monkeypatch.setenv("STATION_STATE", str(folder / "state"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture(scope="session")
def labels_folder() -> Path:
    """The folder of label photographs: the one that STATION_LABELS names, else ../shared/labels beside the project."""
    named = os.environ.get("STATION_LABELS")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "labels"
    if not (folder / "index.json").is_file():
        pytest.skip(f"no label photographs in {folder}: STATION_LABELS names another folder")
    return folder


@pytest.fixture
def virtual_screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A virtual X screen for programs that the test starts; gives its DISPLAY, which they inherit."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not on this machine")
    with screen() as display:
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        yield display
