"""Runs a command in a guest and prints what it says: python -m tests.guest [--udev] 'COMMAND'."""

import sys

from .kernel import MissingError
from .machine import Guest, GuestError


def main(words: list[str]) -> int:
    udev = words[:1] == ["--udev"]
    script = " ".join(words[udev:]) or "uname -a"
    try:
        ended = Guest(script, udev=udev, on_line=lambda line: print(line, flush=True)).run()
    except (MissingError, GuestError) as error:
        print(error, file=sys.stderr)
        return 125
    print(f"exit status {ended.status} after {ended.seconds:.1f} s", file=sys.stderr)
    return ended.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
