"""Plays the sounds of what was heard, one after the other, as the window does; tells when each was asked for."""

import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtMultimedia import QSoundEffect
from PySide6.QtWidgets import QApplication

from station.core.news import Heard, ScanHeard
from station.ui.sounds import Sounds

PAUSE_MS = 1_200


def main(wanted: list[Heard]) -> int:
    app = QApplication(sys.argv[:1])
    sounds = Sounds()
    sounds.load()
    if not sounds._effects:
        print("no sound device", flush=True)
        return 2
    until = time.monotonic() + 10
    while time.monotonic() < until and any(
        each.status() is not QSoundEffect.Status.Ready for each in sounds._effects.values()
    ):
        app.processEvents()
        time.sleep(0.01)
    print("ready", flush=True)

    def play(left: list[Heard]) -> None:
        if not left:
            app.quit()
            return
        sounds.hear((ScanHeard(left[0], None, "", "keyboard"),))
        QTimer.singleShot(PAUSE_MS, lambda: play(left[1:]))

    QTimer.singleShot(1_000, lambda: play(wanted))
    app.exec()
    return 0


if __name__ == "__main__":
    raise SystemExit(main([Heard(name) for name in sys.argv[1:]]))
