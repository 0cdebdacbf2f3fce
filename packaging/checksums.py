"""Writes dist/SHA256SUMS: a line for each installer and list of parts that lies there."""

import hashlib
from pathlib import Path

DIST = Path(__file__).resolve().parents[1] / "dist"
ENDINGS = (".deb", ".rpm", ".exe", ".zip", ".cdx.json")


def main() -> None:
    lines = []
    for path in sorted(DIST.iterdir()):
        if path.is_file() and path.name.endswith(ENDINGS):
            with path.open("rb") as stream:
                lines.append(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {path.name}\n")
    (DIST / "SHA256SUMS").write_bytes("".join(lines).encode())
    print("".join(lines), end="")


if __name__ == "__main__":
    main()
