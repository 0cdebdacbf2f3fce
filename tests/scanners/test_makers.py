"""Scanners that only type are told by their makers, and the rules file knows the same makers."""

import re
from pathlib import Path

from station.scanners.base import Condition
from station.scanners.keyboard_makers import MAKERS, advice_for, find_typing

RULES = Path(__file__).parents[2] / "packaging" / "udev" / "60-claiming-station.rules"


def device(vendor: int, page: int, usage: int, serial: str = "S1") -> dict[str, object]:
    return {"vendor_id": vendor, "product_id": 0x1200, "serial_number": serial, "usage_page": page, "usage": usage,
            "manufacturer_string": " Symbol ", "product_string": "LS2208"}


def test_only_what_types_and_nothing_else_is_named() -> None:
    found = find_typing([
        device(0x05E0, 0x01, 0x06, "types"),
        device(0x05E0, 0x01, 0x06, "both"), device(0x05E0, 0x8C, 0x02, "both"),
        device(0x0C2E, 0xFF45, 0x4B00, "own"),
        device(0x046D, 0x01, 0x06, "a person's"),
    ])
    assert [(each.key, each.title, each.state.condition) for each in found] == [
        ("05e0:1200:types", "Symbol LS2208", Condition.READY),
        ("0c2e:1200:own", "Symbol LS2208", Condition.FAILED),
    ]
    advised = [advice_for(each) for each in found]
    assert [each.code for each in advised if each is not None] == ["typing_zebra", "own_mode"]


def test_what_has_no_names_is_named_by_its_maker() -> None:
    nameless = {**device(0x1EAB, 0x01, 0x06), "manufacturer_string": None, "product_string": "", "serial_number": None}
    found = find_typing([nameless])
    assert [(each.key, each.title) for each in found] == [("1eab:1200:", "Newland")]
    advice = advice_for(found[0])
    assert advice is not None
    assert advice.code == "typing"


def test_the_rules_name_the_same_makers_in_each_line() -> None:
    lists = re.findall(r'(?:ATTRS?\{id/?[vV]endor\}|KERNELS)=="([^"]+)"', RULES.read_text("utf-8"))
    assert len(lists) == 4
    assert all({int(number.strip("*:"), 16) for number in each.split("|")} == set(MAKERS) for each in lists)
    assert int(RULES.name[:2]) < 73
