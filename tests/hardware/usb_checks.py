"""One USB scanner with keyboard, HID-POS and serial port, plugged into sockets of an emulated USB bus."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from station.scanners.base import Condition
from station.scanners.evdev import Evdev, EvdevSettings
from station.scanners.hid_pos import HidPos, HidPosSettings
from station.scanners.serial import Serial, SerialSettings
from tests.scanners.heard import Heard

from . import stranger
from .gadget import Gadget, load_bus
from .inside import reaches, reading
from .plugged import wait_for_node

KEY = "05e0:1310:SN-1"
PORT = Path("/dev/ttyACM0")


@contextmanager
def plugged(name: str, **about: Any) -> Iterator[Gadget]:
    load_bus()
    with Gadget(name, **about) as gadget:
        gadget.plug()
        wait_for_node(PORT)
        yield gadget
    wait_for_node(PORT, there=False)


@contextmanager
def all_three() -> Iterator[tuple[Heard, Heard, Heard]]:
    """The scanner read in each of its ways. The bus is slow here: silence alone ends no code for five seconds."""
    with (
        reading(Evdev(EvdevSettings(KEY, idle_ms=5000))) as keys,
        reading(HidPos(HidPosSettings(KEY))) as reports,
        reading(Serial(SerialSettings(KEY, idle_ms=5000))) as port,
    ):
        for told in (keys, reports, port):
            reaches(told, Condition.READY)
        yield keys, reports, port


def all_three_ways_of_one_scanner_are_found_under_one_key_and_heard() -> None:
    with plugged("all") as gadget, all_three() as (keys, reports, port):
        for kind in (Evdev, HidPos, Serial):
            assert KEY in [each.key for each in kind.find()], (kind.name, kind.find())
        gadget.type("KEYS-12")
        gadget.send_pos(b"POS-" + b"0123456789" * 9)
        gadget.send_serial(b"]Q3PORT-1\x1d21\r\nPORT-2\r\n")
        keys.until_texts("KEYS-12")
        reports.until_texts("POS-" + "0123456789" * 9)
        port.until_texts("PORT-1\x1d21", "PORT-2")
        assert port.scans[0].symbology == "]Q3"


def in_another_socket_and_at_another_port_it_is_the_same_scanner() -> None:
    with plugged("moved") as gadget, all_three() as every:
        gadget.type("HALF-A-", end=False)
        gadget.send_serial(b"HALF-A-")
        gadget.unplug()
        for told in every:
            reaches(told, Condition.UNPLUGGED)
        wait_for_node(PORT, there=False)
        with Gadget("squatter", product=0x7777, serial="OTHER") as squatter:
            squatter.plug(0)  # takes the port's old number
            wait_for_node(PORT)
            gadget.plug(1)
            for told in every:
                reaches(told, Condition.READY)
            gadget.type("KEYS-3")
            gadget.send_pos(b"POS-3")
            gadget.send_serial(b"PORT-3\r")
            for told, text in zip(every, ("KEYS-3", "POS-3", "PORT-3"), strict=True):
                told.until_texts(text)


def a_port_that_another_program_has_is_busy() -> None:
    with plugged("busy"), reading(Serial(SerialSettings(KEY))) as first:
        reaches(first, Condition.READY)
        with reading(Serial(SerialSettings(KEY))) as second:
            reaches(second, Condition.BUSY)


def without_the_right_to_open_a_port_the_group_is_named() -> None:
    with plugged("closed", vendor=0x1234, product=0x0001, serial="C-1"):
        subprocess.run(["udevadm", "settle", "--timeout=60"], check=True)
        answer = stranger.ask("serial", device="1234:0001:C-1")
    assert ["1234:0001:C-1", "no_permission", "sudo usermod -aG dialout $USER"] in answer["found"], answer
    assert answer["state"] == Condition.NO_PERMISSION


CHECKS = (
    all_three_ways_of_one_scanner_are_found_under_one_key_and_heard,
    in_another_socket_and_at_another_port_it_is_the_same_scanner,
    a_port_that_another_program_has_is_busy,
    without_the_right_to_open_a_port_the_group_is_named,
)
