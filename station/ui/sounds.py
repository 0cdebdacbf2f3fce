"""Three short sounds: kept, repeat, problem; silent where this machine has no sound."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLoggingCategory, QObject, QUrl, Slot

from station.core.news import Heard, ScanHeard

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QSoundEffect

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "sounds"


class Sounds(QObject):
    """Plays the sound of what was heard; of several at once the one that matters most."""

    def __init__(self, volume: float = 1.0, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._volume = volume
        self.fails: Callable[[ScanHeard], bool] = lambda _heard: False
        """Whether a label of the station's own cannot be obeyed: it was kept, and still it is no good news."""
        self._effects: dict[Heard, QSoundEffect] = {}

    @Slot()
    def load(self) -> None:
        """Read the sounds; call it after the first painting, for Qt's sound library is slow to load."""
        if self._volume <= 0:
            return
        # It complains of every library that is missing, from inside the system's loader: a message handler in Python
        # would then wait for another thread that holds Python and waits for the loader. So it is told to be silent.
        QLoggingCategory.setFilterRules("qt.multimedia*=false")
        try:
            from PySide6.QtMultimedia import QMediaDevices, QSoundEffect  # start-up speed, and it may be missing

            if QMediaDevices.defaultAudioOutput().isNull():
                return
        except ImportError:
            return
        for heard in Heard:
            effect = QSoundEffect(self)
            effect.setSource(QUrl.fromLocalFile(str(FOLDER / f"{heard}.wav")))
            effect.setVolume(self._volume)
            self._effects[heard] = effect

    @Slot(object)
    def hear(self, heard: tuple[ScanHeard, ...]) -> None:
        """Play one sound for the scans that came together."""
        kinds = {Heard.PROBLEM if one.command and self.fails(one) else one.heard for one in heard}
        kind = next((kind for kind in (Heard.PROBLEM, Heard.REPEAT, Heard.KEPT) if kind in kinds), None)
        if kind in self._effects:
            self._effects[kind].play()
