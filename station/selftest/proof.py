"""Runs the steps one after the other, each in the same temporary folder, and says how each went."""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from station.commands.answers import Exit, note, put, put_json
from station.folders import Folders
from station.words import say

from . import listings, loop, pictures, port, resources, window
from .told import Told

Step = Callable[["Place"], Told | str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the self-test works: ``home`` is a temporary folder, ``folders`` those of a station in it.

    ``on_screen`` shows the window on this computer's screen instead of in memory.
    """

    home: Path
    on_screen: bool = False

    @property
    def folders(self) -> Folders:
        return Folders(self.home / "data", self.home / "config", self.home / "state", self.home / "logs")


STEPS: tuple[tuple[str, Step], ...] = (
    ("window", lambda place: window.show(place.folders, place.on_screen)),
    ("pictures", lambda _place: pictures.read_with_each_engine()),
    ("database", lambda place: loop.write_and_read(place.home)),
    ("server, look-up, dry run, claim, receipt", lambda place: loop.claim_one(place.folders, place.home)),
    ("server on a port", lambda place: port.serve_and_ask(place.home)),
    ("label families", lambda _place: listings.label_families()),
    ("scanners", lambda _place: listings.scanners()),
    ("backends", lambda _place: listings.backends()),
    ("dialects", lambda _place: listings.dialects()),
    ("reports", lambda _place: listings.reports()),
    ("verbs", lambda _place: listings.verbs()),
    ("modules", lambda _place: listings.modules()),
    ("migrations", lambda _place: resources.migrations()),
    ("translations", lambda _place: resources.translations()),
    ("sounds", lambda _place: resources.sounds()),
    ("files", lambda _place: resources.files()),
    ("keyrings", lambda _place: listings.keyrings()),
    ("keyring", lambda _place: resources.keyring_name()),
    ("seal", lambda _place: resources.seal()),
)


def prove(as_json: bool, on_screen: bool = False) -> Exit:
    """Take every step, whatever the others came to; 0 when all of them went well."""
    failures = 0
    with tempfile.TemporaryDirectory(prefix="station-self-test-", ignore_cleanup_errors=True) as home:
        for name, step in STEPS:
            began = time.monotonic()
            try:
                ok, told = True, step(Place(Path(home), on_screen))
            except Exception as error:  # the other steps are taken all the same
                ok, told = False, f"{type(error).__name__}: {error}"[:500]
                failures += 1
            _tell(name, ok, told if isinstance(told, Told) else Told(told), time.monotonic() - began, as_json)
    sys.stdout.flush()
    note(say("cli.self_test.failed", n=failures) if failures else say("cli.self_test.passed"))
    return Exit.REFUSED if failures else Exit.DONE


def _tell(name: str, ok: bool, told: Told, seconds: float, as_json: bool) -> None:
    if as_json:
        put_json({
            "step": name, "ok": ok, "detail": told.detail, "names": told.names, "seconds": round(seconds, 2)
        })
        return
    put(f"{say('cli.self_test.ok' if ok else 'cli.self_test.fails')}  {name}: {told.detail}")
