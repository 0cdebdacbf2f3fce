"""A computer is provisioned before its first start: settings below a person's own, authorities, secrets taken once."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import keyring
import pytest
from Xlib import display
from Xlib.error import BadWindow

from station.core.secret import Secret
from station.credentials import Credentials, KeyringMissingError, Place
from station.folders import find_folders
from station.parts import assemble
from station.provisioning import provision
from station.secret_file import SecretFile
from station.settings import Settings, SettingsError, fleet_has, read_settings, settings_in
from station.settings_file import write_connection
from tests.backends.loopback import make_certificate
from tests.cli.conftest import Answer, cli, serving
from tests.server.test_serving import certificate
from tests.test_credentials import MemoryKeyring, ring
from tests.test_secret_file import CHEAP

FLEET = """\
[station]
name = "of the fleet"
operators = ["Anna", "Per"]

[backends.oslo]
kind = "disruptive"
key_id = "k1"
email = "desk@example.com"

[backends.old]
kind = "xyte"
"""
Cli = Callable[..., Answer]
__all__ = ["cli", "ring"]


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer's own folder, empty, that every process of the test looks into."""
    folder = tmp_path / "fleet"
    folder.mkdir()
    monkeypatch.setenv("STATION_FLEET", str(folder))
    return folder


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def own(text: str) -> Path:
    return put(find_folders().settings, text)


def now() -> Settings:
    return settings_in(find_folders())


def test_a_persons_file_goes_before_the_computers_key_by_key(fleet: Path) -> None:
    put(fleet / "settings.toml", FLEET)
    assert (now().name, [each.name for each in now().connections]) == ("of the fleet", ["oslo", "old"])
    own('[station]\nname = "desk-7"\n[backends.oslo]\ntarget = "p9"\n[backends.old]\nkind = "local"\n')
    found = now()
    assert (found.name, found.operators) == ("desk-7", ("Anna", "Per"))
    oslo, old = found.connections
    assert (oslo.kind, dict(oslo.values)) == (
        "disruptive", {"key_id": "k1", "email": "desk@example.com", "target": "p9"}
    )
    assert (old.kind, dict(old.values)) == ("local", {})


def test_what_the_window_writes_takes_the_computers_place(fleet: Path) -> None:
    put(fleet / "settings.toml", FLEET)
    path = own('[backends.oslo]\ntarget = "p9"\n')
    write_connection(path, "bergen", "here", {})
    write_connection(path, "oslo", "disruptive", {"key_id": "k2"})
    assert {each.name: dict(each.values) for each in now().connections} == {
        "oslo": {"key_id": "k2"}, "old": {}, "bergen": {}
    }
    assert [fleet_has(find_folders(), "backends", name) for name in ("oslo", "bergen")] == [True, False]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[station]\nname = 3\n", "name must be str"),
        ("[station", "settings.toml"),
        ("[update]\n", "unknown section update"),
        ("[updates]\nindex = 3\n", r"\[updates\] index must be str"),
        ("[updates]\nadress = ''\n", "does not know adress"),
        ('[secrets]\nfrom_environment = "twice"\n', "once or always"),
        ("[station]\nupdates = {}\n", "does not know updates"),
        ('[backends.oslo]\ntarget = "p"\n', "kind must be one of"),
        ('backends = "x"\n', "must be a table"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_its_place(fleet: Path, text: str, says: str) -> None:
    path = put(fleet / "settings.toml", text)
    with pytest.raises(SettingsError, match=says) as caught:
        now()
    assert str(path) in str(caught.value) or "kind must" in says
    put(path, "")
    own(text)
    with pytest.raises(SettingsError, match=says):
        now()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows says otherwise who may write")
def test_what_everybody_may_write_is_not_believed(fleet: Path) -> None:
    path = put(fleet / "settings.toml", FLEET)
    for each in (path, fleet):
        usual = each.stat().st_mode
        each.chmod(0o777)
        with pytest.raises(SettingsError, match="everybody can write"):
            now()
        each.chmod(usual)
    assert now().name == "of the fleet"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives files away")
def test_what_belongs_to_somebody_else_is_not_believed(fleet: Path) -> None:
    os.chown(put(fleet / "settings.toml", FLEET), 12345, 12345)
    with pytest.raises(SettingsError, match="belongs to somebody else"):
        now()


def test_a_home_of_its_own_asks_no_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_folders().fleet is None
    monkeypatch.delenv("STATION_HOME")
    expected = "ClaimingStation" if sys.platform == "win32" else "claiming-station"
    fleet = find_folders().fleet
    assert fleet is not None
    assert fleet.name == expected


def test_authorities_in_the_folder_are_trusted_unless_others_are_named(fleet: Path) -> None:
    assert now().ca_file == ""
    put(fleet / "ca.pem", "")
    assert now().ca_file == str(fleet / "ca.pem")
    path = own('[station]\nca_file = "mine.pem"\n')
    assert now().ca_file == str(path.parent / "mine.pem")
    own('[station]\nca_file = ""\n')
    assert now().ca_file == str(fleet / "ca.pem")


def test_both_files_are_checked_before_either_is_placed(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = tmp_path / "etc" / "claiming-station"
    monkeypatch.setenv("STATION_FLEET", str(fleet))
    settings, (authority, key) = put(tmp_path / "our.toml", FLEET), certificate(tmp_path)
    refused = cli("provision", "--settings", str(settings), "--ca", str(key))
    assert (refused.status, "private key" in refused.err, fleet.exists()) == (1, True, False)
    done = cli("provision", "--settings", str(settings), "--ca", str(authority))
    assert (done.status, done.err.count(str(fleet))) == (0, 2)
    assert (fleet / "settings.toml").read_bytes() == settings.read_bytes()
    assert (fleet / "ca.pem").read_bytes() == authority.read_bytes()
    assert sorted(each.name for each in fleet.iterdir()) == ["ca.pem", "settings.toml"]
    if sys.platform != "win32":
        assert [each.stat().st_mode & 0o777 for each in (fleet, fleet / "ca.pem")] == [0o755, 0o644]
    put(settings, FLEET.replace("k1", "k2"))
    assert provision(fleet, settings, None) == [fleet / "settings.toml"]
    assert now().connections[0].values["key_id"] == "k2"
    assert now().ca_file == str(fleet / "ca.pem")


@pytest.mark.parametrize(
    "text", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "ø"]
)
def test_what_is_no_authority_is_not_placed(fleet: Path, tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"ca\.txt"):
        provision(fleet, None, put(tmp_path / "ca.txt", text))
    assert list(fleet.iterdir()) == []


def test_settings_that_no_desk_could_use_are_not_placed(fleet: Path, tmp_path: Path, cli: Cli) -> None:
    for text in ('[backends.oslo]\nkind = "xyte"\napi_key = "secret"\n', '[backends.oslo]\ntarget = "t"\n', "[station"):
        answer = cli("provision", "--settings", str(put(tmp_path / "our.toml", text)))
        assert (answer.status, "Nothing was put in place" in answer.err) == (1, True)
    assert cli("provision", "--settings", str(tmp_path / "none.toml")).status == 1
    assert cli("provision").status == 2
    assert list(fleet.iterdir()) == []


def test_nobody_takes_away_here_what_was_set_up_for_the_computer(fleet: Path, cli: Cli) -> None:
    put(fleet / "settings.toml", FLEET)
    answer = cli("connection", "remove", "old")
    assert (answer.status, "looks after the computer" in answer.err) == (1, True)
    assert "oslo" in cli("connection", "list").out


def test_a_secret_is_taken_once_and_the_environment_is_not_asked_again(ring: MemoryKeyring, tmp_path: Path) -> None:
    environment = {"STATION_SECRET_OSLO_SECRET": "first"}
    credentials = Credentials(SecretFile(tmp_path / "s", CHEAP), environment, once=True)
    assert credentials.place("oslo", "secret") is Place.ENVIRONMENT  # to look changes nothing
    assert ring.held == {}
    assert credentials.find("oslo", "secret") == Secret("first")
    assert ring.held == {("claiming-station", "oslo.secret"): "first"}
    environment["STATION_SECRET_OSLO_SECRET"] = "second"
    assert (credentials.find("oslo", "secret"), credentials.place("oslo", "secret")) == (Secret("first"), Place.KEYRING)
    environment.clear()
    assert credentials.find("oslo", "secret") == Secret("first")


def test_without_a_keyring_the_environment_is_used_on(tmp_path: Path, ring: MemoryKeyring) -> None:
    environment = {"STATION_SECRET_OSLO_SECRET": "first"}
    credentials = Credentials(SecretFile(tmp_path / "s", CHEAP), environment, once=True)
    ring.locked = True
    assert credentials.find("oslo", "secret") == Secret("first")
    assert credentials.adopt_missing([("oslo", "secret")]) == []
    with pytest.raises(KeyringMissingError):
        credentials.adopt("oslo", "secret")
    ring.locked = False
    assert credentials.adopt_missing([("oslo", "secret"), ("oslo", "token")]) == ["STATION_SECRET_OSLO_SECRET"]
    assert ring.held == {("claiming-station", "oslo.secret"): "first"}


class ForgetfulKeyring(MemoryKeyring):
    """Keeps something else than it was given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:-1])


def test_what_the_keyring_gives_back_otherwise_is_not_kept(ring: MemoryKeyring, tmp_path: Path) -> None:
    forgetful = ForgetfulKeyring()
    keyring.set_keyring(forgetful)
    credentials = Credentials(SecretFile(tmp_path / "s", CHEAP), {"STATION_SECRET_OSLO_SECRET": "first"}, once=True)
    assert credentials.find("oslo", "secret") == Secret("first")
    assert forgetful.held == {}


def test_secrets_are_adopted_by_command_and_never_shown(
    fleet: Path, cli: Cli, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(fleet / "settings.toml", FLEET)
    assert "No secret" in cli("secret", "adopt").err
    monkeypatch.setenv("STATION_SECRET_OSLO_SECRET", "canary-4Tz")
    yet = cli("secret", "adopt")
    assert (yet.status, "goes before the keyring" in yet.err) == (0, True)
    put(fleet / "settings.toml", FLEET + '[secrets]\nfrom_environment = "once"\n')
    taken = cli("secret", "adopt", "--backend", "oslo")
    assert (taken.status, "not asked for again" in taken.err) == (0, True)
    assert ring.held == {("claiming-station", "oslo.secret"): "canary-4Tz"}
    assert "canary-4Tz" not in yet.err + yet.out + taken.err + taken.out
    assert "keyring" in cli("secret", "list").out
    ring.locked = True
    lost = cli("secret", "adopt")
    assert (lost.status, "canary-4Tz" in lost.err) == (1, False)


def test_the_running_station_takes_secrets_in_and_says_so(
    fleet: Path, ring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATION_SECRET_OLD_API_KEY", "canary-4Tz")
    put(fleet / "settings.toml", '[backends.old]\nkind = "xyte"\nbase_url = "https://127.0.0.1:1"\n'
        '[secrets]\nfrom_environment = "once"\n')
    station = assemble(now(), find_folders())
    told: list[list[str]] = []
    station.tell_taken = told.append
    station.start()
    station.open_services()
    assert station._sealing is not None
    station._sealing.join(10)
    station.stop()
    assert told == [["STATION_SECRET_OLD_API_KEY"]]
    assert ring.held["claiming-station", "old.api_key"] == "canary-4Tz"


def test_the_computers_authorities_are_trusted_by_every_connection(fleet: Path, cli: Cli, tmp_path: Path) -> None:
    """The bundled server on a port, with a certificate that only this fleet's authority vouches for."""
    _, authority = make_certificate(tmp_path)
    pem = tmp_path / "served.pem"
    pem.write_bytes(authority.read_bytes())
    with serving("--cert", str(pem), "--key", str(tmp_path / "key.pem")) as served:
        lines = served.toml.splitlines()
        secret = next(line for line in lines if "STATION_SECRET" in line).lstrip("# ").partition("=")
        put(fleet / "settings.toml", "\n".join(line for line in lines if not line.startswith("#")))
        os.environ[secret[0]] = secret[2]
        try:
            refused = cli("connection", "try", "practice_local")
            provision(fleet, None, authority)
            trusted = cli("connection", "try", "practice_local")
        finally:
            del os.environ[secret[0]]
    assert (refused.status, trusted.status) == (1, 0), (refused.err, trusted.err)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Xvfb is for X")
def test_a_start_from_the_menu_says_in_a_window_what_is_wrong(fleet: Path, virtual_screen: str) -> None:
    put(fleet / "settings.toml", "[station")
    started = subprocess.Popen([sys.executable, "-m", "station"], stderr=subprocess.PIPE, text=True)
    screen = display.Display(virtual_screen)
    try:
        titles: list[str] = []
        for _ in range(300):
            with suppress(BadWindow):  # one has gone since they were listed
                titles = [str(each.get_wm_name()) for each in screen.screen().root.query_tree().children]
            if "The station does not start" in titles:
                break
            time.sleep(0.1)
        assert "The station does not start" in titles
    finally:
        screen.close()
        started.terminate()
        told = started.communicate(timeout=20)[1]
    assert str(fleet / "settings.toml") in told


def test_the_file_alone_is_read_as_before(tmp_path: Path) -> None:
    path = put(tmp_path / "settings.toml", '[updates]\nindex = "https://example.com/i.json"\nchannel = "early"\n')
    assert (read_settings(path).updates.index, read_settings(path).updates.channel) == (
        "https://example.com/i.json", "early"
    )
    assert read_settings(tmp_path / "none.toml") == Settings()
