"""The sealed file: opened by its passphrase alone, never lost, a wrong passphrase told from damage."""

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.core.secret import Secret
from station.secret_file import FileState, SecretFile, SecretFileError, SecretFileProblem

PASSPHRASE = Secret("correct horse battery")
CANARY = "canary-7Qx-token"
CHEAP = {"time_cost": 1, "memory_kib": 64, "lanes": 1}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets.sealed"


@pytest.fixture
def sealed(path: Path) -> SecretFile:
    """A file with one secret in it, open."""
    made = SecretFile(path, CHEAP)
    made.create(PASSPHRASE)
    made.put("oslo.token", Secret(CANARY))
    return made


def problem_of(error: pytest.ExceptionInfo[SecretFileError]) -> SecretFileProblem:
    return error.value.problem


def test_a_secret_comes_back_in_another_process(sealed: SecretFile, path: Path) -> None:
    other = SecretFile(path, CHEAP)
    assert other.state() is FileState.LOCKED
    assert other.names() == {"oslo.token"}
    with pytest.raises(SecretFileError) as error:
        other.get("oslo.token")
    assert problem_of(error) is SecretFileProblem.LOCKED
    other.unlock(PASSPHRASE)
    assert other.state() is FileState.OPEN
    assert other.get("oslo.token") == Secret(CANARY)
    assert other.get("bergen.token") is None


def test_the_file_shows_no_secret_and_is_its_owners_alone(sealed: SecretFile, path: Path) -> None:
    text = path.read_bytes()
    assert CANARY.encode() not in text
    assert PASSPHRASE.reveal().encode() not in text
    assert json.loads(text)["version"] == 1
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_wrong_passphrase_is_told_and_nothing_is_lost(sealed: SecretFile, path: Path) -> None:
    before = path.read_bytes()
    other = SecretFile(path, CHEAP)
    with pytest.raises(SecretFileError) as error:
        other.unlock(Secret("correct horse batterie"))
    assert problem_of(error) is SecretFileProblem.WRONG
    assert other.state() is FileState.LOCKED
    with pytest.raises(SecretFileError):
        other.put("oslo.token", Secret("x"))
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", [
    lambda text: text[: len(text) // 2],
    lambda text: text[:0],
    lambda text: text.replace(b'"oslo.token"', b'"oslo.tokem"'),
    lambda text: text.replace(b'"memory_kib": 64', b'"memory_kib": 65'),
    lambda text: b"\xff\xfe" + text,
    lambda text: text[:0] + b"[]",
    lambda text: text[:0] + b"[" * 100_000,
    lambda text: text[:0] + b'{"format": "claiming-station-secrets", "sum": ""}',
])
def test_damage_is_told_from_a_wrong_passphrase(
    sealed: SecretFile, path: Path, damage: Callable[[bytes], bytes]
) -> None:
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    assert sealed.state() is FileState.DAMAGED
    uses: list[Callable[[], object]] = [
        lambda: sealed.unlock(PASSPHRASE), lambda: sealed.put("a", Secret("b")), lambda: sealed.get("oslo.token"),
        lambda: sealed.change_passphrase(PASSPHRASE, PASSPHRASE),
    ]
    for use in uses:
        with pytest.raises(SecretFileError) as error:
            use()
        assert problem_of(error) is SecretFileProblem.DAMAGED
    with pytest.raises(SecretFileError) as error:
        sealed.create(PASSPHRASE)
    assert problem_of(error) is SecretFileProblem.EXISTS
    assert path.read_bytes() == damaged
    aside = sealed.put_aside()
    assert aside.read_bytes() == damaged
    sealed.create(PASSPHRASE)
    assert sealed.state() is FileState.OPEN


@settings(max_examples=60)
@given(where=st.integers(0, 10_000), what=st.integers(0, 255))
def test_no_changed_byte_gives_a_wrong_secret(tmp_path_factory: pytest.TempPathFactory, where: int, what: int) -> None:
    path = tmp_path_factory.mktemp("sealed") / "s.sealed"
    sealed = SecretFile(path, CHEAP)
    sealed.create(PASSPHRASE)
    sealed.put("oslo.token", Secret(CANARY))
    text = bytearray(path.read_bytes())
    text[where % len(text)] = what
    path.write_bytes(bytes(text))
    try:
        assert sealed.get("oslo.token") == Secret(CANARY)
    except SecretFileError as error:
        assert error.problem in (SecretFileProblem.DAMAGED, SecretFileProblem.NEWER_VERSION)  # noqa: PT017


def test_the_usual_cost_is_paid_where_none_is_given(path: Path) -> None:
    SecretFile(path).create(PASSPHRASE)
    assert json.loads(path.read_bytes())["kdf"]["memory_kib"] == 65_536
    SecretFile(path, CHEAP).unlock(PASSPHRASE)


def test_a_newer_programs_file_is_left_alone(sealed: SecretFile, path: Path) -> None:
    whole = json.loads(path.read_bytes())
    path.write_text(json.dumps({**whole, "version": 2, "new": {}}), "utf-8")
    with pytest.raises(SecretFileError) as error:
        sealed.unlock(PASSPHRASE)
    assert problem_of(error) is SecretFileProblem.NEWER_VERSION


def test_a_costly_file_is_not_computed(sealed: SecretFile, path: Path) -> None:
    from station.secret_file import _sum

    whole = json.loads(path.read_bytes())
    del whole["sum"]
    whole["kdf"]["memory_kib"] = 2**40
    path.write_text(json.dumps({**whole, "sum": _sum(whole)}), "utf-8")
    with pytest.raises(SecretFileError) as error:
        sealed.unlock(PASSPHRASE)
    assert problem_of(error) is SecretFileProblem.DAMAGED


def test_the_passphrase_is_changed(sealed: SecretFile, path: Path) -> None:
    held = SecretFile(path, CHEAP)
    held.unlock(PASSPHRASE)
    new = Secret("tomorrow it will rain")
    with pytest.raises(SecretFileError) as error:
        sealed.change_passphrase(Secret("not the old one"), new)
    assert problem_of(error) is SecretFileProblem.WRONG
    sealed.change_passphrase(PASSPHRASE, new)
    assert sealed.get("oslo.token") == Secret(CANARY)
    assert held.state() is FileState.LOCKED  # the other process needs the new one
    with pytest.raises(SecretFileError):
        held.unlock(PASSPHRASE)
    held.unlock(new)
    assert held.get("oslo.token") == Secret(CANARY)


def test_two_processes_write_beside_each_other(sealed: SecretFile, path: Path) -> None:
    other = SecretFile(path, CHEAP)
    other.unlock(PASSPHRASE)
    other.put("bergen.token", Secret("b"))
    sealed.put("here.key", Secret("c"))
    sealed.remove("oslo.token")
    sealed.remove("never.there")
    assert other.names() == {"bergen.token", "here.key"}
    assert other.get("here.key") == Secret("c")


def test_a_short_passphrase_and_a_second_file_are_refused(sealed: SecretFile, path: Path, tmp_path: Path) -> None:
    with pytest.raises(SecretFileError) as error:
        SecretFile(tmp_path / "new", CHEAP).create(Secret("short"))
    assert problem_of(error) is SecretFileProblem.SHORT
    with pytest.raises(SecretFileError) as error:
        SecretFile(path, CHEAP).create(PASSPHRASE)
    assert problem_of(error) is SecretFileProblem.EXISTS
    assert sealed.get("oslo.token") == Secret(CANARY)


def test_a_full_disk_leaves_the_old_file(sealed: SecretFile, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(SecretFileError) as error:
            sealed.put("oslo.token", Secret("other"))
    assert problem_of(error) is SecretFileProblem.NO_ACCESS
    assert sealed.get("oslo.token") == Secret(CANARY)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("text", ["æøå 中文 🔑", "\ud800 lone", " " * 8])
def test_any_passphrase_and_secret_come_back(path: Path, text: str) -> None:
    passphrase = Secret(text.ljust(8, "."))
    sealed = SecretFile(path, CHEAP)
    sealed.create(passphrase)
    sealed.put("a.b", Secret(text))
    again = SecretFile(path, CHEAP)
    again.unlock(passphrase)
    assert again.get("a.b") == Secret(text)
