"""Whether a guest may run on this computer's own virtualisation, or must be played in software."""

import os
import subprocess
from functools import cache
from pathlib import Path

from .kernel import Kernel

TRY_S = 6.0
_DEVICE = Path("/dev/kvm")


@cache
def accelerator(qemu: str, kernel: Kernel) -> tuple[str, ...]:
    """QEMU's arguments. A device that is there may still hang, so a kernel without files is booted on it first: it ends
    by itself in a second."""
    software = ("-accel", "tcg,thread=multi", "-cpu", "max")
    hardware = ("-accel", "kvm", "-cpu", "host")
    if not os.access(_DEVICE, os.R_OK | os.W_OK):
        return software
    command = [qemu, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-nic", "none", "-m", "256"]
    try:
        done = subprocess.run(
            [*command, *hardware, "-kernel", str(kernel.image), "-append", "panic=-1"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=TRY_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return software
    return software if done.returncode else hardware
