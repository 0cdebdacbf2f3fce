"""Claims from the command line: rehearsed unless told otherwise, each outcome with its status, repeatable by name."""

import json
from pathlib import Path

import pytest

from .conftest import CLAIM, DEVICE, KIT, NOT_REGISTERED, OURS, PARTLY, UNKNOWN, Cli, settings

FIELDS = {
    "v", "batch", "item", "identifier", "device", "status", "progress", "outcome", "how_known", "handle", "reason",
    "request_id",
}


def test_a_claim_is_a_dry_run_unless_told_otherwise(cli: Cli) -> None:
    told = cli("claim", KIT, "--target", "oslo-west", "--json")
    assert told.status == 0
    assert told.column("outcome") == ["claimed_now"] * 5
    assert set(told.column("progress")) == {"open"}
    assert "nothing was claimed" in told.err
    assert cli("check", KIT, "--json").column("status") == ["unclaimed"] * 5
    assert cli("queue", "list", "--json").lines == []


def test_a_claim_settles_each_device_in_the_fixed_fields(cli: Cli) -> None:
    told = cli("claim", KIT, *CLAIM, "--json")
    assert (told.status, told.err) == (0, "Practice: nothing here is real\n")
    assert all(set(line) == FIELDS for line in told.lines)
    assert told.column("device") == [f"c1sample0000000000a{n}" for n in range(5)]
    assert set(told.column("outcome")) == {"claimed_now"}
    assert set(told.column("how_known")) == {"answer"}
    assert all(told.column("handle"))
    assert len(set(told.column("batch"))) == 1


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        (OURS, 0, "already_ours"),
        (UNKNOWN, 1, "not_found"),
        (NOT_REGISTERED, 1, "not_registered"),
        (DEVICE, 0, "claimed_now"),
    ],
)
def test_each_outcome_has_its_exit_status(cli: Cli, code: str, status: int, outcome: str) -> None:
    rehearsed = cli("claim", code, "--target", "oslo-west", "--json")
    assert (rehearsed.status, rehearsed.column("outcome")) == (status, [outcome])
    told = cli("claim", code, *CLAIM, "--json")
    assert (told.status, told.column("outcome")) == (status, [outcome])


def test_a_partly_claimed_kit_says_device_by_device(cli: Cli) -> None:
    told = cli("claim", PARTLY, *CLAIM, "--json")
    assert told.status == 1
    outcomes = told.column("outcome")
    assert (outcomes.count("claimed_now"), outcomes.count("already_claimed")) == (22, 3)


def test_the_same_name_and_content_is_the_same_batch(cli: Cli) -> None:
    first = cli("claim", KIT, DEVICE, *CLAIM, "--batch", "monday", "--json")
    again = cli("claim", DEVICE, KIT, *CLAIM, "--batch", "monday", "--json")
    assert (again.status, again.lines) == (0, first.lines)
    other = cli("claim", KIT, *CLAIM, "--batch", "monday", "--json")
    assert (other.status, other.out) == (2, "")
    assert "other content" in other.err


def test_what_was_claimed_here_is_not_sent_again(cli: Cli) -> None:
    first = cli("claim", DEVICE, *CLAIM, "--json")
    again = cli("claim", DEVICE, *CLAIM, "--json")
    assert again.status == 0
    assert again.column("reason") == ["repeat"]
    assert again.column("handle") == first.column("handle")
    assert again.column("batch") != first.column("batch")


def test_lists_bring_names_and_secrets(cli: Cli, tmp_path: Path) -> None:
    devices = tmp_path / "delivery.csv"
    devices.write_text(f"code,name\n{KIT},Kitchen\n{DEVICE},Door\n", encoding="utf-8")
    told = cli("claim", "--file", str(devices), *CLAIM, "--json")
    assert (told.status, len(told.lines)) == (0, 6)
    serials = json.dumps({"serial": "SN-ABC-1", "pin": "4711"})
    asked = cli("claim", "--file", "-", "--target", "oslo-west", "--json", stdin=serials + "\n")
    assert "4711" not in asked.out + asked.err
    assert asked.column("identifier") == ["serial=SN-ABC-1"]


def test_a_list_with_a_bad_row_is_not_claimed_in_part(cli: Cli, tmp_path: Path) -> None:
    devices = tmp_path / "delivery.csv"
    devices.write_text(f"code\n{KIT}\n=HYPERLINK(1)\n", encoding="utf-8")
    told = cli("claim", "--file", str(devices), *CLAIM, "--json")
    assert (told.status, told.out) == (2, "")
    assert "delivery.csv, row 3" in told.err
    assert cli("check", KIT, "--json").column("status") == ["unclaimed"] * 5


def test_without_a_way_to_the_backend_it_is_queued(cli: Cli, home: Path) -> None:
    settings(home, '[backends.x]\nkind = "local"\nbase_url = "http://127.0.0.1:9"\n')
    told = cli("claim", DEVICE, *CLAIM, "--batch", "away", "--json")
    assert told.status == 3
    assert told.column("progress") == ["queued"]
    assert "queue sync" in told.err
    assert cli("claim", DEVICE, *CLAIM, "--batch", "away", "--json").column("batch") == told.column("batch")
    waiting = cli("queue", "list", "--json")
    assert (waiting.status, waiting.column("identifier")) == (3, [DEVICE])
    assert cli("check", DEVICE).status == 3
    assert cli("targets").status == 3
    assert cli("claim", DEVICE, "--target", "oslo-west").status == 3


def test_a_pin_is_not_queued_where_it_cannot_be_sealed(cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(home, '[backends.x]\nkind = "local"\nbase_url = "http://127.0.0.1:9"\n')
    pair = json.dumps({"serial": "SN-ABC-1", "pin": "4711"})
    told = cli("claim", "--file", "-", *CLAIM, "--json", stdin=pair)
    assert (told.status, told.out) == (1, "")
    assert "STATION_SEAL_KEY" in told.err
    monkeypatch.setenv("STATION_SEAL_KEY", "a passphrase of this desk")
    assert cli("claim", "--file", "-", *CLAIM, "--json", stdin=pair).status == 3


def test_release_gives_back_what_was_claimed_here(cli: Cli) -> None:
    cli("claim", DEVICE, *CLAIM)
    told = cli("release", DEVICE, "--by", "Anna", "--json")
    assert (told.status, told.column("progress")) == (0, ["released"])
    assert cli("check", DEVICE, "--json").column("status") == ["unclaimed"]
    assert cli("release", DEVICE, "--by", "Anna").status == 1
    assert cli("release", OURS, "--by", "Anna").status == 1
    assert cli("claim", DEVICE, *CLAIM, "--json").column("outcome") == ["claimed_now"]


def test_one_device_of_a_kit_is_not_taken_for_the_kit(cli: Cli) -> None:
    cli("claim", KIT, *CLAIM)
    told = cli("release", "c1sample0000000000a2", "--by", "Anna")
    assert told.status == 2
    assert KIT in told.err
    assert set(cli("check", KIT, "--json").column("status")) == {"claimed"}


def test_a_list_that_is_too_long_is_refused_whole(cli: Cli, tmp_path: Path) -> None:
    codes = tmp_path / "codes.txt"
    codes.write_text("".join(f"c1long{n:014d}\n" for n in range(1001)), encoding="utf-8")
    told = cli("claim", "--file", str(codes), *CLAIM)
    assert (told.status, told.out) == (2, "")
    assert "Split the list" in told.err


def test_a_paused_connection_is_named_as_the_reason(cli: Cli) -> None:
    cli("queue", "pause")
    asked = cli("check", DEVICE)
    assert asked.status == 3
    assert "is paused" in asked.err
    assert "is paused" in cli("claim", DEVICE, *CLAIM).err
