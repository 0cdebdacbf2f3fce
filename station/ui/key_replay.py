"""Gives held keys back to the window they were meant for, as if they had only now been pressed."""

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from .key_stroke import Stroke

_ANYWHERE, _WINDOW = Qt.ShortcutContext.ApplicationShortcut, Qt.ShortcutContext.WindowShortcut
_WIDGET = Qt.ShortcutContext.WidgetShortcut


def give_back(stroke: Stroke, send: Callable[[QWindow, QKeyEvent], None]) -> None:
    """Ask for a shortcut first, as Qt does, then press; a release is just released."""
    if not isValid(stroke.window):
        return
    if stroke.override is not None:
        stroke.override.setAccepted(False)
        send(stroke.window, stroke.override)
        if not stroke.override.isAccepted() and _run_shortcut(stroke.override):
            return
    if stroke.event is not stroke.override and isValid(stroke.window):
        send(stroke.window, stroke.event)


def _run_shortcut(event: QKeyEvent) -> bool:
    """Qt offers no way to ask its table of shortcuts, so the few that exist are looked through."""
    keys = QKeySequence(event.keyCombination())
    found = [item for item in _shortcuts() if keys in _keys(item) and _in_reach(item)]
    if len(found) != 1:
        return False
    item = found[0]
    if isinstance(item, QAction):
        item.trigger()
    else:
        item.activated.emit()
    return True


def _shortcuts() -> Iterator[QShortcut | QAction]:
    for top in QApplication.topLevelWidgets():
        if not top.parentWidget():
            yield from (item for item in top.findChildren(QShortcut) if item.isEnabled())
            yield from (item for item in top.findChildren(QAction) if item.isEnabled() and item.isVisible())


def _keys(item: QShortcut | QAction) -> list[QKeySequence]:
    return item.keys() if isinstance(item, QShortcut) else item.shortcuts()


def _in_reach(item: QShortcut | QAction) -> bool:
    if isinstance(item, QShortcut):
        return _any_in_reach([item.parent()], item.context())
    return _any_in_reach(item.associatedObjects(), item.shortcutContext())


def _any_in_reach(owners: Iterable[QObject | None], context: Qt.ShortcutContext) -> bool:
    widgets = [owner for owner in owners if isinstance(owner, QWidget)]
    if context == _ANYWHERE:
        return True
    if context == _WINDOW:
        active = QApplication.activeWindow()
        return any(widget.window() is active for widget in widgets)
    focus = QApplication.focusWidget()
    if focus is None:
        return False
    return any(widget is focus or (context != _WIDGET and widget.isAncestorOf(focus)) for widget in widgets)
