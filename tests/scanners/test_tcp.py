"""Network scanners on a loopback port: lines, several guests, the token, a busy port."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from station.scanners.base import Condition
from station.scanners.tcp import Tcp, TcpSettings
from tests.scanners.heard import Heard


@contextmanager
def listening(settings: TcpSettings) -> Iterator[tuple[Tcp, Heard]]:
    heard = Heard()
    scanner = Tcp(settings, title="phone")
    scanner.start(heard.scan, heard.state)
    try:
        heard.until(lambda: bool(heard.states))
        yield scanner, heard
    finally:
        assert scanner.stop()


def guest(scanner: Tcp) -> socket.socket:
    return socket.create_connection(("127.0.0.1", scanner.port), timeout=5)


def test_each_line_is_a_scan_and_guests_do_not_mix() -> None:
    with listening(TcpSettings(port=0)) as (scanner, heard), guest(scanner) as one, guest(scanner) as two:
        one.sendall(b"KIT-")
        two.sendall(b"OTHER-1\r")
        heard.until_texts("OTHER-1")
        one.sendall(b"1\rKIT-2\r\n")
        heard.until_texts("OTHER-1", "KIT-1", "KIT-2")
        assert {scan.source for scan in heard.scans} == {"phone 127.0.0.1"}


def test_a_code_without_terminator_ends_with_silence_or_with_the_connection() -> None:
    with listening(TcpSettings(port=0, idle_ms=60)) as (scanner, heard):
        with guest(scanner) as one:
            one.sendall(b"SILENT-1")
            heard.until_texts("SILENT-1")
            one.sendall(b"LAST-2")
        heard.until_texts("SILENT-1", "LAST-2")


def test_without_the_token_nothing_is_taken() -> None:
    with listening(TcpSettings(port=0, token="open-sesame")) as (scanner, heard):
        with guest(scanner) as one, guest(scanner) as two, guest(scanner) as three:
            one.sendall(b"KIT-1\rwrong-token KIT-2\r")
            two.sendall(b"open-sesame\rKIT-3\rKIT-4\r")
            heard.until_texts("KIT-3", "KIT-4")
            three.sendall(b"open-sesame KIT-5\r")
            heard.until_texts("KIT-3", "KIT-4", "KIT-5")
        assert "open-sesame" not in repr(scanner.settings)


def test_who_gives_a_wrong_token_is_told_of_until_it_is_right() -> None:
    with listening(TcpSettings(port=0, token="open-sesame")) as (scanner, heard):
        with guest(scanner) as one:
            one.sendall(b"wrong-token KIT-1\rKIT-2\rKIT-3\r")
            heard.until(lambda: heard.states[-1].turned_away == (("127.0.0.1", 3),))
        assert heard.condition is Condition.READY
        assert "wrong-token" not in repr(heard.states)
        with guest(scanner) as one:
            one.sendall(b"open-sesame KIT-4\r")
            heard.until_texts("KIT-4")
            heard.until(lambda: heard.states[-1].turned_away == ())


@pytest.mark.parametrize("token", ["", "short"])
def test_other_machines_are_not_listened_to_without_a_token(token: str) -> None:
    with listening(TcpSettings(host="192.0.2.1", port=0, token=token)) as (scanner, heard):
        assert heard.condition is Condition.NO_PERMISSION
        assert scanner.port == 0


def test_a_port_that_somebody_has_is_busy_until_it_is_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        heard = Heard()
        scanner = Tcp(TcpSettings(port=port))
        scanner.start(heard.scan, heard.state)
        heard.until(lambda: heard.condition is Condition.BUSY)
    heard.until(lambda: heard.condition is Condition.READY)
    assert scanner.stop()
    assert heard.condition is Condition.STOPPED


def test_a_flood_and_rubbish_hurt_nobody() -> None:
    with listening(TcpSettings(port=0)) as (scanner, heard), guest(scanner) as one, guest(scanner) as two:
        one.sendall(b"\xff" * 200_000 + b"\r" + b"\x00" * 1000)
        two.sendall(b"KIT-1\r")
        heard.until(lambda: "KIT-1" in heard.texts)
        one.sendall(b"KIT-2\r")
        heard.until(lambda: "KIT-2" in heard.texts)
