"""An index is believed only as it was signed, for this channel, now; and no bytes make anything but an answer of it."""

import json
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.updates.index import Index, IndexProblem, IndexProblemError, newest, order_of, read_index
from tests.updates.bench import KEY, NOW, OTHER_KEY, PLATFORM, body, envelope, public, release, sign

SIGN = Path(__file__).parents[2] / "packaging" / "sign_index.py"


def read(data: bytes, key: str = "", channel: str = "stable", least: int = 0, days: float = 0) -> Index:
    return read_index(data, key or public(), channel, NOW + timedelta(days=days), least)


def refused(data: bytes, **more: Any) -> IndexProblem:
    with pytest.raises(IndexProblemError) as caught:
        read(data, **more)
    return caught.value.problem


def test_what_was_signed_is_believed() -> None:
    found = read(sign(body()))
    assert (found.serial, found.channel, found.issued) == (10, "stable", NOW)
    (only,) = found.releases
    assert (only.version, only.installers[PLATFORM].url) == ("0.2.0", "station.deb")


def test_the_newest_version_for_this_platform_is_offered_if_it_is_newer() -> None:
    for_windows = release("1.0", platform="windows-x86_64")
    index = read(sign(body(releases=[release("0.9.0"), release("0.10.0"), for_windows])))
    found = newest(index, PLATFORM, "0.9.5")
    assert found is not None
    assert found.version == "0.10.0"
    assert [newest(index, PLATFORM, each) for each in ("0.10.0", "0.10", "0.10.0.1", "2.0.0rc1")] == [None] * 4
    assert newest(index, "linux-rpm-x86_64", "0.1.0") is None
    assert order_of("1.2.0") == order_of("1.2") < order_of("1.2.1") < order_of("1.10")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", IndexProblem.NOT_AN_INDEX),
        (b"<!doctype html><title>Sign in</title>", IndexProblem.NOT_AN_INDEX),
        (b"[" * 100_000, IndexProblem.NOT_AN_INDEX),
        (b" " * 2_000_000, IndexProblem.NOT_AN_INDEX),
        (b"[]", IndexProblem.NOT_AN_INDEX),
        (b"{}", IndexProblem.NOT_AN_INDEX),
        (sign(body())[:-40], IndexProblem.NOT_AN_INDEX),
        (envelope("no base64!", []), IndexProblem.NOT_AN_INDEX),
        (envelope("", [{}] * 9), IndexProblem.NOT_AN_INDEX),
        (envelope("", [None]), IndexProblem.NOT_AN_INDEX),
        (envelope("", []), IndexProblem.WRONG_KEY),
        (envelope(b64encode(b"{}").decode(), [], version=2), IndexProblem.NOT_AN_INDEX),
        (sign(body(), OTHER_KEY), IndexProblem.WRONG_KEY),
        (sign(body(), OTHER_KEY, named=KEY), IndexProblem.BAD_SIGNATURE),
        (sign(b"no json"), IndexProblem.NOT_AN_INDEX),
        (sign(body(serial=0)), IndexProblem.NOT_AN_INDEX),
        (sign(body(serial=True)), IndexProblem.NOT_AN_INDEX),
        (sign(body(expires="2026-11-30T10:00:00")), IndexProblem.NOT_AN_INDEX),
        (sign(body(releases=[release("1.0; rm")])), IndexProblem.NOT_AN_INDEX),
        (sign(body(releases=[{**release("1.0"), "installers": {"x": {"url": "u", "sha256": "00", "size": 1}}}])),
         IndexProblem.NOT_AN_INDEX),
        (sign(body(releases=[release("1.0")] * 501)), IndexProblem.NOT_AN_INDEX),
        (sign(body(channel="early")), IndexProblem.OTHER_CHANNEL),
    ],
)
def test_what_is_wrong_with_it_is_told(data: bytes, problem: IndexProblem) -> None:
    assert refused(data) is problem


def test_a_signed_text_that_was_changed_is_not_believed() -> None:
    told = json.loads(sign(body()))
    told["signed"] = b64encode(b64decode(told["signed"]).replace(b"0.2.0", b"0.3.0")).decode()
    assert refused(json.dumps(told).encode()) is IndexProblem.BAD_SIGNATURE


def test_an_older_index_is_not_believed_again() -> None:
    assert refused(sign(body()), least=11) is IndexProblem.OLDER
    assert read(sign(body()), least=10).serial == 10


def test_neither_an_old_index_nor_one_from_the_future_is_believed() -> None:
    assert refused(sign(body()), days=30) is IndexProblem.EXPIRED
    assert refused(sign(body()), days=-1.1) is IndexProblem.FROM_THE_FUTURE
    assert read(sign(body()), days=-0.9).serial == 10


@pytest.mark.parametrize("key", ["", "AAAA", "no base64", "ø", b64encode(b"k" * 33).decode()])
def test_a_key_that_is_none_is_told(key: str) -> None:
    with pytest.raises(IndexProblemError) as caught:
        read_index(sign(body()), key, "stable", NOW)
    assert caught.value.problem is IndexProblem.NO_KEY


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from((*body(), *release("1.0"))), inner),
    max_leaves=12,
)


@given(st.binary(max_size=300) | JSON.map(lambda told: json.dumps(told).encode()))
def test_no_bytes_make_anything_but_a_refusal(data: bytes) -> None:
    assert refused(data) in set(IndexProblem)


@given(JSON, st.sampled_from((*body(), "version", "published", "notes_url", "installers", "url", "sha256", "size")))
def test_no_signed_text_makes_anything_but_an_index_or_a_refusal(told: object, where: str) -> None:
    """The publisher's own mistakes are told too: one value is exchanged for any other."""
    whole = body()
    for table in (whole, whole["releases"][0], whole["releases"][0]["installers"][PLATFORM]):
        if where in table:
            table[where] = told
    with suppress(IndexProblemError):
        found = newest(read(sign(whole)), PLATFORM, "0.1.0")
        assert found is None or found.version == "0.2.0" or where in ("releases", "version")


def tool(*argv: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, str(SIGN), *map(str, argv)], capture_output=True, text=True, timeout=60,
                          env={**os.environ, **environment}, check=False)  # fmt: skip


def test_the_publisher_makes_keys_and_signs(tmp_path: Path) -> None:
    public_key = tool("keys", tmp_path, STATION_SIGNING_PASSPHRASE="correct horse").stdout.strip()
    private = tmp_path / "updates-private.pem"
    assert b"ENCRYPTED" in private.read_bytes()
    assert sys.platform == "win32" or private.stat().st_mode & 0o777 == 0o600
    assert tool("keys", tmp_path).returncode == 1  # a key that is there is never replaced
    (tmp_path / "setup.deb").write_bytes(b"whole")
    draft, index = tmp_path / "draft.toml", tmp_path / "index.json"
    draft.write_text('[[releases]]\nversion = "1.2.0"\npublished = 2026-11-20T10:00:00Z\n'
                     f'[releases.installers.{PLATFORM}]\nurl = "setup.deb"\nfile = "setup.deb"\n')
    sealed = tool("sign", draft, "--key", private, "--output", index)
    assert (sealed.returncode, "STATION_SIGNING_PASSPHRASE" in sealed.stderr, index.exists()) == (1, True, False)
    serials = []
    for _ in range(2):
        done = tool("sign", draft, "--key", private, "--output", index, STATION_SIGNING_PASSPHRASE="correct horse")
        assert (done.returncode, done.stderr) == (0, "")
        found = read_index(index.read_bytes(), public_key, "stable", datetime.now(UTC))
        serials.append(found.serial)
        assert found.releases[0].installers[PLATFORM].size == 5
    assert serials[0] < serials[1]
    draft.write_text('[[releases]]\nversion = "1.2.0"\n')
    assert tool("sign", draft, "--key", private, "--output", index,
                STATION_SIGNING_PASSPHRASE="correct horse").returncode == 1
