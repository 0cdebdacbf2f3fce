"""A guest that is booted once, put aside when its program is ready, and taken up again for every run."""

import os
import select
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.guest.initrd import make_initrd
from tests.guest.kernel import find_kernel, tool
from tests.guest.machine import GuestError

from .root import make_root, python_inside

NEEDED = ("virtio_pci", "virtio_blk", "virtio_net", "virtio_rng", "ext4")
BOOT_S = 1200.0
"""A minute or two, but not where many programs share two cores."""
INIT = """#!/bin/busybox sh
busybox mount -t devtmpfs dev /dev
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
while read -r name; do busybox insmod /modules/$name; done </modules/order
busybox ifconfig lo 127.0.0.1
busybox ifconfig eth0 10.0.2.15 netmask 255.255.255.0
busybox mkdir /system
busybox mount -t ext4 -o ro,noload /dev/vda /system
for place in dev proc sys; do busybox mount -o move /$place /system/$place; done
busybox mount -t tmpfs tmp /system/tmp
busybox mount -t tmpfs run /system/run
busybox stty -F /system/dev/ttyS1 raw -echo
export PATH=/bin HOME=/tmp LANG=C.UTF-8 PYTHONPATH=/project:/site PYTHONDONTWRITEBYTECODE=1
cd /system
exec busybox switch_root /system {python} -u -m tests.power.inside </system/dev/ttyS1 >/system/dev/ttyS1 2>&1
"""


@dataclass(frozen=True)
class Aside:
    """A guest put aside: what QEMU needs to take it up, and its memory in a file."""

    command: tuple[str, ...]
    memory: Path
    seconds: float


def put_aside(folder: Path, disk: str) -> Aside:
    """Boot a guest until its program is ready, with that data disk (QEMU's name for it). Raises ``GuestError``."""
    kernel, begun = find_kernel(), time.monotonic()
    root = make_root(folder, kernel)
    initrd = make_initrd(kernel, folder / "initrd", INIT.format(python=python_inside()), NEEDED)
    command = (
        tool("qemu-system-x86_64", "qemu-system-x86"), "-nodefaults", "-no-user-config", "-display", "none",
        "-no-reboot", "-accel", "tcg", "-cpu", "max", "-m", "512", "-smp", "1",
        "-kernel", str(kernel.image), "-initrd", str(initrd),
        "-append", "console=ttyS0 panic=-1 quiet loglevel=5 mitigations=off",
        "-serial", f"file:{folder / 'console'}", "-serial", "stdio",
        "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng-pci",
        "-drive", f"file={root},format=raw,if=none,id=root,readonly=on", "-device", "virtio-blk-pci,drive=root",
    )  # fmt: skip
    guest = Guest(command, disk, ("-monitor", f"unix:{folder / 'monitor'},server=on,wait=off"))
    with guest:
        if guest.listen(BOOT_S, "ready") != "ready":
            said = (folder / "console").read_text("utf-8", "replace")[-2000:]
            raise GuestError("the guest did not get ready\n" + "\n".join(guest.lines[-30:]) + said)
        memory = folder / "memory"
        _save(folder / "monitor", memory)
    return Aside(command, memory, time.monotonic() - begun)


def _save(monitor: Path, memory: Path) -> None:
    """Have QEMU write the guest's memory to a file, and wait for it."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(60)
        line.connect(str(monitor))
        said = b""
        line.sendall(f'migrate_set_parameter max-bandwidth 10G\nmigrate "exec:cat >{memory}"\n'.encode())
        until = time.monotonic() + 60
        while b"Migration status: completed" not in said:
            line.sendall(b"info migrate\n")
            time.sleep(0.1)
            said = (said + line.recv(65536))[-10000:]
            if b"failed" in said or time.monotonic() > until:
                raise GuestError(f"the guest cannot be put aside: {said.decode(errors='replace')}")


class Guest:
    """One QEMU. Killed at the end of the ``with``, or before."""

    def __init__(self, command: tuple[str, ...], disk: str, more: tuple[str, ...] = ()) -> None:
        self._command = (
            *command, "-drive", f"file={disk},format=raw,if=none,id=data,cache=writeback",
            "-device", "virtio-blk-pci,drive=data", *more,
        )  # fmt: skip
        self.lines: list[str] = []
        self._rest = b""

    @classmethod
    def take_up(cls, aside: Aside, disk: str) -> Self:
        """The guest as it was put aside, on a disk that has the same on it as the one before."""
        return cls(aside.command, disk, ("-monitor", "none", "-incoming", f"exec:cat {aside.memory}"))

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def tell(self, line: str, within_s: float = 60) -> None:
        """Hand over a line once the guest listens again: what is said while it is taken up is lost."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            self._send("\n")
            if self.listen(0.5, "listening"):
                self._send(f"{line}\n")
                return
        raise GuestError("the guest does not listen" + "\n".join(self.lines[-30:]))

    def _send(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def listen(self, seconds: float, *words: str, lines: int = 0) -> str:
        """Hear until a line is one of these words (it is given), or so many lines were heard, or time is up ("")."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            heard = self._hear(left)
            if heard is None:
                return ""
            self.lines.append(heard)
            if heard in words:
                return heard
            if lines and len(self.lines) >= lines:
                return ""
        return ""

    def _hear(self, seconds: float) -> str | None:
        """The next line; None where there is none in time or ever."""
        assert self._process.stdout is not None
        stream = self._process.stdout.fileno()
        until = time.monotonic() + seconds
        while b"\n" not in self._rest:
            ready, _, _ = select.select([stream], [], [], max(until - time.monotonic(), 0))
            part = os.read(stream, 65536) if ready else b""
            if not part:
                return None
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    def kill(self) -> None:
        """Pull the plug; what it had said by then is heard."""
        self._process.kill()
        self._process.wait()
        while (line := self._hear(0)) is not None:
            self.lines.append(line)
