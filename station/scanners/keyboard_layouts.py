"""National keyboards, for scanners that are set to one: which character each key stands for, and with AltGr.

Rows as on the keyboard, by the evdev code of their first key; ``\\0`` where a key has no character of plain text.
"""

from collections.abc import Mapping

Levels = tuple[str, str, str]
"""A key's character by itself, with Shift and with AltGr; empty where it has none."""

_NONE = "\0"
_LETTERS = ("qwertyuiop", "QWERTYUIOP"), ("asdfghjkl", "ASDFGHJKL"), ("zxcvbnm", "ZXCVBNM")
_NORTH = "!\"#¤%&/()=?`", "\0@£$\0\0{[]}"

_ROWS: dict[str, dict[int, tuple[str, str, str]]] = {
    "de": {
        2: ("1234567890ß´", '!"§$%&/()=?`', "\0²³\0\0\0{[]}\\"),
        16: ("qwertzuiopü+", "QWERTZUIOPÜ*", "@\0€\0\0\0\0\0\0\0\0~"),
        30: ("asdfghjklöä^", "ASDFGHJKLÖÄ°", ""),
        43: ("#yxcvbnm,.-", "'YXCVBNM;:_", "\0\0\0\0\0\0\0µ"),
        86: ("<", ">", "|"),
    },
    "dk": {
        2: ("1234567890+´", _NORTH[0], _NORTH[1] + "\0|"),
        16: (_LETTERS[0][0] + "å¨", _LETTERS[0][1] + "Å^", "\0\0€\0\0\0\0\0\0\0\0~"),
        30: (_LETTERS[1][0] + "æø½", _LETTERS[1][1] + "ÆØ§", ""),
        43: ("'" + _LETTERS[2][0] + ",.-", "*" + _LETTERS[2][1] + ";:_", ""),
        86: ("<", ">", "\\"),
    },
    "es": {
        2: ("1234567890'¡", '!"·$%&/()=?¿', "|@#~\0¬"),
        16: (_LETTERS[0][0] + "`+", _LETTERS[0][1] + "^*", "\0\0€\0\0\0\0\0\0\0[]"),
        30: (_LETTERS[1][0] + "ñ´º", _LETTERS[1][1] + "Ñ¨ª", "\0\0\0\0\0\0\0\0\0\0{\\"),
        43: ("ç" + _LETTERS[2][0] + ",.-", "Ç" + _LETTERS[2][1] + ";:_", "}"),
        86: ("<", ">", ""),
    },
    "fr": {
        2: ("&é\"'(-è_çà)=", "1234567890°+", "\0~#{[|`\\^@]}"),
        16: ("azertyuiop^$", "AZERTYUIOP¨£", "\0\0€\0\0\0\0\0\0\0\0¤"),
        30: ("qsdfghjklmù²", "QSDFGHJKLM%\0", ""),
        43: ("*wxcvbn,;:!", "µWXCVBN?./§", ""),
        86: ("<", ">", ""),
    },
    "gb": {
        2: ("1234567890-=", '!"£$%^&*()_+', "\0\0\0€"),
        16: (_LETTERS[0][0] + "[]", _LETTERS[0][1] + "{}", ""),
        30: (_LETTERS[1][0] + ";'`", _LETTERS[1][1] + ":@¬", "\0\0\0\0\0\0\0\0\0\0\0¦"),
        43: ("#" + _LETTERS[2][0] + ",./", "~" + _LETTERS[2][1] + "<>?", ""),
        86: ("\\", "|", ""),
    },
    "no": {
        2: ("1234567890+\\", _NORTH[0], _NORTH[1] + "\0´"),
        16: (_LETTERS[0][0] + "å¨", _LETTERS[0][1] + "Å^", "\0\0€\0\0\0\0\0\0\0\0~"),
        30: (_LETTERS[1][0] + "øæ|", _LETTERS[1][1] + "ØÆ§", ""),
        43: ("'" + _LETTERS[2][0] + ",.-", "*" + _LETTERS[2][1] + ";:_", "\0\0\0\0\0\0\0µ"),
        86: ("<", ">", ""),
    },
    "se": {
        2: ("1234567890+´", _NORTH[0], _NORTH[1] + "\\"),
        16: (_LETTERS[0][0] + "å¨", _LETTERS[0][1] + "Å^", "\0\0€\0\0\0\0\0\0\0\0~"),
        30: (_LETTERS[1][0] + "öä§", _LETTERS[1][1] + "ÖÄ½", ""),
        43: ("'" + _LETTERS[2][0] + ",.-", "*" + _LETTERS[2][1] + ";:_", "\0\0\0\0\0\0\0µ"),
        86: ("<", ">", "|"),
    },
}
"""As Windows has them, for that is what scanners are made for."""

_DEAD = {
    "de": "´`^", "dk": "´`¨^~", "es": "`^´¨~", "fr": "^¨~`", "gb": "", "no": "`´¨^~", "se": "´`¨^~",
}
"""Characters that a space must follow: only then the keyboard writes them by themselves."""


def _table(rows: Mapping[int, tuple[str, str, str]]) -> dict[int, Levels]:
    found = {57: (" ", " ", "")}
    for first, (plain, shifted, third) in rows.items():
        for at, char in enumerate(plain):
            three = char, shifted[at], third[at] if at < len(third) else ""
            found[first + at] = tuple("" if each == _NONE else each for each in three)  # type: ignore[assignment]
    return found


TABLES = {name: _table(rows) for name, rows in _ROWS.items()}


def is_dead(layout: str, char: str) -> bool:
    """Whether this character waits for a space on that keyboard."""
    return char in _DEAD.get(layout, "") and char != ""
