"""Sends keys to a window the way Qt does: the question for shortcuts, the press, the release, each with its time."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QWidget

from tests.scanners.keyboard_model import ALT, BACKSPACE, CTRL, ENTER, SHIFT, TAB, Tap, Timed

_KEYS = {
    ENTER: Qt.Key.Key_Return,
    TAB: Qt.Key.Key_Tab,
    BACKSPACE: Qt.Key.Key_Backspace,
    SHIFT: Qt.Key.Key_Shift,
    CTRL: Qt.Key.Key_Control,
    ALT: Qt.Key.Key_Alt,
}
_X11_OFFSET, _X11_LOCK = 8, 2

Layer = Callable[[str], str]


def event_of(kind: QEvent.Type, tap: Tap, at: int, layer: Layer = str) -> QKeyEvent:
    """The event that X11 makes of this key; ``layer`` is what the computer's layout makes of a US character."""
    modifiers = Qt.KeyboardModifier.NoModifier
    for on, flag in (
        (tap.shift, Qt.KeyboardModifier.ShiftModifier),
        (tap.ctrl, Qt.KeyboardModifier.ControlModifier),
        (tap.alt, Qt.KeyboardModifier.AltModifier),
    ):
        modifiers |= flag if on else Qt.KeyboardModifier.NoModifier
    text = layer(tap.text) if tap.text.isprintable() else tap.text
    plain = chr(ord(text) | 0x40) if len(text) == 1 and text < " " else text
    key = _KEYS.get(tap.code) or (ord(plain.upper()[0]) if len(plain) == 1 else 0)
    lock = _X11_LOCK if tap.caps else 0
    event = QKeyEvent(kind, int(key), modifiers, tap.code + _X11_OFFSET, 0, lock, text, tap.repeat)
    event.setTimestamp(at)
    return event


def send(target: QWidget, keys: Iterable[Timed], layer: Layer = str) -> None:
    """All keys at once, however far apart their times are: only the events' own times count."""
    window = target.window().windowHandle()
    assert isinstance(window, QWindow)
    for at, tap in sorted(keys, key=lambda pair: pair[0]):
        if not tap.down:
            QCoreApplication.sendEvent(window, event_of(QEvent.Type.KeyRelease, tap, at, layer))
            continue
        asked = event_of(QEvent.Type.ShortcutOverride, tap, at, layer)
        asked.setAccepted(False)
        QCoreApplication.sendEvent(window, asked)
        QCoreApplication.sendEvent(window, event_of(QEvent.Type.KeyPress, tap, at, layer))
