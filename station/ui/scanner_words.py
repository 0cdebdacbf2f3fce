"""What is said of a scanner: how it is doing, and what to do about it."""

from datetime import UTC, datetime

from station.words import Tone, has, say, time_of_day

from .connection_doors import Problem
from .items_delegate import printable
from .scanner_doors import ScannerSeen, ScannersSeen

_TONES = {
    "ready": Tone.DONE, "reading": Tone.DONE, "stopped": Tone.WAITING, "unplugged": Tone.UNKNOWN,
    "busy": Tone.UNKNOWN, "no_permission": Tone.PROBLEM, "failed": Tone.PROBLEM,
    "left_out": Tone.PROBLEM,
}


def kind_of(kind: str) -> str:
    key = f"scanners.kind.{kind}"
    return say(key) if has(key) else printable(kind.replace("_", " ").capitalize())


def title_of(seen: ScannerSeen) -> str:
    kind = kind_of(seen.kind)
    return printable(seen.title) if seen.title == kind else f"{printable(seen.title)} · {kind}"


def state_of(seen: ScannerSeen) -> str:
    """How it is doing, in a few words."""
    if seen.name and not seen.enabled:
        return say("scanners.state.off")
    if not seen.name and seen.state in ("ready", "reading"):
        return say("scanners.state.types" if seen.kind == "keyboard" else "scanners.state.free")
    key = f"scanners.state.{seen.state}"
    if seen.detail == "starting":
        return say("scanners.state.starting")
    return say(f"{key}_{seen.kind}" if has(f"{key}_{seen.kind}") else key, detail=printable(seen.detail))


def tone_of(seen: ScannerSeen) -> Tone:
    if seen.name and not seen.enabled:
        return Tone.WAITING
    if seen.turned_away:
        return Tone.UNKNOWN
    if not seen.name and seen.state in ("ready", "reading"):
        return Tone.READY
    return Tone.WAITING if seen.detail == "starting" else _TONES.get(seen.state, Tone.UNKNOWN)


def advice_of(seen: ScannerSeen) -> str:
    """What to do about it; empty where there is nothing to do."""
    if seen.name and not seen.enabled:
        return ""
    if seen.turned_away:
        each = ", ".join(say("scanners.stranger", address=printable(peer), n=tries) for peer, tries in seen.turned_away)
        return say("scanners.turned_away", each=each)
    key = f"scanners.remedy.{seen.remedy}" if seen.remedy else f"scanners.todo.{seen.state}_{seen.kind}"
    if not has(key):
        key = f"scanners.todo.{seen.state}"
    return say(key, detail=printable(seen.detail), kind=kind_of(seen.kind)) if has(key) else ""


def last_of(seen: ScannerSeen) -> str:
    """What it read last, and when."""
    if seen.last_at is None:
        return ""
    return say("scanners.last", time=time_of_day(seen.last_at, datetime.now(UTC)), text=printable(seen.last) or "…")


def test_line(seen: ScannersSeen) -> str:
    """The last scan of all, as it may be shown."""
    last = seen.last
    if last is None or last.last_at is None:
        return say("scanners.no_scan")
    heard = f"scanners.heard.{last.last_heard}"
    return say(
        "scanners.test", text=printable(last.last) or "…", source=printable(last.last_source or last.title),
        time=time_of_day(last.last_at, datetime.now(UTC)), heard=say(heard) if has(heard) else "",
    ).strip()


def problem_of(problem: Problem) -> str:
    """Why a wish was not granted."""
    key = f"scanners.problem.{problem.code}"
    return say(key, detail=printable(problem.detail)) if has(key) else problem.sentence
