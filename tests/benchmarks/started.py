"""A program with a window, started to be measured: its events, with the time each arrived, and its memory."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import Empty, Queue
from types import TracebackType
from typing import Self

import psutil

ROOT = Path(__file__).parents[2]
BARE = [sys.executable, str(Path(__file__).parent / "yardsticks" / "bare_window.py")]
STATION = [sys.executable, "-m", "station"]
PATIENCE_S = 60.0


class Started:
    """One running program; its events are the JSON lines that it writes on standard error.

    Times are taken here, when a line arrives: alike for every program, whatever clock it reads itself.
    ``home`` keeps the station's data from one start to the next.
    """

    def __init__(self, command: list[str], home: Path, **environment: str) -> None:
        told = {"STATION_HOME": str(home / "home"), "STATION_STATE": str(home / "state"), "STATION_TIMINGS": "1"}
        self._events: Queue[tuple[str, float] | None] = Queue()
        self._said: list[str] = []
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"} | told | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, name="events")
        self._reader.start()

    def until(self, event: str, patience_s: float = PATIENCE_S) -> float:
        """Milliseconds from the start to the event; RuntimeError where it does not come."""
        return self.until_all(event, patience_s=patience_s)[event]

    def until_all(self, *events: str, patience_s: float = PATIENCE_S) -> dict[str, float]:
        """The same for several events, in whichever order they come."""
        times: dict[str, float] = {}
        until = time.monotonic() + patience_s
        while missing := [event for event in events if event not in times]:
            try:
                got = self._events.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                raise RuntimeError(f"not told within {patience_s:.0f} s: {', '.join(missing)}") from None
            if got is None:
                last = self._said[-1] if self._said else "it said nothing"
                raise RuntimeError(f"the program ended before it told: {', '.join(missing)} ({last})")
            times.setdefault(*got)
        return times

    def memory(self) -> float:
        """Resident memory of the program and what it started, in MB."""
        process = psutil.Process(self._process.pid)
        return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)]) / 1e6

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            at = (time.perf_counter() - self._began) * 1000
            try:
                self._events.put((str(json.loads(line)["event"]), at))
            except (ValueError, KeyError, TypeError):
                self._said.append(line.strip()[:200])
        self._events.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stderr is not None:
            self._process.stderr.close()


def home() -> tempfile.TemporaryDirectory[str]:
    """A folder for the station's data, gone afterwards."""
    return tempfile.TemporaryDirectory(prefix="station-bench-", ignore_cleanup_errors=True)
