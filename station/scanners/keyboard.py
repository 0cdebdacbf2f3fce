"""Keyboard-type scanners: what they type reaches the window, whose key filter hands each scan in here."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

from station.core.scan import Scan

from .base import Condition, Found, OnScan, OnState, Remedy, Scanner, State
from .base import Settings as ScannerSettings
from .keyboard_makers import advice_for, find_typing
from .keyboard_rule import BurstRule
from .keyboard_settings import KeyboardSettings
from .keyboard_table import Key

K = TypeVar("K", bound=Key)


class Keyboard(Scanner):
    """All keyboards and keyboard-type scanners of this computer, as one source: the system does not tell them apart."""

    name: ClassVar[str] = "keyboard"
    settings_type: ClassVar[type[ScannerSettings]] = KeyboardSettings

    def __init__(self, settings: KeyboardSettings | None = None) -> None:
        self.settings = settings or KeyboardSettings()
        self._on_scan: OnScan | None = None
        self._on_state: OnState | None = None

    @classmethod
    def find(cls) -> tuple[Found, ...]:
        """Scanners of known makers that only type, or that are in a mode of their maker's own."""
        return find_typing()

    @classmethod
    def remedy(cls, found: Found) -> Remedy | None:
        return advice_for(found)

    def rule(self, accepts: Callable[[str], bool], joins: Callable[[str], bool]) -> BurstRule[K]:
        """The rule that tells scans from typing, for whoever sees the keys.

        ``accepts`` knows a label's text, ``joins`` the first lines of a label that has several.
        """
        return BurstRule(self.settings, accepts, joins)

    def start(self, on_scan: OnScan, on_state: OnState) -> None:
        self._on_scan, self._on_state = on_scan, on_state
        on_state(State(Condition.READY))

    def stop(self, timeout: float = 2.0) -> bool:  # noqa: ARG002 - there is nothing to wait for
        """Nothing of its own runs: keys come in the window's thread."""
        self._on_scan = None
        if self._on_state is not None:
            self._on_state(State(Condition.STOPPED))
            self._on_state = None
        return True

    def deliver(self, scan: Scan) -> None:
        """A scan was told from typing."""
        if self._on_scan is not None:
            self._on_scan(scan)

    def tell_listening(self, listening: bool) -> None:
        """The window hears keys, or another one does."""
        if self._on_state is not None:
            self._on_state(State(Condition.READY if listening else Condition.BUSY))


SCANNER = Keyboard
