"""The translators' file and the code agree: what is asked for is there, and nothing is there for nothing."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from station import words
from station.words import advise, catalogue, choose_language, say

STATION = Path(catalogue.__file__).parents[1]
TEXTS = catalogue._flat(tomllib.loads((catalogue.FOLDER / "en.toml").read_text("utf-8")))
KEY = re.compile(r"^[a-z_]+(\.[A-Za-z0-9_-]+)+$")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose_language("en")
    yield
    choose_language("en")


def asked_for() -> tuple[set[str], set[str]]:
    """The keys that the code names outright, and the patterns of those that it puts together."""
    whole: set[str] = set()
    patterns: set[str] = set()
    for path in STATION.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.match(node.value):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"[\w.-]+" for p in node.values]
                pattern = "".join(parts)
                if re.match(r"[a-z_]+\\\.", pattern):
                    patterns.add(pattern)
    return whole, patterns


def calls() -> Iterator[str]:
    for path in STATION.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"
            if named and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


def test_every_sentence_that_is_asked_for_is_there() -> None:
    assert sorted(key for key in set(calls()) if key not in TEXTS) == []


def test_every_sentence_is_asked_for() -> None:
    whole, patterns = asked_for()
    advice = "advice."  # asked for by family and code, see the tests of advice
    unused = [
        key
        for key in TEXTS
        if key not in whole and not key.startswith(advice) and not any(re.fullmatch(p, key) for p in patterns)
    ]
    assert unused == []


def test_every_advice_is_whole() -> None:
    codes = {key.rsplit(".", 1)[0] for key in TEXTS if key.startswith("advice.")}
    missing = [f"{code}.{part}" for code in codes for part in ("cause", "meaning", "next")
               if f"{code}.{part}" not in TEXTS]
    assert missing == []


def test_a_number_chooses_its_form() -> None:
    assert say("claim.checking", n=1) == "Checking 1 row…"
    assert say("claim.checking", n=7) == "Checking 7 rows…"


def test_a_missing_sentence_or_blank_stops_nothing() -> None:
    assert say("no.such_sentence", n=3) == "no.such_sentence"
    assert "{row}" in say("status.repeat", column=3)


def test_values_are_put_in_as_they_are() -> None:
    assert say("status.fits", connection="{row} & <b>") == "Fits {row} & <b>, press Enter to move"


def test_another_language_falls_back_to_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en.toml").write_text((catalogue.FOLDER / "en.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "nb.toml").write_text('[status]\nready = "Klar"\n', "utf-8")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    choose_language("nb_NO")
    assert say("status.ready") == "Klar"
    assert say("status.not_found") == "Not found"
    assert words.languages() == ["en", "nb"]


def test_a_broken_translation_leaves_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "en.toml").write_text((catalogue.FOLDER / "en.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "de.toml").write_bytes(b"\xff[status\n")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    choose_language("de")
    assert say("status.ready") == "Ready"


def test_an_unknown_code_is_named() -> None:
    told = advise("error", "sunspots", title="Oslo")
    assert "Oslo" in told.cause
    assert "sunspots" in told.cause
