"""Makes the keys that sign the index of versions, and signs one.

    python packaging/sign_index.py keys FOLDER
    python packaging/sign_index.py sign DRAFT --key FILE [--key FILE] --output FILE [--days 60]

``keys`` writes ``updates-private.pem`` (keep it away from the web server; STATION_SIGNING_PASSPHRASE seals it) and
prints the public key, as ``[updates] public_key`` takes it. ``sign`` takes a draft in TOML::

    channel = "stable"

    [[releases]]
    version = "1.2.0"
    published = 2026-11-20T10:00:00Z
    notes_url = "https://example.com/notes/1.2.0.html"
    [releases.installers.windows-x86_64]        # linux-deb-x86_64, linux-rpm-x86_64
    url = "claiming-station-1.2.0-setup.exe"    # whole, or beside the index
    file = "dist/claiming-station-1.2.0-setup.exe"

``file`` (as seen from the draft) is measured and not published. The index holds for ``--days``: sign it anew before
they are over, or desks say that it is out of date. Its serial number is the time in seconds, and higher than that of
the index it replaces; where that one was signed with the wrong clock, ``--serial`` helps.
"""

import argparse
import hashlib
import json
import os
import sys
import tomllib
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cryptography.hazmat.primitives import serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402

from station.updates.index import DOMAIN, FORMAT, VERSION, IndexProblemError, key_id, read_index  # noqa: E402

PASSPHRASE = "STATION_SIGNING_PASSPHRASE"  # noqa: S105 - the variable's name
PRIVATE = "updates-private.pem"


class SigningError(Exception):
    """Nothing was written; the text says why."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    keys = commands.add_parser("keys")
    keys.add_argument("folder", type=Path)
    sign = commands.add_parser("sign")
    sign.add_argument("draft", type=Path)
    sign.add_argument("--key", type=Path, action="append", required=True)
    sign.add_argument("--output", type=Path, required=True)
    sign.add_argument("--days", type=int, default=60)
    sign.add_argument("--serial", type=int, default=0)
    asked = parser.parse_args()
    try:
        if asked.command == "keys":
            print(make_keys(asked.folder))
        else:
            print(sign_index(asked.draft, asked.key, asked.output, asked.days, asked.serial))
    except (SigningError, OSError, ValueError, IndexProblemError) as error:
        sys.stderr.write(f"sign_index: {error}\n")
        return 1
    return 0


def make_keys(folder: Path) -> str:
    """A fresh pair of keys: the private one in a new file of its owner's alone, the public one as text."""
    key = Ed25519PrivateKey.generate()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PRIVATE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # one that is there is never replaced
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, _sealing()))
    return public_of(key)


def public_of(key: Ed25519PrivateKey) -> str:
    return b64encode(key.public_key().public_bytes_raw()).decode("ascii")


def sign_index(draft: Path, keys: list[Path], output: Path, days: int, serial: int = 0) -> str:
    """Write the signed index, read back as a desk reads it; gives a line that says what it holds."""
    now = datetime.now(UTC).replace(microsecond=0)
    told = tomllib.loads(draft.read_text("utf-8"))
    body = {
        "serial": serial or max(int(now.timestamp()), _serial_of(output) + 1),
        "channel": told.get("channel", "stable"),
        "issued": now.isoformat(),
        "expires": (now + timedelta(days=days)).isoformat(),
        "releases": [_release(each, draft.parent) for each in told.get("releases", ())],
    }
    signed = json.dumps(body, sort_keys=True).encode("utf-8")
    opened = [_open_key(path) for path in keys]
    envelope = {
        "format": FORMAT, "version": VERSION, "signed": b64encode(signed).decode("ascii"),
        "signatures": [
            {"key": key_id(key.public_key().public_bytes_raw()),
             "signature": b64encode(key.sign(DOMAIN + signed)).decode("ascii")} for key in opened
        ],
    }
    data = json.dumps(envelope, indent=1).encode("utf-8") + b"\n"
    for key in opened:
        read_index(data, public_of(key), body["channel"], now)
    fresh = output.with_name(f".{output.name}.new")
    fresh.write_bytes(data)
    fresh.replace(output)
    return f"{output.name}: serial {body['serial']}, {len(body['releases'])} releases, good until {body['expires']}"


def _release(told: dict[str, Any], folder: Path) -> dict[str, Any]:
    try:
        published = told["published"]
        moment = published if isinstance(published, datetime) else datetime.fromisoformat(published)
        if moment.tzinfo is None:
            raise SigningError(f"{told['version']}: published needs a time zone")
        return {
            "version": told["version"], "published": moment.isoformat(), "notes_url": told.get("notes_url", ""),
            "installers": {name: _installer(each, folder) for name, each in told["installers"].items()},
        }
    except (KeyError, TypeError) as error:
        raise SigningError(f"a release of the draft lacks {error}") from error


def _installer(told: dict[str, Any], folder: Path) -> dict[str, Any]:
    if "file" not in told:
        return {"url": told["url"], "sha256": told["sha256"], "size": told["size"]}
    with (folder / told["file"]).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return {"url": told["url"], "sha256": digest, "size": stream.tell()}


def _serial_of(path: Path) -> int:
    """The serial number of the index that is replaced; 0 where there is none."""
    try:
        return int(json.loads(b64decode(json.loads(path.read_bytes())["signed"]))["serial"])
    except FileNotFoundError:
        return 0
    except (ValueError, LookupError, TypeError) as error:
        raise SigningError(f"{path.name} is there and is no index") from error


def _open_key(path: Path) -> Ed25519PrivateKey:
    told = os.environ.get(PASSPHRASE)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), told.encode() if told else None)
    except TypeError as error:
        raise SigningError(f"{path.name}: {error} ({PASSPHRASE})") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningError(f"{path.name} is no Ed25519 key")
    return key


def _sealing() -> serialization.KeySerializationEncryption:
    told = os.environ.get(PASSPHRASE)
    return serialization.BestAvailableEncryption(told.encode()) if told else serialization.NoEncryption()


if __name__ == "__main__":
    sys.exit(main())
