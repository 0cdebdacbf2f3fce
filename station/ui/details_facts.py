"""What the details panel says of a row: facts, devices and history in words. No widgets here."""

from collections.abc import Iterable
from datetime import datetime

from station.core.finding import ClaimStatus, Holder
from station.core.item import Check, Details, Device, Event, Item, Link
from station.core.outcome import HowKnown
from station.core.progress import Progress
from station.core.target import Target
from station.words import Tone, advice, has, identifier_text, say, since, status, time_of_day, told_words, what_it_is

from .panel_list import Row
from .target_rows import licence_words
from .terms import Terms

MOST_EVENTS = 60
"""Lines of history that are shown at most: the newest."""
LONGEST_ANSWER = 400
"""Letters of a vendor's own answer that are shown; all of it is copied."""
_NOBODYS = frozenset({Progress.OPEN, Progress.REMOVED})
"""Nobody has pressed Claim for these: their batch's operator is only who scans."""
Facts = list[tuple[str, str]]


def facts_of(details: Details, now: datetime, terms: Terms, target: Target | None = None) -> Facts:
    """Name and value of what is known of a row, without what stands above it in the panel; ``target`` is where it goes.
    """
    item = details.item
    single = details.devices[0] if len(details.devices) == 1 and item.what != "kit" else None
    at = time_of_day(item.scanned_at, now)
    facts = [
        ("looked_up", _looked_up(item, now, terms)),
        ("counts", say("details.counts_differ") if item.counts_differ else ""),
        ("title", item.title if item.title != what_it_is(item) else ""),
        ("product", item.product_number),
        ("holder", _holder(item, single)),
        ("place", _place(item)),
        *(_outcome_facts(item, single) if single is not None else ()),
        ("answer", shortened(details.raw_finding) if _is_unclear(item) else ""),
        ("scanned", say("details.scanned_at", time=at, source=source_words(item.source))),
        ("symbology", symbology_words(item.symbology)),
        ("raw", item.shown),
        ("target", item.target_title),
        ("licence", licence_words(target, now) if target is not None and item.progress is Progress.OPEN else ""),
        ("operator", details.operator if item.progress not in _NOBODYS else ""),
    ]
    named = [(say(f"details.fact.{name}"), value) for name, value in facts if value]
    return named + [(extra_words(name), value) for name, value in details.extra if value]


def copied_facts() -> list[str]:
    """The names of the facts that support or a vendor's page asks for by themselves."""
    return [say("details.fact.handle"), say("details.fact.request"), say("details.fact.device_id")]


def extra_words(name: str) -> str:
    """The name of a fact that only this vendor tells; one that nobody translated as it stands."""
    whole, label, own = name.rpartition("label ")
    if label:
        return f"{whole}{say('details.extra.label')} {own}"
    return say(f"details.extra.{name}") if has(f"details.extra.{name}") else name


def shortened(text: str) -> str:
    """What a vendor answered, as it came, on one line and no longer than a person reads."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_ANSWER else line[:LONGEST_ANSWER] + "…"


def _is_unclear(item: Item) -> bool:
    """Whether the vendor answered and we could not make a status of it."""
    return item.claim_status is ClaimStatus.UNCHECKED and item.progress is Progress.OPEN


def _looked_up(item: Item, now: datetime, terms: Terms) -> str:
    if item.looked_up_at is not None:
        return since(item.looked_up_at, now)
    never = item.check is Check.NONE or not terms.look_up
    return say("details.cannot_be_asked") if never and not item.identifier.missing else ""


def _holder(item: Item, single: Device | None) -> str:
    """Who holds what is claimed already, as far as the vendor tells."""
    if single is not None and single.found.owned:
        return say("details.holder.owned")
    told = item.claim_status in (ClaimStatus.CLAIMED, ClaimStatus.PARTLY_CLAIMED) and item.progress is Progress.OPEN
    return say(f"details.holder.{item.holder}") if told and item.holder is not Holder.NOBODY else ""


def _outcome_facts(item: Item, device: Device) -> Iterable[tuple[str, str]]:
    outcome = device.outcome
    told = device.progress is not Progress.OPEN and device.device_id != item.identifier.text
    yield "device_id", device.device_id if told else ""
    yield "handle", (outcome.handle if outcome else "") or device.found.handle
    if outcome is not None:
        yield "known", say(f"receipt.known.{outcome.how_known}") if outcome.how_known is not HowKnown.NOT_KNOWN else ""
        yield "vendor", told_words(outcome.code, outcome.text)
        yield "request", outcome.request_id


def source_words(source: str) -> str:
    """Where a scan came from, "typed" as a word, a file's or a scanner's name as it is."""
    return say(f"details.source.{source}") if has(f"details.source.{source}") else source


def symbology_words(aim: str) -> str:
    """An AIM identifier in words, "QR code (]Q1)"."""
    if len(aim) < 2:
        return aim
    for key in (f"symbology.{aim[1:3]}", f"symbology.{aim[1]}"):
        if has(key):
            return f"{say(key)} ({aim})"
    return aim


def device_rows(details: Details) -> list[Row]:
    """One row for each device inside: its ID, and how it stands."""
    return [_device_row(device) for device in details.devices]


def _device_row(device: Device) -> Row:
    words, tone = device_words(device)
    outcome, found = device.outcome, device.found
    handle = (outcome.handle if outcome else "") or found.handle
    said = told_words(outcome.code, outcome.text) if outcome else ""
    kind = say(f"type.{found.type}") if has(f"type.{found.type}") else found.type
    held = found.place if device.progress is Progress.OPEN else ""
    line = " · ".join(part for part in (words, held, handle, said, kind, found.product_number) if part)
    return Row(str(device.id), device.device_id, line, tone=tone, mono=True)


def device_words(device: Device) -> tuple[str, Tone]:
    """How one device stands, in a few words."""
    if device.inside is not None:
        return say("status.inside", row=device.inside.number), Tone.REPEAT
    progress, outcome = device.progress, device.outcome
    if progress is Progress.OPEN:
        return say(f"details.found.{device.found.status}"), _FOUND.get(str(device.found.status), Tone.WAITING)
    if progress in (Progress.CLAIMED, Progress.REFUSED) and outcome is not None:
        return say(f"outcome.{outcome.kind}"), Tone.DONE if progress is Progress.CLAIMED else Tone.PROBLEM
    return say(f"receipt.progress.{progress}"), _TONES.get(progress, Tone.WAITING)


_FOUND = {"unclaimed": Tone.READY, "claimed": Tone.PROBLEM, "not_found": Tone.PROBLEM, "unregistered": Tone.PROBLEM}
_TONES = {Progress.UNKNOWN: Tone.UNKNOWN, Progress.HELD: Tone.UNKNOWN, Progress.CLAIMED: Tone.DONE,
          Progress.REFUSED: Tone.PROBLEM}


def history_of(details: Details, now: datetime) -> list[str]:
    """What happened to a row, a line each, the newest first; what happened to many devices at once is one line."""
    lines = [_scanned(details.item, now)]
    last: tuple[str, str, str] = ("", "", "")
    count = 0
    for event in details.history:
        said = (time_of_day(event.at, now), _event_words(event), event.who)
        count = count + 1 if said == last else 1
        line = _event_line(said, count)
        if said == last:
            lines[-1] = line
        else:
            lines.append(line)
        last = said
    lines.reverse()
    if len(lines) > MOST_EVENTS:
        lines = [*lines[:MOST_EVENTS], say("details.earlier", n=len(lines) - MOST_EVENTS)]
    return lines


def _scanned(item: Item, now: datetime) -> str:
    return say("history.scanned", time=time_of_day(item.scanned_at, now))


def _event_line(said: tuple[str, str, str], count: int) -> str:
    time, words, who = said
    line = say("history.line", time=time, words=words)
    line = say("history.by", line=line, who=who) if who else line
    return say("history.devices", line=line, n=count) if count > 1 else line


def _event_words(event: Event) -> str:
    key = f"history.to.{event.new}" if event.what == "step" else f"history.what.{event.what}"
    words = say(key) if has(key) else event.what
    why = say(f"history.why.{event.why}") if has(f"history.why.{event.why}") else event.why
    outcome = event.detail.split(" ")[0] if event.what == "step" else ""
    told = say(f"outcome.{outcome}") if has(f"outcome.{outcome}") else ""
    return ", ".join(part for part in (words, told if told.casefold() != words.casefold() else "", why) if part)


def links_of(item: Item) -> list[tuple[str, Link]]:
    """The rows that this one points to, with the words for each."""
    links = (("repeat_of", item.repeat_of), ("inside", item.inside), ("again_of", item.again_of),
             ("again_in", item.again_in))
    return [(say(f"details.link.{name}", row=link.number), link) for name, link in links if link is not None]


def copy_text(details: Details, now: datetime, terms: Terms, target: Target | None = None) -> str:
    """All of it as plain text, for a mail to support."""
    item = details.item
    lines = [identifier_text(item.identifier), what_it_is(item), item.name, status(item, now).text]
    counsel = advice(item)
    if counsel is not None:
        lines += [counsel.cause, counsel.meaning, counsel.next_step]
    lines = [line for line in lines if line]
    lines += ["", *(f"{name}: {value}" for name, value in facts_of(details, now, terms, target))]
    lines += [say("details.fact.batch") + f": {item.batch}"]
    if details.raw_finding:
        lines += ["", say("details.fact.answer"), details.raw_finding]
    if details.devices:
        lines += ["", say("details.devices"), *(f"{row.title}\t{row.line}" for row in device_rows(details))]
    lines += ["", say("details.history"), *history_of(details, now)]
    return "\n".join(lines) + "\n"


def _place(item: Item) -> str:
    """Where it is, as far as that is known; where it was before it was given back counts no longer."""
    if item.progress is Progress.RELEASED:
        return ""
    return item.place or (item.outcome.place if item.outcome else "")
