"""What is known of a delivery is fetched before going where there is no network, and shown there with its age."""

from datetime import UTC, datetime
from pathlib import Path

from station.core.finding import ClaimStatus
from station.core.item import Check
from station.core.scan import Scan
from station.desk import batches, intake, pauses
from station.folders import find_folders
from station.parts import assemble
from station.settings import read_settings
from station.words import status

from .conftest import Cli

KIT = "maple-harbor-lantern"
PATIENCE_S = 20.0


def test_a_delivery_that_was_looked_up_before_is_known_without_a_network(cli: Cli, home: Path, tmp_path: Path) -> None:
    listed = tmp_path / "delivery.csv"
    listed.write_text(f"code\n{KIT}\nzz-unknown-zz\n", "utf-8")
    done = cli("check", "--file", str(listed), "--keep")
    assert "2 of 2 kept" in done.err
    assert KIT not in done.out
    station = assemble(read_settings(home / "settings.toml"), find_folders())
    station.start()
    try:
        do = station.desk.do
        do(pauses.pause, "local").result(PATIENCE_S)
        do(batches.choose, "local", "oslo-west", "Oslo-West").result(PATIENCE_S)
        heard = do(intake.keep, Scan(KIT.encode(), "practice", datetime.now(UTC))).result(PATIENCE_S)
        assert heard.item is not None
        item = heard.item.id
        row = station.desk.read(lambda reader: reader.item(item)).result(PATIENCE_S)
        assert row is not None
        assert (row.claim_status, row.check) == (ClaimStatus.UNCLAIMED, Check.OFFLINE)
        assert row.device_count > 1
        assert "offline" in status(row, datetime.now(UTC)).text
    finally:
        station.stop(5)
