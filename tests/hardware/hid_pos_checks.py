"""Scanners in HID-POS mode, on devices of the kernel's own uhid."""

from station.scanners.base import Condition
from station.scanners.hid_pos import HidPos, HidPosSettings
from tests.scanners.hid_models import COMMON, OTHER_ORDER, common, other

from . import stranger
from .inside import reaches, reading
from .plugged import until
from .uhid import HidDevice

KEY = "05e0:1300:SN-1"
LONG = b"KIT-\x1d0123456789-" * 8


def send(device: HidDevice, code: bytes, aim: bytes = b"]Q1") -> None:
    """As one maker's scanners do: 56 bytes a report."""
    parts = [code[at : at + 56] for at in range(0, len(code), 56)]
    for number, part in enumerate(parts, 1):
        device.send(common(part, more=number < len(parts), aim=aim))


def it_is_found_by_vendor_product_and_serial_number() -> None:
    with HidDevice(COMMON):
        until(lambda: KEY in [each.key for each in HidPos.find()], "found")
        found = [each for each in HidPos.find() if each.key == KEY]
    assert [(each.state.condition, each.settings) for each in found] == [(Condition.READY, (("device", KEY),))]
    assert "Symbol" in found[0].title


def short_and_continued_codes_come_whole_with_their_symbology() -> None:
    with HidDevice(COMMON) as device, reading(HidPos(HidPosSettings(KEY))) as told:
        reaches(told, Condition.READY)
        send(device, b"KIT-1")
        send(device, LONG, b"]d2")
        send(device, "Zürich".encode())
        told.until(lambda: len(told.scans) >= 3)
        assert [scan.data for scan in told.scans] == [b"KIT-1", LONG, "Zürich".encode()]
        assert [scan.symbology for scan in told.scans] == ["]Q1", "]d2", "]Q1"]


def another_makers_order_of_fields_is_read_too() -> None:
    with (
        HidDevice(OTHER_ORDER, vendor=0x0C2E, product=0x0B81, serial="H-7", name="Honeywell Imager") as device,
        reading(HidPos(HidPosSettings("0c2e:0b81:H-7"))) as told,
    ):
        reaches(told, Condition.READY)
        device.send(other(b"A-CODE-OF-THIRTY-BYT", more=True))
        device.send(other(b"ES-IN-TWO."))
        told.until_texts("A-CODE-OF-THIRTY-BYTES-IN-TWO.")
        assert told.scans[0].symbology == "]C1"


def unplugged_in_mid_code_it_comes_back_by_itself_and_makes_up_nothing() -> None:
    with reading(HidPos(HidPosSettings(KEY))) as told:
        with HidDevice(COMMON) as device:
            reaches(told, Condition.READY)
            device.send(common(b"HALF", more=True))
        reaches(told, Condition.UNPLUGGED)
        with HidDevice(COMMON, serial="SN-2") as other_one, HidDevice(COMMON) as again:
            reaches(told, Condition.READY)
            send(other_one, b"NOT-MINE")
            send(again, b"WHOLE-1")
            told.until_texts("WHOLE-1")


def two_of_one_model_at_once_each_give_their_own() -> None:
    with (
        HidDevice(COMMON) as one, HidDevice(COMMON, serial="SN-2") as two,
        reading(HidPos(HidPosSettings(KEY), "one")) as told_one,
        reading(HidPos(HidPosSettings("05e0:1300:SN-2"), "two")) as told_two,
    ):  # fmt: skip
        reaches(told_one, Condition.READY)
        reaches(told_two, Condition.READY)
        for number in range(5):
            one.send(common(b"ONE-%d" % number))
            two.send(common(b"TWO-%d" % number))
        told_one.until_texts(*(f"ONE-{number}" for number in range(5)))
        told_two.until_texts(*(f"TWO-{number}" for number in range(5)))


def without_the_right_to_read_it_says_so_and_gives_the_rule() -> None:
    with HidDevice(COMMON, vendor=0x1234, product=0x4321, serial="X-1"):
        until(lambda: "1234:4321:X-1" in [each.key for each in HidPos.find()], "found")
        answer = stranger.ask("hid_pos", device="1234:4321:X-1")
    rule = next(text for key, _, text in answer["found"] if key.startswith("1234:4321"))
    assert answer["state"] == Condition.NO_PERMISSION, answer
    assert 'TAG+="uaccess"' in rule


CHECKS = (
    it_is_found_by_vendor_product_and_serial_number,
    short_and_continued_codes_come_whole_with_their_symbology,
    another_makers_order_of_fields_is_read_too,
    unplugged_in_mid_code_it_comes_back_by_itself_and_makes_up_nothing,
    two_of_one_model_at_once_each_give_their_own,
    without_the_right_to_read_it_says_so_and_gives_the_rule,
)
