"""Tells that secrets were taken from the environment into the keyring."""

from collections.abc import Callable, Sequence

from station.words import Tone, say

from .banner import Kind, Notice
from .connection_answers import Answers
from .window import Window

SHOWN_S = 20


def secrets_line(window: Window) -> Callable[[Sequence[str]], None]:
    """What tells it, called on any thread with the variables' names."""
    answers = Answers(window)

    def tell(variables: Sequence[str]) -> None:
        text = say("fleet.taken_now", n=len(variables), variables=", ".join(variables))
        answers.do(lambda: window.parts.banner.tell(Notice(Kind.WISH, Tone.DONE, text, seconds=SHOWN_S)))

    return tell
