"""The guest's first file system: just enough to reach this computer's files and go on there."""

import lzma
import subprocess
from collections.abc import Iterable
from pathlib import Path

from .kernel import Kernel, tool

NEEDED = ("virtio_pci", "9p", "9pnet_virtio", "overlay")
_FOLDER, _FILE, _NODE = 0o040755, 0o100755, 0o020600
_SHARE = "trans=virtio,version=9p2000.L,msize=524288"

INIT = f"""#!/bin/busybox sh
busybox mount -t devtmpfs dev /dev
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
while read -r name; do busybox insmod /modules/$name; done </modules/order
busybox mount -t 9p -o ro,{_SHARE},cache=loose host /below || exec busybox reboot -f
busybox mount -t tmpfs -o size=75% layer /layer
busybox mkdir /layer/upper /layer/work
busybox mount -t overlay -o lowerdir=/below,upperdir=/layer/upper,workdir=/layer/work overlay /whole
busybox mount -t tmpfs run /whole/run
busybox mkdir -p /whole/run/guest /whole/run/lock
busybox mount -t 9p -o {_SHARE},cache=none guest /whole/run/guest
for place in dev proc sys; do busybox mkdir -p /whole/$place; busybox mount -o move /$place /whole/$place; done
exec busybox switch_root /whole /bin/bash /run/guest/begin
"""


def make_initrd(kernel: Kernel, target: Path, init: str = INIT, needed: Iterable[str] = NEEDED) -> Path:
    """Write it (some megabytes). Modules go in unpacked, in the order in which they must be loaded.

    ``init`` is the first program, for a guest that goes on elsewhere than with this computer's files.
    """
    modules = list(_load_order(kernel, needed))
    entries: list[tuple[str, int, bytes]] = [
        (name, _FOLDER, b"") for name in ("bin", "dev", "proc", "sys", "below", "layer", "whole", "modules")
    ]
    entries += [("dev/console", _NODE, b""), ("bin/busybox", _FILE, kernel.busybox.read_bytes())]
    entries.append(("init", _FILE, init.encode()))
    entries.append(("modules/order", _FILE, "".join(f"{path.name}\n" for path in modules).encode()))
    entries += [(f"modules/{path.name}", _FILE, _unpack(path)) for path in modules]
    entries.append(("TRAILER!!!", 0, b""))
    target.write_bytes(b"".join(_entry(number, *entry) for number, entry in enumerate(entries, 1)))
    return target


def _load_order(kernel: Kernel, needed: Iterable[str]) -> Iterable[Path]:
    """The module files that are needed, each once, after those that it needs itself."""
    modprobe, depmod = tool("modprobe", "kmod"), tool("depmod", "kmod")
    if not (kernel.modules / kernel.release / "modules.dep").exists():
        subprocess.run([depmod, "-b", str(kernel.root), kernel.release], check=True, timeout=120)
    seen: dict[Path, None] = {}
    for name in needed:
        command = [modprobe, "-d", str(kernel.root), "-S", kernel.release, "--show-depends", name]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        seen |= {Path(line.split()[1]): None for line in said.splitlines() if line.startswith("insmod ")}
    return seen


def _unpack(module: Path) -> bytes:
    return lzma.decompress(module.read_bytes()) if module.suffix == ".xz" else module.read_bytes()


def _entry(number: int, name: str, mode: int, data: bytes) -> bytes:
    """One file of a cpio archive of the "newc" kind (Linux, Documentation/driver-api/early-userspace)."""
    major, minor = (5, 1) if mode == _NODE else (0, 0)
    path = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, major, minor, len(path), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + path
    return _padded(head) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
