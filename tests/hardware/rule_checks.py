"""The udev rules that come with the station, and those that its panel offers to copy, in a running systemd-udevd."""

import subprocess
from pathlib import Path

from station.scanners.base import Condition, Found, State
from station.scanners.evdev import Evdev
from station.scanners.hid_pos import HidPos
from tests.scanners.hid_models import COMMON

from .plugged import BLUETOOTH, until, wait_for_node
from .uhid import HidDevice
from .uinput import Keyboard
from .usb_checks import PORT, plugged

RULES = Path("/etc/udev/rules.d")


def known(device: str) -> dict[str, str]:
    """What udevd's database says of a device ("--name=FILE" or "--path=FOLDER")."""
    settle()
    said = subprocess.run(
        ["udevadm", "info", "--query=property", device], capture_output=True, text=True, check=True
    ).stdout
    return dict(line.partition("=")[::2] for line in said.splitlines())


def tagged(path: Path) -> bool:
    about = known(f"--name={path}")
    return "uaccess" in about.get("CURRENT_TAGS", about.get("TAGS", "")).split(":")


def nodes(gadget_vendor: str) -> tuple[Path, Path]:
    """The keyboard's and the HID-POS file of the scanner of that vendor."""
    keys = next(Path("/dev/input") / event.name for event in Path("/sys/class/input").glob("event*")
                if (event / "device/id/vendor").read_text("ascii").strip() == gadget_vendor)  # fmt: skip
    raw = [path for path in Path("/sys/class/hidraw").glob("hidraw*")
           if f"HID_ID=0003:0000{gadget_vendor.upper()}" in (path / "device/uevent").read_text("ascii")]  # fmt: skip
    pos = next(path for path in raw if (path / "device/report_descriptor").read_bytes().startswith(b"\x05\x8c"))
    return keys, Path("/dev") / pos.name


def settle() -> None:
    subprocess.run(["udevadm", "settle", "--timeout=60"], check=True)


def a_known_makers_scanner_is_given_to_whoever_sits_there() -> None:
    with plugged("ours"):
        settle()
        keys, pos = nodes("05e0")
        assert [path.name for path in (keys, pos, PORT) if not tagged(path)] == []
        assert (PORT.group(), PORT.stat().st_mode & 0o777) == ("dialout", 0o660)
        assert (keys.group(), keys.stat().st_mode & 0o777) == ("input", 0o660)
        assert pos.stat().st_mode & 0o777 == 0o600


def a_scanner_at_bluetooth_is_given_too() -> None:
    with Keyboard(bus=BLUETOOTH) as keyboard, HidDevice(COMMON, bus=BLUETOOTH):
        until(lambda: "05e0:1300:SN-1" in [each.key for each in HidPos.find()], "found")
        raw = next(path for path in Path("/sys/class/hidraw").glob("hidraw*")
                   if "HID_ID=0005:000005E0" in (path / "device/uevent").read_text("ascii"))  # fmt: skip
        settle()
        assert [path.name for path in (keyboard.path, Path("/dev") / raw.name) if not tagged(path)] == []


def the_modem_program_leaves_its_port_alone() -> None:
    with plugged("modem"):
        assert known(f"--name={PORT}").get("ID_MM_PORT_IGNORE") == "1"
        devices = Path("/sys/bus/usb/devices").glob("*/idVendor")
        usb = next(path.parent for path in devices if path.read_text("ascii").strip() == "05e0")
        assert known(f"--path={usb.resolve()}").get("ID_MM_DEVICE_IGNORE") == "1"


def another_makers_keyboard_stays_as_it_is() -> None:
    with Keyboard(0x046D, 0xC31C, "Logitech Keyboard") as keyboard:
        assert not tagged(keyboard.path)


def the_rules_that_the_panel_offers_let_an_unknown_maker_in() -> None:
    with plugged("unknown", vendor=0x1234, product=0x0002, serial="U-1") as gadget:
        settle()
        assert [path.name for path in nodes("1234") if tagged(path)] == []
        gadget.unplug()
        wait_for_node(PORT, there=False)
        denied = State(Condition.NO_PERMISSION)
        remedies = [kind.remedy(Found(kind.name, "1234:0002:U-1", "", denied)) for kind in (Evdev, HidPos)]
        lines = [remedy.text for remedy in remedies if remedy is not None]
        assert len(lines) == 2
        (RULES / "60-unknown.rules").write_text("\n".join(lines) + "\n", "utf-8")
        subprocess.run(["udevadm", "control", "--reload"], check=True)
        gadget.plug()
        wait_for_node(PORT)
        settle()
        assert [path.name for path in nodes("1234") if not tagged(path)] == []


CHECKS = (
    a_known_makers_scanner_is_given_to_whoever_sits_there,
    a_scanner_at_bluetooth_is_given_too,
    the_modem_program_leaves_its_port_alone,
    another_makers_keyboard_stays_as_it_is,
    the_rules_that_the_panel_offers_let_an_unknown_maker_in,
)
