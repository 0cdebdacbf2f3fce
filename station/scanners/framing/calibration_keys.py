"""What a scan's keys say, read as one keyboard or another, and what they looked like: for the set-up wizard."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..keyboard_run import Run, elapsed
from ..keyboard_settings import KeyboardSettings
from ..keyboard_table import ALT, Key, Role, char_of_alt_digits, read_key

Timed = tuple[int, Key]
"""When a key went down or up, in milliseconds of the events' clock, and the key."""

UNREAD = "\0"
"""Stands for a key that has no character."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One character as it was typed; ``by_digits``: as Alt and digits of the keypad."""

    char: str
    code: int
    by_digits: bool = False


def read_keys(keys: Sequence[Timed], settings: KeyboardSettings) -> list[Piece]:
    """The characters of all keys, line ends and control characters among them."""
    pieces: list[Piece] = []
    digits, dead = "", False
    for _, key in keys:
        if not key.down:
            if key.code in ALT and digits:
                pieces.append(Piece(char_of_alt_digits(digits), key.code, by_digits=True))
                digits = ""
            continue
        reading = read_key(key, settings)
        if reading.role is Role.MODIFIER:
            continue
        if reading.role is Role.ALT_DIGIT:
            digits = (digits + reading.char)[-4:]
        elif not (dead and reading.char == " "):
            pieces.append(Piece(reading.char or UNREAD, key.code))
        dead = reading.dead
    return pieces


def pace(keys: Sequence[Timed], settings: KeyboardSettings) -> tuple[float, int]:
    """Mean and longest time from one key to the next, as the burst rule counts them."""
    run: Run[Key] = Run()
    for at_ms, key in keys:
        if key.down:
            run.press(key, read_key(key, settings), at_ms)
    return run.total_ms / max(1, run.beats - 1), run.longest_ms


def key_lines(keys: Sequence[Timed], *, plain: bool) -> list[str]:
    """A line a key, for people who look for a scanner's fault; without ``plain`` not which character it was."""
    lines, last = [], keys[0][0] if keys else 0
    for at_ms, key in keys:
        held = [name for name in ("shift", "ctrl", "alt", "meta", "third", "caps") if getattr(key, name)]
        named = f"{key.code:3} {key.text!a:8}" if plain else f"  * {_kind(key):8}"
        moved = "down" if key.down else "up  "
        lines.append(f"{elapsed(last, at_ms):5} ms  {moved}  {named} {' '.join(held)}".rstrip())
        last = at_ms
    return lines


def _kind(key: Key) -> str:
    if len(key.text) != 1:
        return "other"
    if not key.text.isprintable():
        return "control"
    return "digit" if key.text.isdigit() else "letter" if key.text.isalpha() else "sign"
