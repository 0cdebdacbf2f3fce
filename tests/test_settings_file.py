"""Connections are written into the settings file beside what a person wrote there, whole or not at all."""

import os
import sys
import threading
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import settings_file
from station.settings import SettingsError, read_settings
from station.settings_file import remove_connection, write_connection, write_station

BY_HAND = """\
# Desk 4, second floor.
[station]
name = "desk-4"      # on the sticker
operators = ["Anna", "Per"]

[backends.oslo]
kind = "disruptive"
# Changed for the proxy.
base_url = "https://proxy.example/v2"
claim_timeout_s = 90.0

# The old building.
[backends.old]
kind = "local"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def connections(path: Path) -> dict[str, tuple[str, dict[str, object]]]:
    return {each.name: (each.kind, dict(each.values)) for each in read_settings(path).connections}


def test_the_first_connection_makes_the_file(path: Path) -> None:
    write_connection(path, "oslo", "disruptive", {"key_id": "k", "claim_timeout_s": 30.0})
    assert connections(path) == {"oslo": ("disruptive", {"key_id": "k", "claim_timeout_s": 30.0})}
    assert "[backends]\n" not in path.read_text("utf-8")
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_person_wrote_stays(path: Path) -> None:
    path.write_text(BY_HAND, "utf-8")
    write_connection(path, "oslo", "disruptive", {"base_url": "https://proxy.example/v2", "key_id": "k1"})
    write_connection(path, "here_1", "here", {})
    text = path.read_text("utf-8")
    for kept in ("# Desk 4, second floor.", "# on the sticker", "# Changed for the proxy.", "# The old building."):
        assert kept in text
    assert connections(path) == {
        "oslo": ("disruptive", {"base_url": "https://proxy.example/v2", "key_id": "k1"}),
        "old": ("local", {}),
        "here_1": ("here", {}),
    }
    assert read_settings(path).operators == ("Anna", "Per")


def test_writing_the_same_again_changes_no_byte(path: Path) -> None:
    path.write_text(BY_HAND, "utf-8")
    write_connection(path, "oslo", "disruptive",
                     {"base_url": "https://proxy.example/v2", "claim_timeout_s": 90.0})
    assert path.read_text("utf-8") == BY_HAND


def test_removed_is_that_table_alone(path: Path) -> None:
    path.write_text(BY_HAND, "utf-8")
    remove_connection(path, "nowhere")
    assert path.read_text("utf-8") == BY_HAND
    remove_connection(path, "oslo")
    assert set(connections(path)) == {"old"}
    remove_connection(path, "old")
    assert read_settings(path).connections == ()
    assert "# on the sticker" in path.read_text("utf-8")


def test_tables_written_in_one_line_are_understood(path: Path) -> None:
    path.write_text('backends = {oslo = {kind = "local", target = "a"}}\n', "utf-8")
    write_connection(path, "oslo", "local", {"target": "b"})
    write_connection(path, "west", "here", {})
    assert connections(path) == {"oslo": ("local", {"target": "b"}), "west": ("here", {})}


@pytest.mark.parametrize("name", ["", "Oslo", "os lo", "os.lo", "æ", "a\n", "../x", "x" * 41, "[a]"])
def test_a_bad_name_writes_nothing(path: Path, name: str) -> None:
    with pytest.raises(SettingsError):
        write_connection(path, name, "local", {})
    assert not path.exists()


def test_a_broken_file_is_left_alone(path: Path) -> None:
    path.write_text("[station\nname=", "utf-8")
    with pytest.raises(SettingsError):
        write_connection(path, "oslo", "local", {})
    with pytest.raises(SettingsError):
        remove_connection(path, "oslo")
    assert path.read_text("utf-8") == "[station\nname="


def test_a_kind_that_the_next_start_could_not_read_is_never_written(path: Path) -> None:
    path.write_text(BY_HAND, "utf-8")
    with pytest.raises(SettingsError, match="kind"):
        write_connection(path, "oslo", "teapot", {})
    assert path.read_text("utf-8") == BY_HAND
    assert list(path.parent.iterdir()) == [path]


def test_a_file_changed_meanwhile_is_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(BY_HAND, "utf-8")
    real = settings_file._replace
    times: list[int] = []

    def slow(target: Path, found: bytes | None, text: bytes) -> bool:
        if not times:
            target.write_text(BY_HAND + '\n[backends.from_elsewhere]\nkind = "local"\n', "utf-8")
        times.append(1)
        return real(target, found, text)

    monkeypatch.setattr(settings_file, "_replace", slow)
    write_connection(path, "oslo", "disruptive", {"key_id": "k"})
    assert set(connections(path)) == {"oslo", "old", "from_elsewhere"}
    assert len(times) == 2


def test_a_folder_that_cannot_be_written_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(BY_HAND, "utf-8")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match="No space left"):
        write_connection(path, "oslo", "local", {})
    assert path.read_text("utf-8") == BY_HAND
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_linked_file_is_written_where_it_lies(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "fleet" / "desk-4.toml"
    real.parent.mkdir()
    real.write_text(BY_HAND, "utf-8")
    real.chmod(0o640)
    path.symlink_to(real)
    write_connection(path, "oslo", "local", {})
    assert path.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert connections(real)["oslo"] == ("local", {})


def test_nobody_ever_reads_half_a_file(path: Path) -> None:
    path.write_text(BY_HAND, "utf-8")
    stop, broken = threading.Event(), []

    def watch() -> None:
        while not stop.is_set():
            try:
                read_settings(path)
            except SettingsError as error:
                broken.append(error)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(20):
        write_connection(path, "oslo", "local", {"target": "x" * number * 100})
    stop.set()
    watcher.join()
    assert broken == []


def test_a_connection_with_a_yes_or_no_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    for whole, seconds in ((True, 30.0), (True, 30), (False, 30.0)):
        write_connection(path, "oslo", "disruptive", {"whole_organization": whole, "claim_timeout_s": seconds})
        kind, values = connections(path)["oslo"]
        assert (kind, values["whole_organization"], type(values["claim_timeout_s"])) == (
            "disruptive", whole, type(seconds)
        )


@given(st.dictionaries(st.sampled_from(["target", "base_url", "key_id"]), st.text(max_size=40)))
def test_any_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]) -> None:
    path = tmp_path_factory.mktemp("any") / "settings.toml"
    path.write_text(BY_HAND, "utf-8")
    try:
        write_connection(path, "new", "disruptive", values)
    except SettingsError:
        assert path.read_text("utf-8") == BY_HAND  # a lone surrogate cannot stand in any file
    else:
        assert connections(path)["new"] == ("disruptive", values)
        assert "# Changed for the proxy." in path.read_text("utf-8")
        assert tomllib.loads(path.read_text("utf-8"))["station"]["name"] == "desk-4"


@pytest.mark.parametrize(("line", "told"), [("cool_off_minutes = 11", "0 to 10"), ("confirm_above = -1", "0 to"),
                                            ("cool_off_minutes = 2.5", "must be int"),
                                            ('confirm_by = "shout"', "press or hold")])
def test_a_number_out_of_bounds_is_named(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f"[station]\n{line}\n", "utf-8")
    with pytest.raises(SettingsError, match=told):
        read_settings(path)


def test_the_cool_off_and_the_second_press_are_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[station]\ncool_off_minutes = 10\nconfirm_above = 25\nconfirm_by = "hold"\n', "utf-8")
    read = read_settings(path)
    assert (read.cool_off_minutes, read.confirm_above, read.confirm_by) == (10, 25, "hold")


def test_the_stations_own_choices_are_written_beside_what_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('# by hand\n[station]\nname = "desk-7"  # kept\n', "utf-8")
    write_station(path, {"cool_off_minutes": 3, "confirm_by": "hold"})
    text = path.read_text("utf-8")
    assert text.startswith('# by hand\n[station]\nname = "desk-7"  # kept\n')
    assert (read_settings(path).name, read_settings(path).cool_off_minutes) == ("desk-7", 3)
    with pytest.raises(SettingsError):
        write_station(path, {"cool_off_minutes": 30})
    assert path.read_text("utf-8") == text
