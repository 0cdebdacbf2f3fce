"""What stands on the sheet of command labels: the commands, this desk's own targets and operators, and the tests."""

from collections.abc import Iterable

from station.core.target import Target
from station.labels import Command
from station.labels.grammars.commands import command_text
from station.scanners.framing.calibration import SEPARATED, SHORT, WHOLE
from station.ui.label_sheet import Card, Code, Section
from station.words import say

_PLAIN = (
    (Command.CLAIM, "ready"), (Command.CONFIRM, "done"), (Command.UNDO, "undo"), (Command.NEXT_BATCH, "next"),
    (Command.CLEAR, "clear"), (Command.HELP, "unknown"),
)


def sections(targets: Iterable[Target], operators: Iterable[str]) -> list[Section]:
    """All labels of the sheet. A target that may not be claimed into, or that no label can hold, is left out."""
    commands = [
        Card(Code.SQUARE, command_text(command), say(f"labels.command.{command}"), say(f"labels.line.{command}"), sign)
        for command, sign in _PLAIN
    ]
    places = [
        Card(Code.SQUARE, command_text(Command.TARGET, each.id), each.title or each.id,
             each.path if each.path != each.title else "", "target")
        for each in targets
        if each.may_claim is not False and fits(each.id)
    ]
    people = [
        Card(Code.SQUARE, command_text(Command.OPERATOR, each), each, "", "person") for each in operators if fits(each)
    ]
    tests = [
        Card(Code.SQUARE, WHOLE, say("labels.calibration"), say("labels.calibration_line"), "scanner"),
        Card(Code.SEPARATED, SEPARATED, say("labels.separated"), say("labels.separated_line"), "scanner"),
        Card(Code.BARS, SHORT, say("labels.bars"), "", "scanner"),
    ]
    found = [
        Section(say("labels.commands"), tuple(commands)), Section(say("labels.targets"), tuple(places)),
        Section(say("labels.operators"), tuple(people)), Section(say("labels.tests"), tuple(tests)),
    ]
    return [each for each in found if each.cards]


def fits(argument: str) -> bool:
    """Whether a label can carry it: what ``labels`` reads back is the same text."""
    return bool(argument) and argument == argument.strip() and len(argument) <= 200 and argument.isprintable()
