"""Three short sounds, and silence where a machine has none."""

import sys
import wave

import pytest
from pytestqt.qtbot import QtBot

from station.core.news import Heard, ScanHeard
from station.ui.sounds import FOLDER, Sounds


@pytest.mark.parametrize("heard", list(Heard))
def test_every_sound_is_a_short_wave_that_begins_and_ends_softly(heard: Heard) -> None:
    with wave.open(str(FOLDER / f"{heard}.wav")) as sound:
        seconds = sound.getnframes() / sound.getframerate()
        frames = sound.readframes(sound.getnframes())
    assert 0.05 < seconds < 0.5
    assert frames[:2] == b"\x00\x00"
    assert abs(int.from_bytes(frames[-2:], "little", signed=True)) < 1_000


def test_without_qt_multimedia_it_is_silent(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    sounds = Sounds()
    sounds.load()
    sounds.hear((ScanHeard(Heard.KEPT, None, "", ""),))
