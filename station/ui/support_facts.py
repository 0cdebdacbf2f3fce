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
    """A letter for each vendor that has to be asked about a batch, or about any of the last ones without an ID."""
    wanted = [batch] if batch else [each.id for each in reader.batches(MOST_BATCHES)]
    cases: list[SupportCase] = []
    for each in wanted:
        receipt = history.receipt(reader, each, desk, now)
        cases += cases_of(receipt) if receipt is not None else []
    return letters(cases, desk, who, titles)
