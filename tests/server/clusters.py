"""A PostgreSQL cluster of its own in a temporary folder, from the system's own package."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAIT_S = 60


class NoPostgres(Exception):
    """Why there is no cluster on this machine."""


def programs() -> Path:
    """The folder with initdb and postgres: Debian keeps it off the PATH. Raises NoPostgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise NoPostgres("PostgreSQL's programs are not on this machine: apt-get install postgresql")
    return Path(on_path).resolve().parent


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Start a cluster that listens on a socket in ``folder`` alone; gives the URL of its database."""
    bin_, data = programs(), folder / "data"
    user = _unprivileged(folder)
    _run([*user, str(bin_ / "initdb"), "-D", str(data), "-U", "station", "-A", "trust", "-E", "UTF8", "--no-sync"])
    command = [str(bin_ / "postgres"), "-D", str(data), "-k", str(folder), "-c", "listen_addresses="]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*user, *command, "-F"], stdout=log, stderr=log, cwd=folder)
    try:
        _wait(bin_, folder, server)
        yield f"postgresql+psycopg://station@/postgres?host={folder}"
    finally:
        _stop(data, server)


def _unprivileged(folder: Path) -> list[str]:
    """initdb refuses root: as root, run it as the package's own user."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return []
    runuser = shutil.which("runuser")
    if runuser is None:
        raise NoPostgres("initdb refuses root, and runuser is not on this machine")
    try:
        shutil.chown(folder, "postgres", "postgres")
    except LookupError as error:
        raise NoPostgres("initdb refuses root, and there is no user postgres") from error
    return [runuser, "-u", "postgres", "--"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=WAIT_S, check=False)
    if done.returncode:
        raise NoPostgres(done.stderr.strip()[-500:])


def _wait(bin_: Path, folder: Path, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + WAIT_S
    ask = [str(bin_ / "pg_isready"), "-q", "-h", str(folder), "-U", "station"]
    while subprocess.run(ask, check=False).returncode:
        if server.poll() is not None or time.monotonic() > until:
            raise NoPostgres((folder / "log").read_text(errors="replace")[-500:])
        time.sleep(0.1)


def _stop(data: Path, server: "subprocess.Popen[bytes]") -> None:
    """Stop through the server's own number: a signal to runuser would not be passed on as it should."""
    pid_file = data / "postmaster.pid"
    if server.poll() is None and pid_file.exists():
        os.kill(int(pid_file.read_text().split()[0]), 2)  # fast shutdown
    server.wait(WAIT_S)
