"""A scanner at a real USB bus inside the kernel: keyboard, HID-POS and serial port in one, plugged in and out."""

import os
import subprocess
import time
import tty
from pathlib import Path
from types import TracebackType

from tests.scanners.hid_models import COMMON, common

from .plugged import Plugged, wait_for_node

CONFIG = Path("/sys/kernel/config")
# The boot keyboard of USB-IF, Device Class Definition for HID 1.11, appendix B.1, its lights left out.
KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810195067508150025650507190029658100c0"
)
_LETTER_A, _DIGIT_1, _ENTER, _DASH, _SHIFT = 0x04, 0x1E, 0x28, 0x2D, 0x02


def load_bus() -> None:
    """Two sockets, dummy_udc.0 and dummy_udc.1."""
    subprocess.run(["modprobe", "dummy_hcd", "num=2"], check=True)
    subprocess.run(["modprobe", "-a", "libcomposite", "usb_f_hid", "usb_f_acm", "usbhid", "cdc_acm"], check=True)
    if not (CONFIG / "usb_gadget").is_dir():
        subprocess.run(["mount", "-t", "configfs", "none", str(CONFIG)], check=True)


class Gadget(Plugged):
    """Not plugged in before ``plug``; at the end of the ``with`` it is gone.

    Source: Linux, Documentation/usb/gadget_configfs.rst.
    """

    def __init__(self, name: str, vendor: int = 0x05E0, product: int = 0x1310, serial: str = "SN-1") -> None:
        self._root = CONFIG / "usb_gadget" / name
        self._root.mkdir()
        self._write("idVendor", f"0x{vendor:04x}")
        self._write("idProduct", f"0x{product:04x}")
        for folder in ("strings/0x409", "configs/c.1/strings/0x409"):
            (self._root / folder).mkdir(parents=True)
        for string, text in (("serialnumber", serial), ("manufacturer", "Symbol"), ("product", "DS9308")):
            self._write(f"strings/0x409/{string}", text)
        self._add_hid("hid.keyboard", 8, KEYBOARD, boot=True)
        self._add_hid("hid.pos", 64, COMMON)
        (self._root / "functions" / "acm.port").mkdir()
        self._link("acm.port")

    def plug(self, socket: int = 0) -> None:
        self._write("UDC", f"dummy_udc.{socket}")

    def unplug(self) -> None:
        if (self._root / "UDC").read_text("ascii").strip():
            self._write("UDC", "\n")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        for link in (self._root / "configs" / "c.1").iterdir():
            if link.is_symlink():
                link.unlink()
        for folder in ("configs/c.1/strings/0x409", "configs/c.1", "strings/0x409"):
            (self._root / folder).rmdir()
        for function in (self._root / "functions").iterdir():
            function.rmdir()
        self._root.rmdir()

    def type(self, text: str, end: bool = True) -> None:
        """Capital letters, digits and dashes."""
        reports: list[bytes] = []
        for char in text:
            key = _LETTER_A + ord(char) - 65 if char.isalpha() else _DASH
            key = _DIGIT_1 + (int(char) - 1) % 10 if char.isdigit() else key
            reports += [bytes([_SHIFT if char.isalpha() else 0, 0, key, 0, 0, 0, 0, 0]), bytes(8)]
        if end:
            reports += [bytes([0, 0, _ENTER, 0, 0, 0, 0, 0]), bytes(8)]
        self._report("hid.keyboard", *reports)

    def send_pos(self, code: bytes, aim: bytes = b"]Q1") -> None:
        parts = [code[at : at + 56] for at in range(0, len(code), 56)]
        reports = [common(part, more=number < len(parts), aim=aim) for number, part in enumerate(parts, 1)]
        self._report("hid.pos", *(report.ljust(64, b"\0") for report in reports))

    def send_serial(self, data: bytes) -> None:
        number = (self._root / "functions" / "acm.port" / "port_num").read_text("ascii").strip()
        file = os.open(wait_for_node(Path(f"/dev/ttyGS{number}")), os.O_RDWR | os.O_NOCTTY)
        try:
            tty.setraw(file)
            os.write(file, data)
            time.sleep(0.5)  # closed sooner, it takes back what is not yet on the bus
        finally:
            os.close(file)

    def _report(self, function: str, *reports: bytes) -> None:
        major, _, minor = (self._root / "functions" / function / "dev").read_text("ascii").strip().partition(":")
        wanted = os.makedev(int(major), int(minor))
        path = next(each for each in Path("/dev").glob("hidg*") if each.stat().st_rdev == wanted)
        file = os.open(path, os.O_RDWR)
        try:
            for report in reports:
                os.write(file, report)
        finally:
            os.close(file)

    def _add_hid(self, name: str, length: int, descriptor: bytes, boot: bool = False) -> None:
        folder = self._root / "functions" / name
        folder.mkdir()
        for field, value in (("protocol", int(boot)), ("subclass", int(boot)), ("report_length", length)):
            (folder / field).write_text(str(value), "ascii")
        (folder / "report_desc").write_bytes(descriptor)
        self._link(name)

    def _link(self, name: str) -> None:
        (self._root / "configs" / "c.1" / name).symlink_to(self._root / "functions" / name)

    def _write(self, name: str, text: str) -> None:
        (self._root / name).write_text(text, "ascii")
