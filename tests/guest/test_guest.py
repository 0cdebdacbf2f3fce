"""A guest runs this computer's Python, tells how its script ended, and loses at a kill what no disk has."""

from pathlib import Path

import pytest

from tests.guest import Disk, GuestError, MissingError, guest_or_skip, make_ext4
from tests.guest.kernel import find_kernel, tool

ROOT = Path(__file__).parents[2]
WRITE = """
mount -t ext4 /dev/vda /mnt || exit 9
echo kept >/mnt/synced && sync
echo lost >/mnt/unsynced
echo kept >/run/guest/beside
echo written
sleep 100
"""


def test_a_program_that_is_not_there_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingError, match="no-such-program is not on this computer: apt-get install some-package"):
        tool("no-such-program", "some-package")


def test_without_an_archive_to_fetch_from_the_kernel_is_missed_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("shutil.which", lambda _name, **_where: None)
    with pytest.raises(MissingError, match="apt-cache is not on this computer"):
        find_kernel(tmp_path)


@pytest.mark.slow
def test_a_script_runs_with_this_computers_files_and_tells_how_it_ended() -> None:
    guest = guest_or_skip(f"echo $$; cat {ROOT}/LICENSE | head -n 1; touch {ROOT}/in-the-guest && exit 7")
    ended = guest.run()
    assert ended.status == 7
    assert ended.lines[1].strip() == (ROOT / "LICENSE").read_text("utf-8").splitlines()[0].strip()
    assert not (ROOT / "in-the-guest").exists()


@pytest.mark.slow
def test_a_kill_loses_what_was_not_handed_to_the_disk(tmp_path: Path) -> None:
    image = make_ext4(tmp_path / "desk.img", 64)
    with guest_or_skip(WRITE, disks=(Disk(image),)) as guest:
        guest.start()
        guest.wait_for("written")
        guest.kill()
        assert (guest.folder / "beside").read_text("utf-8") == "kept\n"
    read = "mount -t ext4 /dev/vda /mnt && cat /mnt/synced; cat /mnt/unsynced"
    ended = guest_or_skip(read, disks=(Disk(image),)).run()
    assert ended.lines[0] == "kept"
    assert "lost" not in ended.lines


@pytest.mark.slow
def test_a_script_that_does_not_end_is_ended() -> None:
    with guest_or_skip("echo begun; sleep 1000", seconds=150) as guest:
        guest.start()
        guest.wait_for("begun")
        with pytest.raises(GuestError, match="did not come to its end") as told:
            guest.wait(2)
    assert "begun" in str(told.value)
