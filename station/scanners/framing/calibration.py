"""Finds out from one scan of the calibration label how a keyboard-type scanner types, and what to set for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from math import ceil

from ..keyboard_layouts import TABLES
from ..keyboard_rule import BurstRule
from ..keyboard_settings import KeyboardSettings
from ..keyboard_table import Key
from .calibration_keys import UNREAD, Piece, Timed, pace, read_keys

LABEL = '~CAL~aAzZqQwWyYmM0123456789-_:/.;"@#[]{}\\|'
TAIL = "END"
"""What follows the label's separator GS."""
WHOLE = f"{LABEL}\x1d{TAIL}"
"""The text of the label that is shown and printed."""
SHORT = '~CAL~aZqYmM1-:/"@#\\|'
"""The same for scanners that read only bars, and for a screen's few dots."""
SEPARATED = "(01)09501101530003(10)CAL(21)29"
"""A GS1 label with a separator; 0950110153000 is the number that GS1 itself uses in examples."""

_BEFORE_SEPARATOR, _AFTER_SEPARATOR = "010950110153000310CAL", "2129"
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]$")
_ENDS = "\r\n\t\x04"
_ALIKE = 0.6
"""What share of the label must be there for the scan to be one of it."""
_FAR_TOO_LONG = 400
_LONGEST_GAP_MS, _LARGEST_MEAN_MS = 600, 150
_END_NAMES = {"\r": "enter", "\n": "line_feed", "\t": "tab", "\x04": "eot", "": "none"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found: a code for its sentence, and what goes into that."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a scanner's typing is like. ``gs``: control, digits, substitute, lost or untested; times are milliseconds.

    ``is_label``: it was the calibration label, at least in part; ``works``: with ``settings`` (the proposal) the very
    same keys are read as the whole label.
    """

    is_label: bool
    works: bool
    settings: KeyboardSettings
    terminator: str = ""
    aim: str = ""
    gs: str = "untested"
    mean_gap_ms: float = 0.0
    max_gap_ms: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Parts:
    """The scan taken apart: what stands before the label and after it, and how its GS came."""

    label: str
    before: list[Piece]
    gs: list[Piece] | None
    after: list[Piece]


def examine(keys: Sequence[Timed], settings: KeyboardSettings) -> Calibration:
    """Judge the keys of one scan, presses and releases; ``settings`` are those that the proposal starts from."""
    mean, longest = pace(keys, _plain(settings))
    best, pieces = settings, list[Piece]()
    for candidate in _candidates(settings, any(key.caps for _, key in keys)):
        pieces = read_keys(keys, _plain(candidate))
        parts = _take_apart(pieces)
        if parts is not None:
            return _whole(keys, candidate, parts, mean, longest)
        gs = _between(pieces)
        if gs is not None:
            return _separated(settings, gs, mean, longest)
    best, share = settings, 0.0
    for candidate in _candidates(settings, caps=False):
        found = _share(_text(read_keys(keys, _plain(candidate))))
        if found > share:
            best, share = candidate, found
    if share < _ALIKE:
        return Calibration(False, False, settings, findings=(Finding("not_the_label"),))
    return Calibration(
        True, False, settings, mean_gap_ms=mean, max_gap_ms=longest,
        findings=(_damage(_text(read_keys(keys, _plain(best)))), _pace_finding(mean, longest)),
    )


def _between(pieces: list[Piece]) -> list[Piece] | None:
    """What came for the separator of the GS1 label; None where the keys are not that label's."""
    text = _text(pieces)
    first = text.find(_BEFORE_SEPARATOR)
    at = first + len(_BEFORE_SEPARATOR)
    last = text.find(_AFTER_SEPARATOR, at) if first >= 0 else -1
    return pieces[at:last] if last >= 0 else None


def _separated(settings: KeyboardSettings, gs: list[Piece], mean: float, longest: int) -> Calibration:
    kind = _gs_kind(gs)
    text = _text(gs) if kind == "substitute" else ""
    known = dict.fromkeys((*settings.gs_substitutes, *filter(None, (text,))))
    proposal = replace(settings, gs_substitutes=tuple(known))
    return Calibration(True, kind != "lost", proposal, gs=kind, mean_gap_ms=mean, max_gap_ms=longest,
                       findings=(Finding("separated"), _gs_finding(kind, text), _pace_finding(mean, longest)))


def examine_text(text: str) -> Calibration:
    """Judge a scan of the label that came as bytes, without AIM identifier and line end: nothing can be set for it."""
    settings = KeyboardSettings()
    label = next((each for each in (LABEL, SHORT) if each in text), "")
    if not label:
        share = _share(text)
        found = _damage(text) if share >= _ALIKE else Finding("not_the_label")
        return Calibration(share >= _ALIKE, False, settings, findings=(found,))
    before, _, after = text.partition(label)
    gs, _, rest = after.partition(TAIL) if TAIL in after else ("", "", after)
    kind = "untested" if TAIL not in after else "control" if gs == "\x1d" else "substitute" if gs else "lost"
    findings = [Finding("arrives_whole"), _gs_finding(kind, gs)]
    findings += [Finding("prefix", (("text", before),))] if before else []
    findings += [Finding("suffix", (("text", rest),))] if rest else []
    return Calibration(True, kind != "lost", settings, gs=kind, findings=tuple(findings))


def _plain(settings: KeyboardSettings) -> KeyboardSettings:
    """The same keyboard, where nothing ends a scan and nothing is cut off."""
    return replace(settings, terminators="", prefix_key=0)


def _candidates(settings: KeyboardSettings, caps: bool) -> list[KeyboardSettings]:
    """All ways to read keys, the likeliest first; without Caps Lock nothing tells how it is handled."""
    ways = ("ignore", "apply") if caps else (settings.caps,)
    return [replace(settings, layout=layout, caps=way) for layout in ("us", *TABLES, "same") for way in ways]


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(piece.char if len(piece.char) == 1 else UNREAD for piece in pieces)


def _take_apart(pieces: list[Piece]) -> _Parts | None:
    text = _text(pieces)
    label = next((each for each in (LABEL, SHORT) if each in text), "")
    if not label:
        return None
    at = text.find(label)
    rest = pieces[at + len(label):]
    tail = _text(rest).find(TAIL)
    if tail < 0:
        return _Parts(label, pieces[:at], None, rest)
    return _Parts(label, pieces[:at], rest[:tail], rest[tail + len(TAIL):])


def _whole(
    keys: Sequence[Timed], read_as: KeyboardSettings, parts: _Parts, mean: float, longest: int
) -> Calibration:
    before, after = _text(parts.before), _text(parts.after)
    aim = _AIM.search(before)
    prefix = before[: aim.start()] if aim else before
    ended = after.rstrip(_ENDS)
    terminator = after[len(ended):len(ended) + 1]
    gs = _gs_kind(parts.gs)
    gs_text = _text(parts.gs or ()) if gs == "substitute" else ""
    prefix_key = parts.before[0].code if prefix == UNREAD else 0
    proposal = replace(
        _paced(read_as, mean, longest), prefix="" if UNREAD in prefix else prefix, prefix_key=prefix_key,
        suffix="" if UNREAD in ended else ended, gs_substitutes=(gs_text,) if gs_text else (),
    )
    findings = [
        _layout_finding(proposal.layout),
        Finding("caps_untested" if not any(key.caps for _, key in keys) else f"caps_{proposal.caps}"),
        Finding(f"end_{_END_NAMES[terminator]}"),
        *([Finding("prefix", (("text", prefix),))] if prefix and UNREAD not in prefix else []),
        *([Finding("prefix_key", (("key", str(prefix_key)),))] if prefix_key else []),
        *([Finding("suffix", (("text", ended),))] if ended and UNREAD not in ended else []),
        *([Finding("strange_keys")] if UNREAD in ended or (UNREAD in prefix and not prefix_key) else []),
        Finding("aim_on", (("text", aim.group()),)) if aim else Finding("aim_off"),
        _gs_finding(gs, gs_text),
        _pace_finding(mean, longest),
    ]
    wanted = parts.label + ("" if parts.gs is None else TAIL if gs == "lost" else f"\x1d{TAIL}")
    wanted = wanted.replace(gs_text, "\x1d") if gs_text else wanted
    works = reads(keys, proposal) == (aim.group() if aim else "") + wanted
    findings.append(Finding("works" if works else "works_not"))
    return Calibration(True, works, proposal, terminator, aim.group() if aim else "", gs, mean, longest,
                       tuple(findings))


def reads(keys: Sequence[Timed], settings: KeyboardSettings) -> str:
    """What the burst rule makes of these keys; an empty text where it is not just one scan."""
    rule: BurstRule[Key] = BurstRule(settings, accepts=lambda text: "~CAL~" in text)
    texts = [burst.text for at_ms, key in keys for burst in rule.feed(key, at_ms).bursts]
    texts += [burst.text for burst in rule.finish().bursts]
    return texts[0] if len(texts) == 1 else ""


def _gs_kind(gs: list[Piece] | None) -> str:
    if gs is None:
        return "untested"
    if [piece.char for piece in gs] == ["\x1d"]:
        return "digits" if gs[0].by_digits else "control"
    return "substitute" if gs and UNREAD not in _text(gs) else "lost"


def _paced(settings: KeyboardSettings, mean: float, longest: int) -> KeyboardSettings:
    """Limits with some air over what was measured; the usual ones where those do."""
    usual = KeyboardSettings()
    slow = mean > 0.9 * usual.mean_gap_ms or longest > 0.9 * usual.hold_ms
    widest = min(max(usual.slow_mean_gap_ms, 10 * ceil(mean * 1.25 / 10)), _LARGEST_MEAN_MS)
    pause = usual.max_gap_ms if longest <= 0.8 * usual.max_gap_ms else 10 * ceil(longest * 1.3 / 10)
    pause = min(pause, _LONGEST_GAP_MS)
    return replace(settings, profile="slow" if slow else "normal", slow_mean_gap_ms=widest, max_gap_ms=pause,
                   idle_ms=max(usual.idle_ms, pause), hold_ms=usual.hold_ms, mean_gap_ms=usual.mean_gap_ms)


def _layout_finding(layout: str) -> Finding:
    if layout in ("us", "same"):
        return Finding(f"layout_{layout}")
    return Finding("layout_other", (("layout", layout),))


def _gs_finding(kind: str, text: str) -> Finding:
    return Finding(f"gs_{kind}", (("text", text),) if kind == "substitute" else ())


def _pace_finding(mean: float, longest: int) -> Finding:
    usual = KeyboardSettings()
    code = "pace_slow" if mean > 0.9 * usual.mean_gap_ms else "pace_stalls" if longest > 0.9 * usual.hold_ms else "pace"
    return Finding(code, (("mean", f"{mean:.0f}"), ("longest", str(longest))))


def _share(text: str) -> float:
    """What share of the label that it is most like a text holds, 0 to 1."""
    return max(len(_came(text, label)) / len(label) for label in (LABEL, SHORT)) if len(text) < _FAR_TOO_LONG else 0.0


def _came(text: str, label: str) -> set[int]:
    """The places of a label whose characters are in a text, in order."""
    blocks = SequenceMatcher(None, text, label, autojunk=False).get_matching_blocks()
    return {at for block in blocks for at in range(block.b, block.b + block.size)}


def _damage(text: str) -> Finding:
    """Which characters of the label did not come."""
    for label in (LABEL, SHORT):
        if label.swapcase() in text:
            return Finding("case_swapped")
        if label.upper() in text or label.lower() in text:
            return Finding("case_lost")
    label = LABEL if len(text) > (len(LABEL) + len(SHORT)) // 2 else SHORT
    came = _came(text, label)
    lost = "".join(dict.fromkeys(char for at, char in enumerate(label) if at not in came))
    return Finding("characters", (("text", lost),))
