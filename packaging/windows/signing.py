"""Signs programs where a certificate is given: with osslsigncode, or with Windows' own signtool."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from .launcher import BuildError

PASSWORD = "PASSWORD"  # noqa: S105 - where the password is found, not the password
_TITLE = "Claiming Station"


@dataclass(frozen=True, slots=True)
class Signature:
    """A tool, a PFX file (none: nothing is signed) and a time stamp server's address (none: no stamp)."""

    tool: str
    certificate: Path | None
    time_server: str


def command(signature: Signature, path: Path, signed: Path) -> list[str]:
    """How ``path`` is signed; osslsigncode writes ``signed``, signtool changes the file itself."""
    certificate = str(signature.certificate)
    if PureWindowsPath(signature.tool).stem.lower() == "signtool":
        stamp = ["/tr", signature.time_server, "/td", "sha256"] if signature.time_server else []
        password = ["/p", os.environ[PASSWORD]] if os.environ.get(PASSWORD) else []
        return [signature.tool, "sign", "/fd", "sha256", "/f", certificate, *password, *stamp, "/d", _TITLE, str(path)]
    stamp = ["-ts", signature.time_server] if signature.time_server else []
    password = ["-readpass", "-"] if os.environ.get(PASSWORD) else []
    how = ["-pkcs12", certificate, *password, "-h", "sha256", "-n", _TITLE, *stamp]
    return [signature.tool, "sign", *how, "-in", str(path), "-out", str(signed)]


def sign(signature: Signature, path: Path) -> None:
    """Sign the file in its place; nothing where there is no certificate. BuildError where the tool refuses."""
    if signature.certificate is None:
        return
    signed = path.with_suffix(".signed")
    words, password = command(signature, path, signed), os.environ.get(PASSWORD, "")
    done = subprocess.run(words, input=password, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{path.name} was not signed: {(done.stdout + done.stderr).strip()[-500:]}")
    if signed.exists():
        signed.replace(path)
