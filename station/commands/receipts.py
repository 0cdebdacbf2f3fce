"""``station receipt``: what a batch came to, as lines, CSV, HTML, a workbook or PDF."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from station.core.receipt import Receipt
from station.desk import history, orders
from station.whole_file import read_file, replace_file
from station.words import say

from .answers import Exit, Stop, note
from .results import put_lines, status_of
from .running import reading

READABLE = 0o644
Writer = Callable[[Receipt, Path], None]


def receipt(batch: str, files: dict[str, Path | None], as_json: bool) -> Exit:
    """Write the receipt of a batch (its ID or name); without a file, show it. The status is that of its devices."""
    with reading() as (reader, settings):
        found = history.receipt(reader, batch, settings.name, datetime.now(UTC))
        if found is None:
            raise Stop(say("cli.no_batch", name=batch))
        lines = orders.lines_of(reader, found.batch.id) or orders.lines_of_items(
            reader, list(dict.fromkeys(line.item.id for line in found.lines))
        )
        wanted = {kind: path for kind, path in files.items() if path is not None}
        for kind, path in wanted.items():
            write(found, kind, path)
            note(say("cli.written", name=str(path)))
        if as_json or not wanted:
            put_lines(lines, as_json, found.batch.id)
        return status_of(lines)


def write(receipt: Receipt, kind: str, path: Path) -> None:
    """Write one file: "csv", "html", "xlsx" or "pdf". Raises ``Stop`` where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _WRITERS[kind](receipt, path)
    except OSError as error:
        raise Stop(say("cli.not_written", name=str(path), detail=error.strerror or str(error)), Exit.REFUSED) from error


def _csv(receipt: Receipt, path: Path) -> None:
    # Each writer imports its library when it is wanted: most receipts are written in one form only.
    from station.reports import receipt_csv

    _put(path, receipt_csv(receipt))


def _html(receipt: Receipt, path: Path) -> None:
    from station.reports import receipt_html

    _put(path, receipt_html(receipt))


def _xlsx(receipt: Receipt, path: Path) -> None:
    from station.reports import receipt_xlsx

    _put(path, receipt_xlsx(receipt))


def _pdf(receipt: Receipt, path: Path) -> None:
    from station.reports import receipt_html
    from station.ui.offscreen import application
    from station.ui.printing import save_pdf

    application()
    save_pdf(receipt_html(receipt), path)


def _put(path: Path, content: str | bytes) -> None:
    """Whole or not at all: on a full disk an older receipt stays as it was. A pipe is written as it is."""
    data = content if isinstance(content, bytes) else content.encode()
    if path.exists() and not path.is_file():
        path.write_bytes(data)
    else:
        replace_file(path, read_file(path), data, READABLE)


_WRITERS: dict[str, Writer] = {"csv": _csv, "html": _html, "xlsx": _xlsx, "pdf": _pdf}
