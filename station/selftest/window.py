"""Whether the real window can be built, painted and looked at, without a screen."""

from station.commands.running import start
from station.folders import Folders
from station.parts import assemble
from station.settings import Settings

SIZE = (1024, 768)
FEWEST_COLOURS = 8
"""A window that is painted has more: an empty one has one."""


def show(folders: Folders, on_screen: bool = False) -> str:
    """Show the window of a running desk, in memory or on the screen, and look at what it paints."""
    # Imported here: the other steps need no window, and this one may be the one that fails.
    from station.ui.offscreen import application, colours_of, platform_name, turn_until
    from station.ui.window import Window, WindowSettings

    application("" if on_screen else "offscreen")
    station = assemble(Settings(), folders)
    start(station)
    try:
        window = Window(station.desk, WindowSettings(volume=0.0))
        painted: list[bool] = []
        window.painted.connect(lambda: painted.append(True))
        window.resize(*SIZE)
        window.show()
        if not turn_until(lambda: bool(painted), 10):
            raise RuntimeError("the window was not painted within 10 s")
        colours = colours_of(window)
        window.bridge.stop()
        window.close()
    finally:
        station.open_services()
        station.stop()
    window.deleteLater()  # only now: the desk's thread may be about to tell it something until it has ended
    turn_until(lambda: False, 0.05)
    if colours < FEWEST_COLOURS:
        raise RuntimeError(f"the window paints {colours} colours only")
    return f"{SIZE[0]}x{SIZE[1]} on {platform_name()}, {colours} colours"
