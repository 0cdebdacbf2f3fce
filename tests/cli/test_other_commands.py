"""Pictures, receipts, targets, secrets, the register, the doctor and the self-test, as a script sees them."""

import csv
import io
from pathlib import Path

import pytest

from station.folders import resources

from .conftest import CLAIM, KIT, Cli, settings

LABELS = resources() / "labels"


def test_decode_gives_a_line_a_symbol(cli: Cli) -> None:
    told = cli("decode", str(LABELS / "kit.png"), "--json")
    assert told.status == 0
    (line,) = told.lines
    assert line["text"].endswith(KIT)
    assert set(line) == {"v", "picture", "text", "format", "symbology", "position", "milliseconds"}
    assert len(line["position"]) == 4
    assert line["milliseconds"] > 0


def test_decode_masks_what_is_secret(cli: Cli) -> None:
    told = cli("decode", str(LABELS / "wifi.png"))
    assert "***" in told.out
    assert "WIFI" in told.out


def test_decode_goes_on_after_a_bad_picture(cli: Cli, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture at all")
    told = cli("decode", str(bad), str(tmp_path / "missing.png"), str(LABELS / "kit.png"), "--json")
    assert (told.status, len(told.lines)) == (1, 1)
    assert "bad.png" in told.err
    assert "missing.png" in told.err


def test_decode_reads_pdf_pages(cli: Cli, tmp_path: Path) -> None:
    from PySide6.QtGui import QImage, QPainter, QPdfWriter

    from station.ui.offscreen import application

    application()
    path = tmp_path / "label.pdf"
    writer = QPdfWriter(str(path))
    painter = QPainter(writer)
    image = QImage(str(LABELS / "kit.png"))
    painter.drawImage(0, 0, image.scaled(image.width() * 4, image.height() * 4))
    painter.end()
    del painter, writer
    told = cli("decode", str(path), "--json")
    assert told.status == 0
    assert any(KIT in text for text in told.column("text"))


def test_targets_are_listed(cli: Cli) -> None:
    told = cli("targets", "--json")
    assert told.status == 0
    by_id = {line["id"]: line for line in told.lines}
    assert by_id["oslo-west"]["title"] == "Oslo-West"
    assert by_id["tiny-office"]["seats_left"] == 3
    assert by_id["archive"]["may_claim"] is False
    assert "Oslo-West" in cli("targets").out


def test_a_receipt_is_had_by_name_in_each_form(cli: Cli, tmp_path: Path) -> None:
    cli("claim", KIT, *CLAIM, "--batch", "tuesday")
    shown = cli("receipt", "tuesday", "--json")
    assert (shown.status, len(shown.lines)) == (0, 5)
    files = {kind: tmp_path / f"r.{kind}" for kind in ("csv", "html", "xlsx", "pdf")}
    written = cli("receipt", "tuesday", *(part for kind, path in files.items() for part in (f"--{kind}", str(path))))
    assert (written.status, written.out) == (0, "")
    assert "c1sample0000000000a0" in files["csv"].read_text("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(files["csv"].read_text("utf-8-sig"))))) > 5
    assert KIT in files["html"].read_text("utf-8")
    assert files["xlsx"].read_bytes().startswith(b"PK")
    assert files["pdf"].read_bytes().startswith(b"%PDF")


def test_a_secret_without_a_keyring_names_the_variable(cli: Cli) -> None:
    told = cli("secret", "set", "local", "token", stdin="very-secret\n")
    assert (told.status, told.out) == (1, "")
    assert "STATION_SECRET_LOCAL_TOKEN" in told.err
    assert "very-secret" not in told.err
    assert cli("secret", "set", "local", "token", stdin="\n").status == 2


def test_the_register_is_filled_and_claimed_from(cli: Cli, home: Path, tmp_path: Path) -> None:
    settings(home, '[backends.ours]\nkind = "local"\n')
    assert cli("registry", "target", "add", "hall", "--title", "Hall", "--seats", "1").status == 0
    rows = tmp_path / "devices.csv"
    rows.write_text("vendor,device_id,seats\nours,dev-1,\nours,dev-1,\nours,dev-2,\n", encoding="utf-8")
    bad = cli("registry", "import", str(rows), "--json")
    assert (bad.status, bad.lines[0]["stored"]) == (1, False)
    assert "row 3" in bad.err
    good = cli("registry", "import", str(rows), "--keep-good", "--json")
    assert (good.status, good.lines[0]["new"]) == (1, 2)
    told = cli("claim", "dev-1", "dev-2", "--no-dry-run", "--by", "Anna", "--target", "Hall", "--json")
    assert told.status == 1
    assert sorted(told.column("outcome")) == ["claimed_now", "over_quota"]


def test_a_missing_import_file_is_told(cli: Cli, tmp_path: Path) -> None:
    assert cli("registry", "import", str(tmp_path / "no.csv")).status == 1
    refused = cli("registry", "import", str(tmp_path / "no.csv"), "--database", "oracle://x/y")
    assert refused.status == 1
    assert refused.err


def test_the_doctor_says_how_it_is(cli: Cli) -> None:
    told = cli("doctor", "--json")
    checks = {line["check"]: line for line in told.lines}
    assert told.status == 0
    assert checks["connection"]["ok"]
    assert not checks["keyring"]["ok"]
    assert checks["keyring"]["mend"]
    assert {"python", "qt", "screen", "sound", "disk", "engine_zxing", "engine_zbar", "seal", "lock"} <= set(checks)


def test_the_self_test_proves_each_part(cli: Cli) -> None:
    told = cli("--self-test", "--json")
    failed = [line for line in told.lines if not line["ok"]]
    assert (told.status, failed) == (0, [])
    assert len(told.lines) == 19
    names = {line["step"]: line["names"] for line in told.lines}
    assert {"local", "disruptive", "xyte", "datacake", "here"} == set(names["backends"])
    assert {"disruptive", "xyte", "datacake", "here"} == set(names["dialects"])
    assert names["migrations"][0] == "v0001"
    assert "station.desk.outbox" in names["modules"]
    assert {"SecretService", "Windows", "macOS"} <= set(names["keyrings"])
    assert any(name.startswith("labels/kit.png ") for name in names["files"])
    assert {"kept", "repeat", "problem"} == set(names["sounds"])


@pytest.mark.slow
def test_the_demo_leaves_pictures_and_the_receipt(cli: Cli, tmp_path: Path) -> None:
    told = cli("demo", "--output", str(tmp_path / "out"))
    assert told.status == 0, told.err
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"receipt.csv", "receipt.html", "receipt.pdf", "4-claimed-dark-1920x1080.png"} <= names
    assert len(names) == 19


