"""What comes out of the loudspeaker: a null sink takes it, and its monitor records it."""

import os
import shutil
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from station.core.news import Heard
from station.ui.sounds import FOLDER

ROOT = Path(__file__).parents[2]
RATE = 44_100
SILENCE, GAP_S = 300, 0.25
Samples = np.ndarray[tuple[int], np.dtype[np.float64]]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="PulseAudio is needed")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A sound server of its own with a sink that nobody hears; gives the environment of its clients."""
    if not all(map(shutil.which, ("pulseaudio", "parec"))):
        pytest.skip("pulseaudio and parec (pulseaudio, pulseaudio-utils) are not on this machine")
    socket = tmp_path / "pulse"
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    env = os.environ | {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(runtime)}
    command = [
        "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-level=error",
        "--load=module-null-sink sink_name=desk",
        f"--load=module-native-protocol-unix socket={socket} auth-anonymous=1",
    ]
    running = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while not socket.exists():
            if running.poll() is not None or time.monotonic() > until:
                pytest.skip("pulseaudio does not start here")
            time.sleep(0.05)
        yield env | {"PULSE_SERVER": f"unix:{socket}"}
    finally:
        running.terminate()
        running.wait(10)


def recorded(env: dict[str, str], played: list[Heard]) -> Samples:
    """All that the sink took while the sounds were played."""
    record = ["parec", "--raw", "--format=s16le", f"--rate={RATE}", "--channels=1", "--device=desk.monitor",
              "--latency-msec=500"]
    with subprocess.Popen(record, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as recorder:
        taken: list[bytes] = []
        assert recorder.stdout is not None
        stream = recorder.stdout
        reader = threading.Thread(target=lambda: taken.append(stream.read()))
        reader.start()
        player = subprocess.run(
            [sys.executable, "-m", "tests.ui.sound_player", *played], cwd=ROOT, check=False, capture_output=True,
            env=env | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}, timeout=60, text=True,
        )
        time.sleep(0.5)
        recorder.terminate()
        reader.join()
    if player.returncode == 2:
        pytest.skip("Qt finds no sound device at this server")
    assert player.returncode == 0, player.stderr
    return np.frombuffer(b"".join(taken)[: len(b"".join(taken)) // 2 * 2], np.int16).astype(np.float64)


def pieces(samples: Samples) -> list[Samples]:
    """What was played, cut where it was silent for long."""
    loud = np.flatnonzero(np.abs(samples) > SILENCE)
    cuts = np.flatnonzero(np.diff(loud) > GAP_S * RATE)
    starts, ends = np.r_[loud[:1], loud[cuts + 1]], np.r_[loud[cuts], loud[-1:]]
    return [samples[start : end + 1] for start, end in zip(starts, ends, strict=True)]


def original(heard: Heard) -> Samples:
    with wave.open(str(FOLDER / f"{heard}.wav")) as sound:
        raw = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(np.float64)
        raw = raw[:: sound.getnchannels()]
        times = np.arange(0, len(raw) / sound.getframerate(), 1 / RATE)
        return np.interp(times, np.arange(len(raw)) / sound.getframerate(), raw)


def likeness(piece: Samples, sound: Samples) -> float:
    """How alike two sounds are at the best shift, 0 to 1."""
    size = len(piece) + len(sound)
    product = np.fft.irfft(np.fft.rfft(piece, size) * np.conj(np.fft.rfft(sound, size)), size)
    return float(np.abs(product).max() / (np.linalg.norm(piece) * np.linalg.norm(sound)))


def test_each_sound_comes_out_as_it_was_made_and_no_two_are_alike(server: dict[str, str]) -> None:
    played = [Heard.KEPT, Heard.REPEAT, Heard.PROBLEM, Heard.KEPT]
    found = pieces(recorded(server, played))
    assert len(found) == len(played)
    sounds = {heard: original(heard) for heard in Heard}
    for heard, piece in zip(played, found, strict=True):
        alike = {other: likeness(piece, sound) for other, sound in sounds.items()}
        assert max(alike, key=lambda other: alike[other]) is heard, alike
        assert alike[heard] > 0.75, alike
        assert all(value < 0.5 for other, value in alike.items() if other is not heard), alike
