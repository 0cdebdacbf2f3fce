"""Each family of labels on the labels that it is for."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from station.labels import families, read

LABELS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "fixtures" / "families.toml").read_text(encoding="utf-8")
)["label"]


@pytest.mark.parametrize("row", LABELS, ids=lambda row: row["text"][:40])
def test_what_a_label_says(row: dict[str, Any]) -> None:
    label = read(row["text"], row.get("symbology", ""))

    assert label.family == row["family"]
    assert [identifier.key for identifier in label.identifiers] == row.get("names", [])
    assert label.refusal == row.get("refusal")
    assert label.command == row.get("command")
    assert label.argument == row.get("argument", "")
    assert dict(row.get("hints", {})).items() <= dict(label.hints).items()
    if "shown" in row:
        assert label.shown == row["shown"]
        assert label.has_secret == ("***" in row["shown"])
    first = label.identifiers[0] if label.identifiers else None
    assert list(first.missing if first else ()) == row.get("missing", [])
    if "pin" in row:
        secret = first.secret("pin") if first else None
        assert secret is not None
        assert secret.reveal() == row["pin"]
        assert label.has_secret


def test_there_is_a_label_for_every_family() -> None:
    unused = {listing.name for listing in families()} - {row["family"] for row in LABELS}
    assert not unused
    assert all(listing.available for listing in families())


@pytest.mark.parametrize("row", [row for row in LABELS if row.get("names")], ids=lambda row: row["text"][:40])
def test_an_identifier_written_out_is_read_back(row: dict[str, Any]) -> None:
    for identifier in read(row["text"], row.get("symbology", "")).identifiers:
        if not identifier.missing and not identifier.secrets and len(identifier.fields) == 1:
            text = f"cloud_id={identifier.text}" if identifier.kind == "cloud_id" else identifier.text
            assert read(text).identifiers == (identifier,)


def test_a_serial_number_in_a_matter_code_names_the_device() -> None:
    # version 0, vendor fff1, product 8000, passcode …, then a structure with tag 0 "1234567890"
    header = "Y.K9042C00KA0648G00"
    extra = bytes([0x15, 0x2C, 0x00, 0x0A]) + b"1234567890" + bytes([0x18])
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-."
    data = _decode38(header, alphabet) + extra
    text = "MT:" + _encode38(data, alphabet)

    label = read(text)

    assert [identifier.key for identifier in label.identifiers] == ["code:1234567890"]
    assert label.shown == "MT:***"
    assert label.has_secret


def _decode38(text: str, alphabet: str) -> bytes:
    out = b""
    for at in range(0, len(text), 5):
        chunk = text[at:at + 5]
        value = sum(alphabet.index(character) * 38**place for place, character in enumerate(chunk))
        out += value.to_bytes({5: 3, 4: 2, 2: 1}[len(chunk)], "little")
    return out


def _encode38(data: bytes, alphabet: str) -> str:
    out = ""
    for at in range(0, len(data), 3):
        chunk = data[at:at + 3]
        value = int.from_bytes(chunk, "little")
        for _ in range({3: 5, 2: 4, 1: 2}[len(chunk)]):
            value, digit = divmod(value, 38)
            out += alphabet[digit]
    return out
