"""Resident memory against a bare window: when ready, and after a look-up, a decoded picture and a minute."""

import time
from pathlib import Path

from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.started import BARE, ROOT, STATION, Started, home
from tests.benchmarks.typist import PERSON_GAP_S, SCANNER_GAP_S, Typist
from tests.screens import screen

SETTLED_S = 3.0
AT_WORK_S = 60.0
SCANNED = "c0ffee00000000000001"


def measure() -> list[Figure]:
    """Both programs on the same virtual X screen, one after the other."""
    with screen() as shown, home() as folder:
        with Started(BARE, Path(folder), DISPLAY=shown, QT_QPA_PLATFORM="xcb") as window:
            window.until("painted")
            time.sleep(SETTLED_S)
            bare = window.memory()
        with Started(STATION, Path(folder), DISPLAY=shown, QT_QPA_PLATFORM="xcb") as station:
            station.until_all("painted", "ready")
            began = time.monotonic()
            time.sleep(SETTLED_S)
            ready = station.memory()
            work(station, shown)
            time.sleep(max(0.0, AT_WORK_S - (time.monotonic() - began)))
            worked = station.memory()
    return [
        at_most("memory when ready, MB (yardstick: bare window)", ready, bare, 3),
        at_most("memory after a look-up, a picture and 60 s, MB (the same)", worked, bare, 4.5),
    ]


def work(station: Started, shown: str) -> None:
    """A scan with its look-up, then a picture opened by its dialogue, all by keys from outside."""
    typist = Typist(shown)
    try:
        typist.type(SCANNED, SCANNER_GAP_S)
        typist.press("Return")
        station.until("found", patience_s=20)
        typist.press("Control_L", "o")
        time.sleep(1)  # the dialogue opens
        typist.type(str(label_picture()), PERSON_GAP_S)
        typist.press("Return")
        station.until("decoded", patience_s=30)
    finally:
        typist.close()


def label_picture() -> Path:
    """A label picture of the sample delivery."""
    pictures = sorted((ROOT / "resources").rglob("*.png"))
    if not pictures:
        raise RuntimeError("no label picture in resources")
    return next((picture for picture in pictures if "label" in str(picture.relative_to(ROOT))), pictures[0])
