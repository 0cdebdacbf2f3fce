"""Virtual X screens for programs that a test or a measurement starts and looks at from outside."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def screen() -> Iterator[str]:
    """A virtual X screen of 1280x800; gives its DISPLAY. RuntimeError where Xvfb is missing or does not start."""
    reader, writer = os.pipe()
    # -noreset: else it starts anew when its last client goes, and throws the next one out that comes meanwhile
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]
    try:
        server = subprocess.Popen(command, pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        os.close(reader)
        raise RuntimeError("Xvfb is not on this machine") from None
    finally:
        os.close(writer)
    try:
        with os.fdopen(reader) as told:
            number = told.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)
