"""Renders the three sounds into resources/sounds; run it again after changing a note below."""

import math
import struct
import wave
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "sounds"
RATE = 44_100
FADE_S = 0.006

Note = tuple[float, float]
"""Hertz (0: a pause) and seconds."""

SOUNDS: dict[str, tuple[Note, ...]] = {
    "kept": ((1975.5, 0.085),),
    "repeat": ((1318.5, 0.06), (0, 0.045), (1318.5, 0.06)),
    "problem": ((392.0, 0.16), (261.6, 0.26)),
}


def render(notes: tuple[Note, ...]) -> bytes:
    """Samples of 16 bits, one channel: each note with a soft second harmonic, faded in and out against clicks."""
    samples: list[int] = []
    for pitch, seconds in notes:
        count = int(seconds * RATE)
        for at in range(count):
            turn = 2 * math.pi * pitch * at / RATE
            fade = min(1.0, at / (FADE_S * RATE), (count - at) / (FADE_S * RATE))
            samples.append(round(32767 * 0.5 * fade * (0.8 * math.sin(turn) + 0.2 * math.sin(2 * turn))))
    return struct.pack(f"<{len(samples)}h", *samples)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, notes in SOUNDS.items():
        with wave.open(str(FOLDER / f"{name}.wav"), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(RATE)
            sound.writeframes(render(notes))


if __name__ == "__main__":
    main()
