"""A camera whose pictures come from the test: v4l2loopback, built for the guest's kernel, and what is shown to it."""

import fcntl
import os
import shutil
import struct
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from station.vision.engines import Grey
from tests.guest.kernel import CACHE, MissingError, fetch, find_kernel, tool

NODE = Path("/dev/video9")
TITLE = "DeskCam"
WIDTH, HEIGHT = 1280, 720
_SET_FORMAT, _STREAM_ON = 0xC0D05605, 0x40045612
_OUTPUT, _SRGB = 2, 8
_YUYV = int.from_bytes(b"YUYV", "little")


def build_module(cache: Path = CACHE) -> Path:
    """The kernel module's file, built once from Debian's sources. Raises ``MissingError``."""
    release = find_kernel(cache).release
    built = cache / f"v4l2loopback-{release}.ko"
    if built.exists():
        return built
    make, _ = tool("make", "make"), tool("gcc", "gcc")
    headers = cache / f"headers-{release}"
    if not headers.exists():
        fetch([*_headers(release), "v4l2loopback-dkms"], headers)
    folder = headers / "usr" / "src" / f"linux-headers-{release}"
    makefile = folder / "Makefile"
    makefile.write_text(f"include {next(headers.glob('usr/src/linux-headers-*-common'))}/Makefile\n", "utf-8")
    source = next(headers.glob("usr/src/v4l2loopback-*"))
    done = subprocess.run(
        [make, "-C", str(folder), f"M={source}", "CC=gcc", "modules"], capture_output=True, text=True, timeout=600,
        check=False,
    )
    if done.returncode:
        raise MissingError(f"v4l2loopback cannot be built for {release}: {done.stderr.strip()[-300:]}")
    shutil.copyfile(source / "v4l2loopback.ko", built)
    return built


def _headers(release: str) -> list[str]:
    package = f"linux-headers-{release}"
    said = subprocess.run(
        [tool("apt-cache", "apt"), "depends", package], capture_output=True, text=True, timeout=60, check=False
    ).stdout
    words = [line.split()[1] for line in said.splitlines() if line.strip().startswith("Depends: linux-")]
    needed = [word for word in words if word.startswith(("linux-headers-", "linux-kbuild-"))]
    if not needed:
        raise MissingError(f"apt-get has no {package} any more: remove {CACHE}, then a newer kernel is fetched")
    return [package, *needed]


class Projector:
    """Shows pictures to the camera, ten a second, until the ``with`` ends."""

    def __init__(self) -> None:
        self._picture = b""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._show, name="projector", daemon=True)
        self.show(np.full((HEIGHT, WIDTH), 128, np.uint8))

    def show(self, picture: Grey) -> None:
        """A grey picture of 720 rows and 1280 columns."""
        grey = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        frame = np.full((HEIGHT, WIDTH, 2), 128, np.uint8)
        frame[:, :, 0] = cv2.cvtColor(grey, cv2.COLOR_BGR2YUV)[:, :, 0]
        self._picture = frame.tobytes()

    def __enter__(self) -> Self:
        self._file = os.open(NODE, os.O_WRONLY)
        about = struct.pack("=12I", WIDTH, HEIGHT, _YUYV, 1, WIDTH * 2, WIDTH * HEIGHT * 2, _SRGB, 0, 0, 0, 0, 0)
        fcntl.ioctl(self._file, _SET_FORMAT, struct.pack("=II", _OUTPUT, 0) + about.ljust(200, b"\0"))
        # Else the driver does not count this as a writer, and after its end takes no other.
        fcntl.ioctl(self._file, _STREAM_ON, struct.pack("=I", _OUTPUT))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        os.close(self._file)

    def _show(self) -> None:
        while not self._stopping.wait(0.1):
            os.write(self._file, self._picture)
