"""``station record`` and ``station replay``, as a script uses them."""

import socket
import threading
import time
from pathlib import Path

from tests.cli.conftest import Cli, settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def send(port: int, data: bytes) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as guest:
                guest.sendall(data)
            return
        except ConnectionRefusedError:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_a_shift_is_recorded_and_played_again(cli: Cli, home: Path, tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "shift.jsonl"
    settings(home, f'[scanners.phones]\nkind = "tcp"\nport = {port}\n')
    sending = threading.Thread(target=send, args=(port, b"c1sample0000000000d0\rserial=C-9;pin=482913\r"))
    sending.start()
    told = cli("record", str(file), "--seconds", "5", "--json")
    sending.join()
    assert told.status == 0, told.err
    assert told.column("scan")[0] == "c1sample0000000000d0"
    assert "482913" not in told.out + told.err + file.read_text("utf-8")
    again = cli("replay", str(file), "--speed", "0", "--json")
    assert again.status == 0, again.err
    assert again.column("heard")[0] == "repeat"
    assert again.column("source")[0] == "replay: phones 127.0.0.1"
    assert len(again.lines) == 2
    assert cli("record", str(file), "--seconds", "1").status == 2  # it is there already
    with file.open("a") as stream:
        stream.write("no scan\n")
    broken = cli("replay", str(file), "--speed", "0")
    assert broken.status == 1
    assert "line 4" in broken.err


def test_without_a_scanner_there_is_nothing_to_record(cli: Cli, tmp_path: Path) -> None:
    told = cli("record", str(tmp_path / "shift.jsonl"))
    assert told.status == 2
    assert "F4" in told.err
    assert cli("replay", str(tmp_path / "none.jsonl")).status == 1
