"""Key strokes from outside a program, as a scanner or a person makes them, on an X screen of its own."""

import time
from typing import Any

SCANNER_GAP_S = 0.002
PERSON_GAP_S = 0.12
SMALL_PX = 100
"""No window of the program is as narrow."""


class Typist:
    """Types into the topmost window of a screen that has no window manager."""

    def __init__(self, screen: str) -> None:
        from Xlib import XK, display  # only the measurements on a screen need it

        self._display = display.Display(screen)
        self._names = XK

    def type(self, text: str, gap_s: float) -> None:
        """Type ASCII text, key by key."""
        self._focus()
        for character in text:
            self._stroke(ord(character), gap_s)

    def press(self, *names: str) -> None:
        """Press one chord by X's key names: ``press("Control_L", "o")``."""
        self._focus()
        codes = [self._code(self._names.string_to_keysym(name))[0] for name in names]
        self._send(codes, PERSON_GAP_S)

    def size(self) -> tuple[int, int]:
        """Pixels of the topmost window, width and height."""
        shown = self._topmost().get_geometry()
        return shown.width, shown.height

    def close(self) -> None:
        self._display.close()

    def _stroke(self, symbol: int, gap_s: float) -> None:
        code, shifted = self._code(symbol)
        shift = [self._code(self._names.XK_Shift_L)[0]] if shifted else []
        self._send([*shift, code], gap_s)

    def _code(self, symbol: int) -> tuple[int, bool]:
        code, level = min(self._display.keysym_to_keycodes(symbol), key=lambda found: found[1])
        return code, level == 1

    def _send(self, codes: list[int], gap_s: float) -> None:
        from Xlib import X
        from Xlib.ext import xtest

        for code in codes:
            xtest.fake_input(self._display, X.KeyPress, code)
        for code in reversed(codes):
            xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.sync()
        time.sleep(gap_s)

    def _focus(self) -> None:
        """Give the topmost window the keyboard, as a window manager would."""
        from Xlib import X

        self._topmost().set_input_focus(X.RevertToParent, X.CurrentTime)
        self._display.sync()
        time.sleep(PERSON_GAP_S)

    def _topmost(self) -> Any:
        shown = [window for window in self._display.screen().root.query_tree().children if _is_shown(window)]
        if not shown:
            raise RuntimeError("no window is shown")
        return shown[-1]


def _is_shown(window: Any) -> bool:
    """Whether X shows this window, and it is more than a tip; no where it has gone since the windows were listed."""
    from Xlib import X
    from Xlib.error import BadDrawable, BadWindow

    try:
        shown: bool = window.get_attributes().map_state == X.IsViewable and window.get_geometry().width > SMALL_PX
    except (BadDrawable, BadWindow):
        return False
    return shown
