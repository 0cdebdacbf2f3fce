"""What the window tells of the program itself: About, newer versions where an index is named, secrets taken in."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from station import __version__, about
from station.parts import Station
from station.ui.about_doors import AboutDoors, Update, UpdateDoors
from station.ui.about_panel import add_about
from station.ui.secrets_line import secrets_line
from station.ui.window import Window

if TYPE_CHECKING:
    from station.updates.watch import Watch


class Telling:
    """Belongs to a window and its station; ``stop`` when both end."""

    def __init__(self, window: Window, station: Station) -> None:
        self._tell: Callable[[Update], object] = lambda _update: None
        self._watch = self._begin_watch(station) if station.settings.updates.index else None
        folder = station.folders.databases(station.settings.is_practice) / "exports"
        updates: UpdateDoors | None = self._watch
        self._tell = add_about(window, AboutDoors(
            partial(about.facts, station.folders), about.parts, about.text_of, about.bill, folder, updates,
        ))
        station.tell_taken = secrets_line(window)
        if self._watch is not None:
            self._watch.start()

    def stop(self) -> None:
        if self._watch is not None:
            self._watch.stop()

    def _take(self, update: Update) -> None:
        self._tell(update)

    def _begin_watch(self, station: Station) -> "Watch":
        # Imported only where the settings name an index: most desks ask nobody.
        from station.updates.watch import Outside, Watch

        settings = station.settings
        return Watch(
            settings.updates, settings.ca_file, station.folders.state, __version__, Outside(station.clock.now),
            self._take,
        )
