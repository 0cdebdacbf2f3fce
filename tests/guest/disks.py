"""Disks of a guest: files of this computer, with a file system in them."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .kernel import tool


@dataclass(frozen=True, slots=True)
class Disk:
    """A raw image; ``cache`` is QEMU's word for what becomes of the guest's flushes (see the package)."""

    image: Path
    cache: str = "writeback"

    def arguments(self, number: int) -> list[str]:
        drive = f"file={str(self.image).replace(',', ',,')},format=raw,if=none,id=disk{number},cache={self.cache}"
        return ["-drive", drive, "-device", f"virtio-blk-pci,drive=disk{number}"]


def make_ext4(image: Path, megabytes: int = 256, options: str = "") -> Path:
    """An empty ext4 file system in a new image. ``options`` go to mke2fs' -E. Raises ``MissingError``."""
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    command = [tool("mke2fs", "e2fsprogs"), "-q", "-F", "-t", "ext4", *(["-E", options] if options else [])]
    subprocess.run([*command, str(image)], check=True, stdin=subprocess.DEVNULL, timeout=60)
    return image
