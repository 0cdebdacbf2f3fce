"""A key event as the burst rule wants to see it, with the event to give back if a person typed it."""

import ctypes
import sys
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow

_X11_OFFSET = 8
_X11_LOCK, _WINDOWS_CAPS = 0x2, 0x100
_X11_LEVEL_3 = 0x80
_EXTENDED = {0x11C: 96, 0x135: 98, 0x11D: 97, 0x138: 100, 0x15B: 125, 0x15C: 126}
"""Windows scan codes of keys on the right that have a twin on the left -> evdev codes."""


@dataclass(slots=True, eq=False)
class Stroke:
    """One press or one release at one window; ``event`` is there once more than the question for shortcuts came."""

    window: QWindow
    event: QKeyEvent | None
    ident: int
    code: int
    text: str
    down: bool
    shift: bool
    ctrl: bool
    alt: bool
    meta: bool
    third: bool
    caps: bool
    repeat: bool


def copy_of(event: QKeyEvent) -> QKeyEvent:
    """The same event once more, with scan code, time, device and all: the original dies with its delivery."""
    copy = QKeyEvent(
        event.type(),
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
        event.device(),
    )
    copy.setTimestamp(event.timestamp())
    copy.setAccepted(event.isAccepted())
    return copy


def stroke_of(event: QKeyEvent, window: QWindow) -> Stroke:
    """What this event tells of a key."""
    code, modifiers = _evdev_code(event), event.modifiers()
    return Stroke(
        window=window,
        event=None if event.type() == QEvent.Type.ShortcutOverride else copy_of(event),
        ident=code or -int(event.key()),
        code=code,
        text=event.text(),
        down=event.type() != QEvent.Type.KeyRelease,
        shift=bool(modifiers & Qt.KeyboardModifier.ShiftModifier),
        ctrl=bool(modifiers & Qt.KeyboardModifier.ControlModifier),
        alt=bool(modifiers & Qt.KeyboardModifier.AltModifier),
        meta=bool(modifiers & Qt.KeyboardModifier.MetaModifier),
        third=not _on_windows() and bool(event.nativeModifiers() & _X11_LEVEL_3),  # Windows: Ctrl and Alt
        caps=bool(event.nativeModifiers() & (_WINDOWS_CAPS if _on_windows() else _X11_LOCK)),
        repeat=event.isAutoRepeat(),
    )


def event_ms(event: QKeyEvent) -> int:
    """When the key moved, in milliseconds of the system's event clock; 0 where nobody knows.

    On Windows Qt stamps key events when it handles them, so the message's own time is asked for.
    """
    if sys.platform == "win32" and _on_windows():
        return int(ctypes.windll.user32.GetMessageTime()) & 0xFFFFFFFF
    return int(event.timestamp())


def _on_windows() -> bool:
    return QGuiApplication.platformName() in ("windows", "direct2d")


def _evdev_code(event: QKeyEvent) -> int:
    code = event.nativeScanCode()
    if _on_windows():
        return _EXTENDED.get(code, 0 if code > 0xFF else code)
    return code - _X11_OFFSET if code > _X11_OFFSET else 0
