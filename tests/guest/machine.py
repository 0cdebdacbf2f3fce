"""The guest itself: started, listened to, waited for, killed."""

import secrets
import shlex
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Self

import pytest

from .acceleration import accelerator
from .disks import Disk
from .initrd import make_initrd
from .kernel import MissingError, find_kernel, tool

_BEGIN = """export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb
cd / || exit
mkdir -p /usr/lib/modules /dev/pts /dev/shm
mount --bind {modules} /usr/lib/modules
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
ip link set lo up
hostname guest
modprobe -a virtio_blk ext4
(sleep {seconds:.0f}; echo b >/proc/sysrq-trigger) & # where nobody is left to pull the plug
{udev}
stty -F /dev/ttyS1 raw -echo
bash /run/guest/script </dev/null >/dev/ttyS1 2>&1
status=$?
sync
echo "{mark} $status" >/dev/ttyS1
echo b >/proc/sysrq-trigger
sleep 60
"""
_UDEV = """rm -rf /run/udev; mkdir -p /run/udev
/lib/systemd/systemd-udevd --daemon
"""


class GuestError(AssertionError):
    """The guest did not do what was waited for; the message ends with what its kernel said last."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a script ended: its exit status, what it printed, and the seconds from power on."""

    status: int
    lines: tuple[str, ...]
    seconds: float


def guest_or_skip(*args: object, **options: object) -> "Guest":
    """A guest as ``Guest`` makes it; skips the test, with the reason, where this computer cannot have one."""
    try:
        return Guest(*args, **options)  # type: ignore[arg-type]
    except MissingError as error:
        pytest.skip(str(error))


class Guest:
    """One guest for one script; see the package. Raises ``MissingError`` when it is made."""

    def __init__(
        self, script: str, disks: Sequence[Disk] = (), memory_mb: int = 2048, seconds: float = 300, *,
        udev: bool = False, cpus: int = 2, on_line: Callable[[str], None] = lambda _line: None,
    ) -> None:
        """``seconds`` is the limit for everything from power on."""
        self._qemu = tool("qemu-system-x86_64", "qemu-system-x86")
        self._kernel = find_kernel()
        self.folder = Path(mkdtemp(prefix="guest-"))
        self.lines: list[str] = []
        self._script, self._disks, self._udev, self._seconds = script, tuple(disks), udev, seconds
        self._size = ["-m", str(memory_mb), "-smp", str(cpus)]
        self._on_line = on_line
        self._mark = f"guest-{secrets.token_hex(8)}"
        self._told = threading.Condition()
        self._status: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._began = 0.0

    def run(self) -> Ended:
        """Power on, wait for the script's end, clean up. Raises ``GuestError`` where there is none in time."""
        with self:
            self.start()
            return self.wait()

    def start(self) -> None:
        """Power on; returns at once."""
        (self.folder / "script").write_text(self._script + "\n", encoding="utf-8")
        begin = _BEGIN.format(
            modules=shlex.quote(str(self._kernel.modules)), udev=_UDEV if self._udev else "", mark=self._mark,
            seconds=self._seconds + 60,
        )  # fmt: skip
        (self.folder / "begin").write_text(begin, encoding="utf-8")
        command = self._command(make_initrd(self._kernel, self.folder / "initrd"))
        self._began = time.monotonic()
        with (self.folder / "qemu").open("wb") as said:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said)
        self._reader = threading.Thread(target=self._listen, name="guest", daemon=True)
        self._reader.start()

    def wait_for(self, words: str, seconds: float | None = None) -> str:
        """The first line that holds the words. Raises ``GuestError`` when the time is up or the guest ends before."""
        found: list[str] = []

        def is_there() -> bool:
            found[:] = [line for line in self.lines if words in line]
            return bool(found) or self._is_over()

        self._wait(is_there, seconds)
        if not found:
            raise GuestError(f"the guest did not say {words!r} in time" + self._last_words())
        return found[0]

    def wait(self, seconds: float | None = None) -> Ended:
        """The script's end. Raises ``GuestError`` where the time is up or the guest stopped without it."""
        self._wait(self._is_over, seconds)
        if self._status is None:
            raise GuestError("the guest did not come to its end" + self._last_words())
        return Ended(self._status, tuple(self.lines), time.monotonic() - self._began)

    def kill(self) -> None:
        """Pull the plug. May be called twice, and after the end."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._reader is not None:
            self._reader.join()

    def console(self) -> str:
        """What the kernel has said."""
        log = self.folder / "console"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _command(self, initrd: Path) -> list[str]:
        shared = "security_model=none,multidevs=remap"
        disks = [word for number, disk in enumerate(self._disks) for word in disk.arguments(number)]
        return [
            self._qemu, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-nic", "none",
            *accelerator(self._qemu, self._kernel), *self._size,
            "-kernel", str(self._kernel.image), "-initrd", str(initrd),
            "-append", "console=ttyS0 panic=-1 quiet loglevel=5 mitigations=off",
            "-serial", f"file:{self.folder / 'console'}", "-serial", "stdio", "-monitor", "none",
            "-fsdev", f"local,id=host,path=/,readonly=on,{shared}",
            "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
            "-fsdev", f"local,id=guest,path={self.folder},{shared}",
            "-device", "virtio-9p-pci,fsdev=guest,mount_tag=guest", "-device", "virtio-rng-pci", *disks,
        ]  # fmt: skip

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for raw in output:
                self._hear(raw.decode("utf-8", "replace").rstrip("\r\n"))
        self._process.wait()
        with self._told:
            self._told.notify_all()

    def _hear(self, line: str) -> None:
        status = line.partition(self._mark)[2].strip()
        with self._told:
            if status.isdigit():
                self._status = int(status)
            else:
                self.lines.append(line)
            self._told.notify_all()
        if not status.isdigit():
            self._on_line(line)

    def _is_over(self) -> bool:
        return self._status is not None or (self._process is not None and self._process.poll() is not None)

    def _wait(self, happened: Callable[[], bool], seconds: float | None) -> None:
        left = self._began + self._seconds - time.monotonic()
        with self._told:
            self._told.wait_for(happened, left if seconds is None else min(left, seconds))

    def _last_words(self) -> str:
        said = (self.folder / "qemu").read_text("utf-8", "replace") if (self.folder / "qemu").exists() else ""
        return "\n" + "\n".join([*self.lines[-20:], *self.console().splitlines()[-20:], said[-500:]])
