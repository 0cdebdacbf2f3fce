"""The translators' file: a key gives a sentence, in the chosen language or else in English."""

import locale
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "translations"
ENGLISH = "en"

Text = str | Mapping[str, str]
"""A sentence, or its forms by number: ``one`` and ``other``."""
_TABLE = re.compile(r"^(?=\[)", re.MULTILINE)


class Catalogue:
    """The sentences of one language over those of English; each section of a file is read when it is first needed.

    The window needs a quarter of them before its first painting, and reading them all would take a tenth of its start.
    """

    def __init__(self) -> None:
        self._texts: dict[str, Text] = {}
        self._unread: dict[str, list[str]] = {}
        self.language = ""

    def load(self, language: str) -> None:
        """Take English, then the language over it; what cannot be read stays English."""
        self._texts, self._unread = {}, {}
        self._add(ENGLISH)
        for name in (language.split("_", maxsplit=1)[0], language):
            if name not in ("", self.language) and (FOLDER / f"{name}.toml").is_file():
                self._add(name)

    def find(self, key: str) -> Text | None:
        if not self.language:
            self.load(_language_here())
        for text in self._unread.pop(key.partition(".")[0], ()):
            self._texts |= _flat(_parsed(text))
        return self._texts.get(key)

    def _add(self, language: str) -> None:
        self.language = language
        for name, text in _sections(language).items():
            self._unread.setdefault(name, []).append(text)


def _sections(language: str) -> dict[str, str]:
    """The file's tables by the first part of their names, unread."""
    sections: dict[str, str] = {}
    try:
        text = (FOLDER / f"{language}.toml").read_text("utf-8")
    except (OSError, ValueError):
        return sections
    for table in _TABLE.split(text)[1:]:
        name = re.split(r"[.\]]", table[1:], maxsplit=1)[0].strip()
        sections[name] = sections.get(name, "") + table
    return sections


def _parsed(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except ValueError:
        return {}


def _flat(tree: Mapping[str, object], prefix: str = "") -> dict[str, Text]:
    flat: dict[str, Text] = {}
    for name, value in tree.items():
        if isinstance(value, dict) and not {"one", "other"} <= value.keys():
            flat |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, str | dict):
            flat[prefix + name] = value
    return flat


def _language_here() -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].split(".")[0]
    return locale.getlocale()[0] or ENGLISH


_catalogue = Catalogue()


def choose_language(language: str) -> None:
    """Speak a language from now on ("nb", "nb_NO"; empty: the computer's own); English where it has no sentence."""
    _catalogue.load(language or _language_here())


def languages() -> list[str]:
    """The languages that there is a file for."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def has(key: str) -> bool:
    return _catalogue.find(key) is not None


def say(key: str, **values: object) -> str:
    """The sentence of a key with its values filled in; with ``n`` the form for that number.

    A key that nobody translated gives the key itself, and a sentence whose blanks do not fit is given as it stands:
    a missing word must never stop a scan.
    """
    text = _catalogue.find(key)
    if text is None:
        return key
    if not isinstance(text, str):
        text = text["one"] if values.get("n") == 1 else text["other"]
    if not values:
        return text
    try:
        return text.format(**values)
    except (KeyError, IndexError, ValueError):
        return text
