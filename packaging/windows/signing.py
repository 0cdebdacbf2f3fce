"""Signs programs where a certificate is given: with osslsigncode, or with Windows' own signtool.

    PYTHONPATH=packaging python -m windows.signing TOOL CERTIFICATE TIME-SERVER PROGRAM
"""

import os
import subprocess
import sys
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


def uninstaller_line(signature: Signature) -> str:
    """What lets NSIS have the uninstaller signed before it is packed, and stop where that fails; nothing where there is
    no certificate. BuildError where a word would break the script."""
    if signature.certificate is None:
        return ""
    told = [signature.tool, str(signature.certificate.resolve()), signature.time_server]
    words = [sys.executable, "-m", "windows.signing", *told]
    if any(set(word) & set("'\"`$%\n\r") for word in words):
        raise BuildError("a path to sign with has a quote, a $ or a % in it, which NSIS would read as its own")
    # Windows' own shell takes the first and the last quote off a line that begins with one.
    begin = "call " if os.name == "nt" else ""
    return f"!uninstfinalize '{begin}" + " ".join(f'"{word}"' for word in words) + " \"%1\"' = 0"


def main() -> int:
    """Sign one program; 1 with a sentence where it cannot be signed."""
    tool, certificate, time_server, program = sys.argv[1:]
    try:
        sign(Signature(tool, Path(certificate), time_server), Path(program))
    except BuildError as error:
        print(f"windows: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
