"""Setting connections up and keeping their secrets, as a script does it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from tests.test_credentials import MemoryKeyring

from .conftest import Cli, program, settings

PASSPHRASE = "correct horse battery"
CANARY = "canary-5Tq-secret"
ACCOUNT = {"keyId": "c7key", "secret": CANARY, "email": "a@b.serviceaccount.d21s.com",
           "tokenEndpoint": "https://identity.example/oauth2/token", "algorithm": "HS256"}


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def everything_written(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_a_connection_is_set_listed_and_removed(cli: Cli, home: Path, ring: MemoryKeyring) -> None:
    settings(home, "# By hand.\n")
    told = cli("connection", "set", "oslo", "disruptive", "key_id=k1", "email=a@b", "claim_timeout_s=30")
    assert (told.status, told.out) == (0, "")
    assert "station secret set oslo secret" in told.err
    assert cli("connection", "set", "oslo", "disruptive", "whole_organization=yes", "claim_timeout_s=").status == 0
    (line,) = cli("connection", "list", "--json").lines
    assert line == {"v": 1, "connection": "oslo", "kind": "disruptive", "key_id": "k1", "email": "a@b",
                    "whole_organization": True}
    assert (home / "settings.toml").read_text("utf-8").startswith("# By hand.")
    cli("secret", "set", "oslo", "secret", stdin=f"{CANARY}\n")
    assert ring.held == {("claiming-station", "oslo.secret"): CANARY}
    assert cli("connection", "remove", "oslo").status == 0
    assert ring.held == {}
    assert cli("connection", "list", "--json").out == ""
    assert cli("connection", "remove", "oslo").status == 2


@pytest.mark.parametrize("argv", [
    ["Oslo", "disruptive"], ["oslo", "teapot"], ["oslo", "disruptive", "nothing=1"], ["oslo", "disruptive", "key_id"],
    ["oslo", "disruptive", "claim_timeout_s=soon"], ["oslo", "disruptive", "auth=magic"],
])
def test_what_cannot_be_set_changes_nothing(cli: Cli, home: Path, argv: list[str]) -> None:
    told = cli("connection", "set", *argv)
    assert told.status == 2
    assert told.err
    assert not (home / "settings.toml").exists()


def test_a_secret_never_goes_into_the_settings(cli: Cli, home: Path) -> None:
    told = cli("connection", "set", "oslo", "disruptive", f"secret={CANARY}")
    assert told.status == 2
    assert "station secret set oslo secret" in told.err
    assert CANARY not in told.err
    assert not (home / "settings.toml").exists()


def test_the_vendors_credentials_are_imported(
    cli: Cli, home: Path, ring: MemoryKeyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps({"serviceAccount": ACCOUNT}), "utf-8")
    assert cli("connection", "import", "oslo", "--file", str(file)).status == 0
    monkeypatch.setenv("DT_SERVICE_ACCOUNT_KEY_ID", "k2")
    monkeypatch.setenv("DT_SERVICE_ACCOUNT_SECRET", "other")
    monkeypatch.setenv("DT_SERVICE_ACCOUNT_EMAIL", "c@d")
    assert cli("connection", "import", "bergen").status == 0
    listed = {line["connection"]: line for line in cli("connection", "list", "--json").lines}
    assert (listed["oslo"]["key_id"], listed["oslo"]["token_url"]) == ("c7key", ACCOUNT["tokenEndpoint"])
    assert (listed["bergen"]["key_id"], listed["bergen"]["email"]) == ("k2", "c@d")
    assert ring.held[("claiming-station", "oslo.secret")] == CANARY
    assert CANARY.encode() not in everything_written(home)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"serviceAccount": []}', '{"serviceAccount": {"keyId": 7}}',
                                  '{"serviceAccount": {"keyId": "k"}}', "\x00", '{"serviceAccount": "x"}'])
def test_what_is_no_credentials_file_is_told(cli: Cli, home: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "key.json"
    file.write_text(text, "utf-8")
    told = cli("connection", "import", "oslo", "--file", str(file))
    assert told.status == 1
    assert "key.json" in told.err
    assert not (home / "settings.toml").exists()
    assert cli("connection", "import", "oslo", "--file", str(tmp_path / "none")).status == 1
    assert "DT_CREDENTIALS_FILE" in cli("connection", "import", "oslo").err


def test_a_machine_without_a_keyring_seals_its_secrets(
    cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(home, '[backends.oslo]\nkind = "disruptive"\n')
    assert "--sealed-file" in cli("secret", "set", "oslo", "secret", stdin=f"{CANARY}\n").err
    refused = cli("secret", "set", "oslo", "secret", "--sealed-file", stdin=f"{CANARY}\n")
    assert (refused.status, "STATION_PASSPHRASE" in refused.err) == (1, True)
    monkeypatch.setenv("STATION_PASSPHRASE", PASSPHRASE)
    assert cli("secret", "set", "oslo", "secret", "--sealed-file", stdin=f"{CANARY}\n").status == 0
    (line,) = cli("secret", "list", "--json").lines
    assert line == {"v": 1, "connection": "oslo", "field": "secret", "place": "file",
                    "variable": "STATION_SECRET_OSLO_SECRET"}
    assert cli("secret", "passphrase", stdin="tomorrow it rains\n").status == 0
    assert cli("secret", "list", "--json").column("place") == ["locked_file"]
    monkeypatch.setenv("STATION_PASSPHRASE", "not that one either")
    assert "not the passphrase" in cli("secret", "set", "oslo", "secret", "--sealed-file", stdin="x\n").err
    monkeypatch.setenv("STATION_PASSPHRASE", "tomorrow it rains")
    assert cli("secret", "list", "--json").column("place") == ["file"]
    assert cli("secret", "remove", "oslo", "secret").status == 0
    assert cli("secret", "list", "--json").column("place") == ["nowhere"]
    assert CANARY.encode() not in everything_written(home)


def test_the_doctor_says_how_secrets_are_kept(cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(home, '[backends.ours]\nkind = "local"\n[backends.shop]\nkind = "local"\nbase_url = "http://127.0.0.1:1"\n')
    monkeypatch.setenv("STATION_PASSPHRASE", PASSPHRASE)
    cli("secret", "set", "shop", "token", "--sealed-file", stdin=f"{CANARY}\n")
    open_file = {line["check"]: line for line in cli("doctor", "--json", "--backend", "ours").lines}
    assert (open_file["keyring"]["ok"], "no keyring" in open_file["keyring"]["found"]) == (False, True)
    assert open_file["sealed_file"]["ok"]
    assert open_file["seal"]["ok"]
    assert open_file["secret"]["found"] == "shop.token: in the sealed file"
    monkeypatch.delenv("STATION_PASSPHRASE")
    locked = {line["check"]: line for line in cli("doctor", "--json", "--backend", "ours").lines}
    assert (locked["sealed_file"]["ok"], locked["secret"]["ok"]) == (False, False)
    assert "STATION_PASSPHRASE" in locked["sealed_file"]["mend"]
    path = home / "secrets.sealed"
    path.write_bytes(path.read_bytes()[:40])
    broken = {line["check"]: line for line in cli("doctor", "--json", "--backend", "ours").lines}
    assert not broken["sealed_file_damaged"]["ok"]
    assert CANARY not in json.dumps([open_file, locked, broken])


def test_a_locked_secret_is_told_by_a_check(cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(home, '[backends.shop]\nkind = "local"\nbase_url = "http://127.0.0.1:1"\n')
    monkeypatch.setenv("STATION_PASSPHRASE", PASSPHRASE)
    cli("secret", "set", "shop", "token", "--sealed-file", stdin=f"{CANARY}\n")
    monkeypatch.delenv("STATION_PASSPHRASE")
    told = cli("connection", "try", "shop")
    assert told.status == 1
    assert "is locked: its secret is in the sealed file" in told.err


def test_a_test_call_says_who_and_what_it_sees(cli: Cli) -> None:
    (line,) = cli("connection", "try", "local", "--json").lines
    assert (line["connection"], line["targets"] > 3) == ("local", True)
    assert cli("connection", "try", "nowhere").status == 2


def test_a_program_of_its_own_reads_the_sealed_file(cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(home, '[backends.oslo]\nkind = "disruptive"\n')
    monkeypatch.setenv("STATION_PASSPHRASE", PASSPHRASE)
    cli("secret", "set", "oslo", "secret", "--sealed-file", stdin=f"{CANARY}\n")
    assert os.environ["STATION_HOME"] == str(home)
    told = program("secret", "list")
    assert "in the sealed file" in told.out
