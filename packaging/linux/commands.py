"""The command line as it is, read from the program: the manual page and the shells' completion are made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILES = ("F", "FILE", "PICTURE…", "FOLDER")
"""What stands for a file's or folder's name in the command line's own help."""


@dataclass(frozen=True, slots=True)
class Option:
    """``names`` are its spellings, ``value`` stands for what it takes (empty: it takes nothing)."""

    names: tuple[str, ...]
    help: str
    value: str = ""
    is_file: bool = False
    default: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    is_file: bool
    required: bool


@dataclass(frozen=True, slots=True)
class Command:
    """``words`` are what is typed after the program's name; a family has commands below it."""

    words: tuple[str, ...]
    help: str
    options: tuple[Option, ...]
    arguments: tuple[Argument, ...]
    below: "tuple[Command, ...]"

    @property
    def name(self) -> str:
        return self.words[-1] if self.words else "station"

    def all(self) -> "Iterator[Command]":
        """This one and all below it, in the order in which the help lists them."""
        yield self
        for command in self.below:
            yield from command.all()


def read() -> Command:
    """The whole command line of the program in this tree."""
    from typer.main import get_command

    from station.cli import app

    return _command(get_command(app), ())


def _command(found: Any, words: tuple[str, ...]) -> Command:
    options, arguments = [], []
    for each in found.params:
        if getattr(each, "hidden", False):
            continue
        if each.opts[0].startswith("-"):
            options.append(_option(each))
        else:
            name = each.metavar or each.name.upper()
            arguments.append(Argument(name, _is_file(each), bool(each.required)))
    below = [
        _command(one, (*words, name)) for name, one in getattr(found, "commands", {}).items() if not one.hidden
    ]
    return Command(words, found.help or "", tuple(options), tuple(arguments), tuple(below))


def _option(found: Any) -> Option:
    names = (*found.opts, *found.secondary_opts)
    if found.is_flag:
        default = found.opts[0] if found.secondary_opts and found.default else ""
        return Option(names, found.help or "", default=default)
    told = "" if found.default in (None, "", 0.0) else f"{found.default:g}" if isinstance(found.default, float) \
        else str(found.default)
    return Option(names, found.help or "", found.metavar or found.name.upper(), _is_file(found), told)


def _is_file(found: Any) -> bool:
    annotation = found.type_descriptor.annotation
    return found.metavar in FILES or annotation is Path or Path in getattr(annotation, "__args__", ())
