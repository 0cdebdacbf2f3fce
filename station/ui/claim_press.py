"""Pressing Claim: at once, asked again, or kept pressed, as the rules of claiming want it for what would be claimed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent

from station.words import Headline, Tone, say

from .banner import Kind, Notice
from .claiming_doors import HOLD, ClaimRules
from .destinations import destinations, listed
from .hold import HOLD_MS, Hold

if TYPE_CHECKING:
    from .commands import Commands
    from .window import Window

TOLD_S = 10
_KEY = Qt.Key.Key_F9
_ELSEWHERE = {QEvent.Type.ApplicationDeactivate, QEvent.Type.WindowDeactivate}


class ClaimPress(QObject):
    """Listens to the claim button and its key. ``rules`` are those in effect; none of them counts for what can be
    undone (``for_good``)."""

    def __init__(self, window: "Window", commands: "Commands") -> None:
        super().__init__(window)
        self._window, self._commands = window, commands
        self.rules: Callable[[], ClaimRules] = ClaimRules
        self.for_good: Callable[[], bool] = lambda: False
        self.hold = Hold(self)
        self._held_for = 0
        self._spent = False
        button = window.parts.claim
        button.pressed.connect(self._pressed)
        button.released.connect(self.hold.release)
        button.clicked.connect(self._clicked)
        self.hold.filled.connect(self._show)
        self.hold.full.connect(self._claim)
        self.hold.let_go.connect(self._say_let_go)
        window.state.changed.connect(self._doubt)

    @Slot()
    def by_key(self) -> None:
        """The key of Claim is pressed; its release is listened for."""
        if self._must_hold():
            if not self.hold.on:
                QCoreApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
            self._begin()
        else:
            self._press()

    @Slot()
    def _pressed(self) -> None:
        self._spent = False
        if self._must_hold():
            self._begin()

    @Slot()
    def _clicked(self) -> None:
        if not self._spent and not self._must_hold():
            self._press()

    @Slot()
    def _claim(self) -> None:
        """It was held for long enough; that the button is let go afterwards is no press of its own."""
        self._spent = self._window.parts.claim.isDown()
        self._commands.claim_now()

    def _press(self) -> None:
        self._commands.press_claim(large=self._is_large())

    def _begin(self) -> None:
        self._held_for = self._number()
        self._window.parts.banner.take_back(Kind.WISH)
        self.hold.press()

    def _number(self) -> int:
        return sum(place.count for place in destinations(self._window.state))

    def _is_large(self) -> bool:
        can = self._window.parts.claim.isEnabled() and bool(self._window.state.operator)
        return can and 0 < self.rules().confirm_above < self._number() and self.for_good()

    def _must_hold(self) -> bool:
        return self.rules().confirm_by == HOLD and not self._commands.is_asked("claim") and self._is_large()

    @Slot(object)
    def _show(self, share: float | None) -> None:
        self._window.parts.claim.fill(share)
        if share is None:
            QCoreApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
            self._window.story.ask(None)
        elif not share:
            target = listed(destinations(self._window.state))
            words = say("command.asked.claim", n=self._held_for).upper()
            line = say("claim.hold_line", s=f"{HOLD_MS / 1000:g}")
            self._window.story.ask(Headline(Tone.UNKNOWN, words, target, line))

    @Slot()
    def _say_let_go(self) -> None:
        _tell(self._window, say("claim.let_go", s=f"{HOLD_MS / 1000:g}"))

    @Slot()
    def _doubt(self) -> None:
        """What is held is about what was there when it was begun."""
        if self.hold.on and self._number() != self._held_for:
            self.hold.stop()
            _tell(self._window, say("claim.changed_while_held"))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """While the key is held: it is let go, pressed again by its own repeating, or the window is left."""
        if isinstance(event, QKeyEvent) and event.key() == _KEY and not event.isAutoRepeat():
            if event.type() is QEvent.Type.KeyRelease:
                self.hold.release()
            elif event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
                self.hold.press()
        elif event.type() in _ELSEWHERE:
            self.hold.release()
        return False


def _tell(window: "Window", text: str) -> None:
    window.parts.banner.tell(Notice(Kind.WISH, Tone.UNKNOWN, text, "", TOLD_S))
