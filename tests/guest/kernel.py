"""The guest's kernel: Debian's own package, fetched once, unpacked, never installed."""

import platform
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

CACHE = Path(__file__).parents[2] / "build" / "guest"
FETCH_S = 600


class MissingError(Exception):
    """What this computer lacks for a guest, in one sentence."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """``release`` as uname tells it; below ``root`` the packages lie as below / of a computer that has them."""

    release: str
    root: Path

    @property
    def image(self) -> Path:
        return self.root / "boot" / f"vmlinuz-{self.release}"

    @property
    def modules(self) -> Path:
        """The folder that holds the release's own."""
        return self.root / "lib" / "modules"

    @property
    def busybox(self) -> Path:
        return next(path for path in (self.root / "bin/busybox", self.root / "usr/bin/busybox") if path.exists())


def find_kernel(cache: Path = CACHE) -> Kernel:
    """The newest kernel in the cache; where there is none it is fetched. Raises ``MissingError``."""
    if platform.machine() not in ("x86_64", "AMD64"):
        raise MissingError(f"a guest needs a computer of the x86-64 kind, this is {platform.machine()}")
    with _alone(cache):
        if not (kernels := _unpacked(cache)):
            images = _depends("linux-image-amd64")
            fetch([*images, "busybox-static"], cache / "kernel")
            kernels = _unpacked(cache)
        if not kernels:
            raise MissingError(f"the kernel package was not understood: nothing bootable in {cache / 'kernel'}")
        return kernels[-1]


def tool(name: str, package: str) -> str:
    """The path of a program, also where only root looks. Raises ``MissingError``."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        raise MissingError(f"{name} is not on this computer: apt-get install {package}, or packaging/setup.sh hardware")
    return found


def fetch(packages: list[str], folder: Path) -> None:
    """Download packages with apt-get and unpack them into a new folder, all or none. Raises ``MissingError``."""
    apt, unpack = tool("apt-get", "apt"), tool("dpkg-deb", "dpkg")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix="fetch-") as name:
        done = subprocess.run([apt, "-q", "download", *packages], cwd=name, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=FETCH_S, check=False)  # fmt: skip
        if done.returncode:
            said = next((line for line in reversed(done.stderr.splitlines()) if line.startswith("E:")), done.stderr)
            raise MissingError(f"apt-get could not download {' '.join(packages)} (try apt-get update): {said.strip()}")
        root = Path(name) / "root"
        for package in sorted(Path(name).glob("*.deb")):
            subprocess.run([unpack, "-x", package.name, "root"], cwd=name, check=True, timeout=FETCH_S)
        root.rename(folder)


def _depends(package: str) -> list[str]:
    """The packages that one without content of its own stands for."""
    apt = tool("apt-cache", "apt")
    said = subprocess.run([apt, "depends", package], capture_output=True, text=True, timeout=60, check=False).stdout
    found = [line.split()[1] for line in said.splitlines() if line.strip().startswith("Depends: linux-")]
    if not found:
        raise MissingError(f"apt-get knows no package {package} here: a guest needs Debian's packages (apt-get update)")
    return found


def _unpacked(cache: Path) -> list[Kernel]:
    root = cache / "kernel"
    if (root / "usr" / "lib" / "modules").is_dir() and not (root / "lib").exists():
        (root / "lib").symlink_to("usr/lib")
    releases = (image.name.removeprefix("vmlinuz-") for image in sorted((root / "boot").glob("vmlinuz-*")))
    return [Kernel(release, root) for release in releases if (root / "lib" / "modules" / release).is_dir()]


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """One process at a time fetches; the others wait for it."""
    # Imported here: a guest is made on Linux only, and the tests are collected elsewhere too.
    import fcntl

    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
