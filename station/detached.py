"""A process that outlives the one that starts it."""

import subprocess
import sys
from typing import Any


def start_detached() -> None:
    """Start the station in a process of its own that outlives this one."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "station"]
    alone: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        alone = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    subprocess.Popen(  # noqa: S603 - this program itself
        program, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=True, **alone
    )
