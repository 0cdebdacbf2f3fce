"""A receipt as one HTML page, for paper, PDF and screen: no script, no picture, no link."""

from collections.abc import Iterable, Sequence
from html import escape

from station.core.receipt import Receipt
from station.words import identifier_text, say

from .cells import plain
from .facts import DeviceFacts, batch_facts, device_facts, left_out_why, sums

_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font-family: "DejaVu Sans", "Segoe UI", Arial, sans-serif; font-size: 9pt; color: #1B1F24; }}
h1 {{ font-size: 17pt; margin-bottom: 2pt; }}
h2 {{ font-size: 11pt; margin-top: 12pt; margin-bottom: 4pt; }}
p {{ margin-top: 2pt; margin-bottom: 4pt; }}
th {{ text-align: left; background-color: #EEF1F4; }}
.quiet {{ color: #57606A; }}
.mono {{ font-family: "DejaVu Sans Mono", Consolas, monospace; }}
</style></head><body>
{body}
</body></html>
"""


def receipt_html(receipt: Receipt) -> str:
    """The receipt of a batch; everything from outside is escaped."""
    facts = [device_facts(line) for line in receipt.lines]
    waiting = [each for each in facts if not each.settled]
    target = receipt.batch.target_title or receipt.batch.target
    title = say("receipt.title_into", target=target) if target else say("receipt.title")
    parts = [
        f"<h1>{_text(title)}</h1>",
        f"<p>{_text(say('receipt.practice'))}</p>" if receipt.batch.practice else "",
        _table((), ((_quiet(name), _text(value)) for name, value in batch_facts(receipt))),
        _head("receipt.sums"),
        _table((), ((f'<p align="right"><b>{count}</b></p>', _text(words)) for words, count in sums(receipt))),
        _head("receipt.unsettled"),
        _devices(waiting) if waiting else f"<p>{_text(say('receipt.all_settled'))}</p>",
        _head("receipt.devices"),
        _devices(facts) if facts else f"<p>{_text(say('receipt.no_devices'))}</p>",
        *_left_out(receipt),
    ]
    return _PAGE.format(title=_text(title), body="\n".join(part for part in parts if part))


def _head(key: str) -> str:
    return f"<p></p><h2>{_text(say(key))}</h2>"


def _text(text: str) -> str:
    return escape(plain(text))


def _quiet(text: str) -> str:
    return f'<span class="quiet">{_text(text)}</span>'


_WIDTHS = {3: (7, 53, 40), 5: (6, 26, 18, 24, 26)}
"""How the columns share a page's width, in per cent, by their number."""


def _table(head: Sequence[str], rows: Iterable[tuple[str, ...]], *, whole: bool = False) -> str:
    """A table of cells that are HTML already. What stands in ``thead`` is repeated on every page."""
    widths = _WIDTHS[len(head)] if head else ()
    names = "".join(f'<th width="{width}%">{_text(name)}</th>' for name, width in zip(head, widths, strict=True))
    top = f"<thead><tr>{names}</tr></thead>" if names else ""
    body = "".join("<tr>" + "".join(f'<td valign="top">{cell}</td>' for cell in row) + "</tr>" for row in rows)
    look = 'width="100%" border="1" style="border-color: #D5DBE1; border-style: solid; border-collapse: collapse;"'
    return f'<table {look if whole else ""} cellpadding="3" cellspacing="0">{top}<tbody>{body}</tbody></table>'


def _devices(facts: list[DeviceFacts]) -> str:
    head = [say(f"receipt.column.{name}") for name in ("row", "device", "what", "outcome", "vendor")]
    return _table(head, (_device(each) for each in facts), whole=True)


def _device(facts: DeviceFacts) -> tuple[str, ...]:
    same = facts.device_id in ("", facts.identifier)
    device = [f'<span class="mono">{_text(facts.identifier if same else facts.device_id)}</span>']
    if not same:
        device.append(_quiet(say("receipt.scanned_as", text=facts.identifier)))
    what = [_text(text) for text in (facts.type, facts.product_number) if text]
    what += [f"<b>{_text(facts.name)}</b>"] if facts.name else []
    outcome = [f"<b>{_text(facts.outcome)}</b>"]
    outcome += [_quiet(text) for text in (facts.code, facts.known, facts.place, facts.at_utc) if text]
    vendor = [f'<span class="mono">{_text(facts.handle)}</span>'] if facts.handle else []
    said = " · ".join(text for text in (facts.vendor_code, facts.vendor_text) if text)
    vendor += [_text(said)] if said else []
    vendor += [_quiet(say("receipt.request", text=facts.request_id))] if facts.request_id else []
    return (str(facts.row), *("<br>".join(lines) for lines in (device, what, outcome, vendor)))


def _left_out(receipt: Receipt) -> list[str]:
    if not receipt.rows_left_out:
        return []
    rows = (
        (str(item.number), f'<span class="mono">{_text(identifier_text(item.identifier))}</span>',
         _text(left_out_why(item)))
        for item in receipt.rows_left_out
    )
    head = [say(f"receipt.column.{name}") for name in ("row", "identifier", "why")]
    return [_head("receipt.left_out"), _table(head, rows, whole=True)]
