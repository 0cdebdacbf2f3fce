"""``station``: the window without arguments or with files to open, else the command line."""

import sys
from pathlib import Path


def main() -> int:
    """The program's one entry; gives its exit status."""
    arguments = sys.argv[1:]
    if arguments and not all(map(_is_file, arguments)):
        # Imported here: the window needs no command line, and the command line no window.
        from station.cli import run

        return run(arguments)
    from station.starting import start_window

    return start_window(arguments)


def _is_file(argument: str) -> bool:
    """Whether an argument names a file that is there; no command's name holds a dot or a slash, as files' names do."""
    return any(sign in argument for sign in "./\\") and Path(argument).is_file()


if __name__ == "__main__":
    sys.exit(main())
