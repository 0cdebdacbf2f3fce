"""A receipt's file is written whole or not at all: an older one stays where the disk takes no more."""

import os
from pathlib import Path

import pytest

from station.commands import receipts
from station.commands.answers import Stop
from tests.reports.receipts import receipt

resource = pytest.importorskip("resource")


def test_an_older_receipt_outlives_a_disk_that_is_full(tmp_path: Path) -> None:
    path = tmp_path / "receipt.csv"
    path.write_text("the older one", "utf-8")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, before[1]))
    try:
        with pytest.raises(Stop):
            receipts.write(receipt(), "csv", path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_text("utf-8") == "the older one"
    assert list(tmp_path.iterdir()) == [path]
    receipts.write(receipt(), "csv", path)
    assert path.read_text("utf-8").count("\n") > 1


def test_a_receipt_can_be_led_into_another_program() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as end:
        try:
            receipts.write(receipt(), "csv", Path(f"/dev/fd/{writing}"))
        finally:
            os.close(writing)
        assert b"device" in end.read().lower()
