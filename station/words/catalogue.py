"""The translators' file: a key gives a sentence, in the chosen language or else in English."""

import locale
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "translations"
ENGLISH = "en"

Text = str | Mapping[str, str]
"""A sentence, or its forms by number: ``one`` and ``other``."""


class Catalogue:
    """The sentences of one language over those of English."""

    def __init__(self) -> None:
        self._texts: dict[str, Text] = {}
        self.language = ""

    def load(self, language: str) -> None:
        """Read English, then the language over it; a file that cannot be read leaves English."""
        self._texts = _flat(_read(ENGLISH))
        self.language = ENGLISH
        for name in (language.split("_", maxsplit=1)[0], language):
            if name and name != ENGLISH and (FOLDER / f"{name}.toml").is_file():
                self._texts |= _flat(_read(name))
                self.language = name

    def find(self, key: str) -> Text | None:
        if not self.language:
            self.load(_language_here())
        return self._texts.get(key)


def _read(language: str) -> dict[str, object]:
    try:
        return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    except (OSError, ValueError):
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
