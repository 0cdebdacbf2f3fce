"""What is known of a device whose claim had no clear answer: sent when, what came back, what the read-backs said."""

from collections.abc import Iterable
from datetime import datetime

from station.core.item import Details, Device, Event
from station.core.outcome import OutcomeKind
from station.core.progress import Progress
from station.words import advise, has, say, time_of_day

Facts = list[tuple[str, str]]
DOUBTFUL = frozenset({Progress.UNKNOWN, Progress.HELD})
MOST = 4
"""Lines of each kind that are shown: the newest; all of them stand in the history."""
READ_BACK = "read_back"
_TO_CONFIRM = "confirm"


def doubtful(details: Details) -> list[Device]:
    """The devices of a row of which nobody knows, or ever will by itself, whether they were claimed."""
    return [device for device in details.devices if device.progress in DOUBTFUL and device.inside is None]


def evidence_of(details: Details, now: datetime, title: str) -> Facts:
    """Name and value of what speaks for and against a claim that had no clear answer; ``title`` is the vendor's."""
    devices = {device.device_id: device for device in doubtful(details)}
    events = [event for event in details.history if event.device_id in devices]
    steps = [event for event in events if event.what == "step"]
    sent = [_line(event, say("evidence.sent_by", who=event.who) if event.who else "", now)
            for event in steps if event.new == Progress.SENDING]
    back = [_line(event, _came(event, title), now) for event in steps if event.new == Progress.UNKNOWN]
    read = [_line(event, _read(event), now) for event in events if _is_read_back(event)]
    asked = dict.fromkeys(device.outcome.request_id for device in devices.values() if device.outcome is not None)
    facts = [
        ("doubtful", say("evidence.count", n=len(devices), all=len(details.devices)) if len(devices) > 1 else ""),
        ("sent", _newest(sent)),
        ("came_back", _newest([*back, *_vendors_words(devices.values())])),
        ("read_back", _newest(read) or (say("evidence.not_yet") if devices else "")),
        ("request", ", ".join(each for each in asked if each)),
    ]
    return [(say(f"evidence.fact.{name}"), value) for name, value in facts if value]


def _line(event: Event, words: str, now: datetime) -> str:
    time = time_of_day(event.at, now)
    return say("evidence.line", time=time, words=words) if words else time


def _newest(lines: Iterable[str]) -> str:
    """The newest lines, each once: devices that went together have the same."""
    return "\n".join(list(dict.fromkeys(lines))[-MOST:])


def _came(event: Event, title: str) -> str:
    """What came back for a claim, in words; a person's wish to ask again in his own."""
    if event.who:
        return say("evidence.asked_again", who=event.who, why=event.why)
    if event.why == _TO_CONFIRM:
        told = event.detail.split(" ")[0]
        already = told == OutcomeKind.ALREADY_CLAIMED
        return say("evidence.said_claimed" if already else "evidence.not_clear", title=title)
    if event.why.startswith("left out"):
        return say("evidence.left_out", title=title)
    code = "crash" if event.why == "restart" else event.why
    return advise("error", code if has(f"advice.error.{code}.cause") else "garbage", title=title).cause


def _is_read_back(event: Event) -> bool:
    return event.what == READ_BACK or (event.what == "step" and event.why.startswith(f"{READ_BACK}."))


def _read(event: Event) -> str:
    state = event.new if event.what == READ_BACK else event.why.partition(".")[2]
    return say(f"evidence.shows.{state}") if has(f"evidence.shows.{state}") else state


def _vendors_words(devices: Iterable[Device]) -> list[str]:
    """The vendor's own code and text, as they came."""
    told = (" ".join(each for each in (device.outcome.code, device.outcome.text) if each)
            for device in devices if device.outcome is not None)
    return [say("evidence.own_words", words=" ".join(each.split())[:200]) for each in told if each]
