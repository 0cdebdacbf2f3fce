"""What a person wishes of the queue, posted to the desk; the answers come back as news."""

from collections.abc import Callable

from . import verbs
from .bridge import DeskDoor
from .desk_state import DeskState


class QueueWishes:
    """Posts what only the queue panel offers; waits for nothing."""

    def __init__(self, desk: DeskDoor, state: DeskState) -> None:
        self._desk, self._state = desk, state

    def pause(self, connection: str) -> None:
        self._desk.do(verbs.pauses.pause, connection)

    def resume(self, connection: str) -> None:
        self._desk.do(verbs.pauses.resume, connection)

    def move(self, batch: str, by: int) -> None:
        """Let a batch go so many places earlier (below 0) or later."""
        self._desk.do(verbs.queue.move, batch, by, self._state.operator)

    def batch(self, deed: str, batch: str) -> None:
        """Carry out "pause_batch", "resume_batch", "send_first" or "take_back_batch" for one batch."""
        verb: Callable[..., object] = getattr(verbs.queue, deed)
        self._desk.do(verb, batch, self._state.operator)
