"""The help page's entries: keys, statuses, the vendors' errors, what happens offline, what a receipt is."""

from dataclasses import dataclass

from station.words import Tone, say

KEYS = (
    ("F1", "help"), ("F2", "entry"), ("F3", "queue"), ("F4", "scanners"), ("F5", "check_again"), ("F6", "camera"),
    ("F7", "connections"), ("F8", "target"), ("F9", "claim"),
    ("F10", "claiming"), ("F11", "ahead"), ("Ctrl+Z", "undo"), ("Ctrl+F", "find"),
    ("Ctrl+V", "paste"), ("Ctrl+C", "copy"), ("Del", "remove"), ("Enter", "enter"), ("Space", "details"),
    ("Esc", "back"), ("Tab", "tab"),
)
STATUSES = (
    (Tone.READY, "ready"), (Tone.DONE, "yours"), (Tone.PROBLEM, "problem"), (Tone.REPEAT, "repeat"),
    (Tone.WAITING, "waiting"), (Tone.UNKNOWN, "unknown"),
)
ERRORS = ("already_claimed", "not_found")
TOPICS = (
    "scanning", "scanners", "halves", "kits", "mixed", "names", "claiming", "rehearsal", "offline", "unknown",
    "afterwards", "receipt", "support", "practice",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be looked up: a heading and its text; ``section`` is what it stands under."""

    section: str
    heading: str
    text: str
    tone: Tone | None = None


def entries() -> list[Entry]:
    """All entries, in the order of the page."""
    return [
        *(Entry(say("help.section.keys"), key, say(f"help.key.{name}")) for key, name in KEYS),
        *(Entry(say("help.section.statuses"), say(f"help.status.{name}.name"), say(f"help.status.{name}.text"), tone)
          for tone, name in STATUSES),
        *(Entry(say("help.section.errors"), say(f"help.error.{name}.name"), say(f"help.error.{name}.text"))
          for name in ERRORS),
        *(Entry(say("help.section.topics"), say(f"help.topic.{name}.name"), say(f"help.topic.{name}.text"))
          for name in TOPICS),
    ]


def fitting(found: list[Entry], text: str) -> list[Entry]:
    """The entries in which all words of a search stand."""
    words = text.casefold().split()
    return [each for each in found
            if all(word in f"{each.section} {each.heading} {each.text}".casefold() for word in words)]
