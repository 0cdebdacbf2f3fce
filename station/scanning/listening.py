"""All that reads at this desk: the keyboard from the first moment, the other scanners once a scan can be kept."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from station.scanning.hearing import Hearing, keyboard_wanted
from station.scanning.recording import Keep, Recorder
from station.settings import ScannerSettings

if TYPE_CHECKING:
    import numpy as np

    from station.parts import Station
    from station.scanning.doors import ScannersHere
    from station.scanning.hub import Scanning
    from station.ui.key_filter import KeyTrouble

OnWindow = Callable[[Callable[[], object]], object]
"""Has something done on the window's thread; returns at once."""


class Listening:
    """Begun and ended by the window. All scans go to the desk by ``recorder.keep``."""

    def __init__(
        self, app: Any, station: "Station", post: Keep, told: Callable[[bool], None],
        on_trouble: Callable[["KeyTrouble"], None],
    ) -> None:
        """``app`` is Qt's application object, ``post`` hands a scan to the desk; ``told`` hears whether what types is
        heard."""
        self._station = station
        self.recorder = Recorder(post, station.clock.now)
        wanted = keyboard_wanted(station.settings)
        self.hearing = Hearing(app, wanted, self.recorder.keep, station.clock.now, told, on_trouble)
        self.scanning: Scanning | None = None

    def open(self, on_window: OnWindow) -> "ScannersHere":
        """Begin to read with all scanners that are set up; gives the doors of their panel."""
        # Imported once the window is ready: the keyboard needs none of it.
        from station.scanning.doors import ScannersHere
        from station.scanning.hub import Scanning
        from station.scanning.making import Making

        station = self._station
        making = Making(station.credentials, station.desk, station.clock.now, _late_pages)
        scanning = Scanning(station.settings.scanners, self.recorder.keep, making, self.hearing.line)
        scanning.note = self.recorder.note
        self.scanning = scanning
        scanning.start()

        def change_keyboard(wanted: ScannerSettings) -> None:
            on_window(lambda: self.hearing.change(wanted))

        return ScannersHere(station, scanning, self.recorder, change_keyboard)

    def stop(self) -> None:
        """Let all devices go; may take two seconds. The keyboard is heard until ``end``."""
        if self.scanning is not None:
            self.scanning.stop()
        self.recorder.end()

    def end(self) -> None:
        """For the window's thread."""
        self.hearing.end()


def _late_pages(data: bytes) -> "Iterator[np.ndarray[Any, np.dtype[np.uint8]]]":
    # Imported with the first PDF: numpy is slow to import.
    from station.ui.pdf_pages import grey_pages

    return grey_pages(data)
