"""Writes the manual page station(1) from the command line itself."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from commands import Argument, Command, Option, read

EXIT = (
    ("0", "All done; what is ours already counts as done."),
    ("1", "Some refused."),
    ("2", "Bad usage, or settings that cannot be read."),
    ("3", "Queued: no backend was reached."),
    ("4", "Some unknown or held."),
)
ENVIRONMENT = (
    ("STATION_HOME", "A folder for all of the station's data, settings and logs, instead of the platform's own."),
    ("STATION_STATE", "A folder for the small file that tells this machine from a copy of its disk."),
    ("STATION_SECRET_<CONNECTION>_<FIELD>", "A connection's secret, where there is no keyring."),
    ("STATION_SEAL_KEY", "Seals secrets that wait in the queue, where there is no keyring."),
    ("STATION_PASSPHRASE", "Opens the file of sealed secrets."),
    ("STATION_SERVER_TOKEN", "The token that \\fBstation serve\\fR asks of desks."),
    ("QT_QPA_PLATFORM", "What the window is shown on: xcb, wayland or offscreen."),
)
FILES = (
    ("~/.config/claiming-station/settings.toml", "Settings: connections, targets, scanners."),
    ("~/.local/share/claiming-station/", "Databases, receipts and the label sheet."),
    ("~/.local/state/claiming-station/", "Logs, and what tells this machine from a copy."),
    ("/usr/lib/udev/rules.d/60-claiming-station.rules", "Lets who sits at the computer read scanners."),
)


def page(version: str, when: datetime) -> str:
    """The page as roff text."""
    top = read()
    return "\n".join(_lines(top, version, when)) + "\n"


def _lines(top: Command, version: str, when: datetime) -> Iterator[str]:
    yield f'.TH STATION 1 "{when:%Y-%m-%d}" "claiming-station {_text(version)}" "User Commands"'
    yield from (".SH NAME", "station \\- scan, check and claim connected devices")
    yield from (".SH SYNOPSIS", ".B station", "[\\fIFILE\\fR...]", ".br")
    yield from (".B station", "\\fICOMMAND\\fR", "[\\fIoption\\fR]...")
    yield from (".SH DESCRIPTION", _text(
        "Without a command the window opens, and takes in the pictures, PDF files and lists that are named. Where a "
        "window is open already, it comes to the front and takes them in. A command does its work without a window."))
    yield from (".SH OPTIONS", *_options(top.options), *_option(Option(("--help",), "Show what there is, and end.")))
    yield ".SH COMMANDS"
    for command in top.all():
        if command.words and not command.below:
            yield from _section(command)
        elif command.words:
            yield from (f".SS {' '.join(command.words)} ...", _text(command.help))
    for title, rows in (("EXIT STATUS", EXIT), ("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES)):
        yield f".SH {title}"
        for name, told in rows:
            yield from (".TP", f".B {_text(name)}", told if "\\fB" in told else _text(told))


def _section(command: Command) -> Iterator[str]:
    """A heading with what is typed, then what it does and its options."""
    typed = " ".join([*command.words, *map(_shown, command.arguments)])
    yield from (f'.SS "{_text(typed)}"', _text(command.help), *_options(command.options))


def _shown(argument: Argument) -> str:
    return argument.name if argument.required else f"[{argument.name}]"


def _options(options: tuple[Option, ...]) -> Iterator[str]:
    for option in options:
        yield from _option(option)


def _option(option: Option) -> Iterator[str]:
    value = f" \\fI{_text(option.value)}\\fR" if option.value else ""
    names = ", ".join(f"\\fB{_text(name)}\\fR{value}" for name in option.names)
    default = f" Otherwise: {option.default}." if option.default else ""
    yield from (".TP", names, _text(f"{option.help}{default}".strip() or "-"))


def _text(text: str) -> str:
    """Roff takes a backslash, a minus and a dot or apostrophe at the start of a line for something else."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...").replace("\n", " ")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    sys.stdout.write(page(sys.argv[1], datetime.fromtimestamp(int(sys.argv[2]), UTC)))
