"""``station``: the window without arguments, else the command line."""

import sys


def main() -> int:
    """The program's one entry; gives its exit status."""
    if len(sys.argv) > 1:
        # Imported here: the window needs no command line, and the command line no window.
        from station.cli import run

        return run(sys.argv[1:])
    from station.starting import start_window

    return start_window()


if __name__ == "__main__":
    sys.exit(main())
