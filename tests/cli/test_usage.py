"""What is wrong with a command line is told in a sentence, with status 2 and nothing done."""

from pathlib import Path

import pytest

from station import __version__

from .conftest import CLAIM, DEVICE, KIT, Cli, settings


def test_version(cli: Cli) -> None:
    assert cli("--version").out.strip() == __version__


def test_help_names_every_command(cli: Cli) -> None:
    told = cli("--help")
    assert told.status == 0
    names = "decode check claim queue targets release receipt secret serve registry doctor --self-test"
    assert all(name in told.out for name in names.split())


@pytest.mark.parametrize(
    "argv",
    [
        ["nonsense"],
        ["check"],
        ["check", "WIFI:T:WPA;S:net;P:geheim;;"],
        ["check", KIT, "--backend", "nowhere"],
        ["claim", KIT, "--target", "nowhere"],
        ["claim", KIT, "--target", "archive"],
        ["claim", KIT, "--no-dry-run", "--target", "oslo-west"],
        ["claim", KIT, *CLAIM, "--field", "pin=4711"],
        ["claim", KIT, *CLAIM, "--field", "colour=red"],
        ["claim", KIT, *CLAIM, "--field", "app_id"],
        ["claim", KIT, *CLAIM, "--wait", "-1"],
        ["claim", "--file", "missing.csv", *CLAIM],
        ["queue", "decide", KIT, "--as", "perhaps", "--by", "Anna", "--reason", "seen"],
        ["queue", "decide", KIT, "--as", "claimed", "--by", " ", "--reason", "seen"],
        ["queue", "decide", KIT, "--as", "claimed", "--by", "Anna", "--reason", "seen"],
        ["receipt", "nothing"],
        ["secret", "set", "nowhere", "token"],
        ["secret", "set", "local", "base_url"],
        ["serve", "--host", "192.0.2.1"],
        ["serve", "--cert", "a.pem"],
        ["registry", "target", "add", "a/b"],
    ],
)
def test_bad_usage_is_status_2(cli: Cli, argv: list[str]) -> None:
    told = cli(*argv)
    assert (told.status, told.out) == (2, "")
    assert told.err
    assert "geheim" not in told.err
    assert "4711" not in told.err


def test_a_wrong_settings_file_is_told(cli: Cli, home: Path) -> None:
    settings(home, "[station]\nname = 3\n")
    told = cli("check", KIT)
    assert told.status == 2
    assert "name" in told.err


def test_an_unusable_database_is_told(cli: Cli, home: Path) -> None:
    folder = home / "data" / "practice"
    folder.mkdir(parents=True)
    (folder / "desk.db").mkdir()
    for command in (("queue", "list"), ("claim", DEVICE, *CLAIM), ("receipt", "x")):
        told = cli(*command)
        assert told.status == 1
        assert told.err.startswith("station: ")


def test_a_field_makes_a_pair_of_a_code(cli: Cli) -> None:
    told = cli("check", "SN-9-9", "--field", "mac=00:11:22:33:44:55", "--json")
    assert told.column("identifier") == ["serial=SN-9-9,mac=001122334455"]
    assert cli("check", KIT, "--field", "app_id=a", "--json").column("identifier") == [f"external_id={KIT},app_id=a"]
