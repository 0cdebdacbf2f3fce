"""The letters to the vendors' support, put together on the reading thread."""

from collections.abc import Mapping
from datetime import datetime

from station.desk import history
from station.desk.ports import Reader
from station.reports.support import Letter, SupportCase, cases_of, letters

MOST_BATCHES = 20


def read_letters(
    reader: Reader, batch: str, desk: str, who: str, titles: Mapping[str, str], now: datetime
) -> list[Letter]:
    """A letter for each vendor that has to be asked about a batch, or about any on the table without an ID.

    The calls know most of what was sent; the receipt adds what nothing was sent for: not found, not registered.
    """
    found: dict[tuple[str, str, str], SupportCase] = {}
    for sent in history.support_cases(reader, batch):
        found[sent.batch, sent.device, sent.thought] = sent
    known = {(each, device) for each, device, _ in found}
    on_table = [each.id for each in reader.batches(MOST_BATCHES) if each.on_table]
    for each in [batch] if batch else on_table:
        receipt = history.receipt(reader, each, desk, now)
        for case in cases_of(receipt) if receipt is not None else ():
            if (each, case.device) not in known or not case.device:
                found[each, case.device or case.identifier, case.thought] = case
    return letters(found.values(), desk, who, titles)
