"""Labels that the station prints for itself: ``~CS~UNDO``, ``~CS~TARGET:oslo``, ``~CAL~…``."""

from ..base import Command, Label, Refusal, refuse
from ..masking import visible

__all__ = ["CALIBRATION_PREFIX", "COMMAND_PREFIX", "ORDER", "command_text", "read"]

ORDER = 100

COMMAND_PREFIX = "~CS~"
CALIBRATION_PREFIX = "~CAL~"
_WITH_ARGUMENT = frozenset({Command.TARGET, Command.OPERATOR})


def command_text(command: Command, argument: str = "") -> str:
    """What a label of the station's own says; ``read`` gives both back."""
    return f"{COMMAND_PREFIX}{command.upper()}" + (f":{argument}" if argument else "")


def read(text: str, _symbology: str) -> Label | None:
    if text.upper().startswith(CALIBRATION_PREFIX):
        rest = text[len(CALIBRATION_PREFIX):]
        return Label("commands", command=Command.CALIBRATE, argument=rest, shown=visible(text))
    if not text.upper().startswith(COMMAND_PREFIX):
        return None
    word, _, argument = text[len(COMMAND_PREFIX):].partition(":")
    argument = argument.strip()
    try:
        command = Command(word.strip().lower().replace("-", "_").replace(" ", "_"))
    except ValueError:
        return refuse("commands", text, Refusal.UNKNOWN_COMMAND)
    wanted = command in _WITH_ARGUMENT
    if command is Command.CALIBRATE or wanted != bool(argument) or len(argument) > 200 or not argument.isprintable():
        return refuse("commands", text, Refusal.UNKNOWN_COMMAND)
    return Label("commands", command=command, argument=argument, shown=visible(text))
