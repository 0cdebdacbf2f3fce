"""Codes that are clearly something else: Wi-Fi, HomeKit, one-time passwords, visiting cards, products."""

import re

from ..base import Label, Refusal, refuse
from ..gtin import has_check_digit

ORDER = 200

_SCHEMES: tuple[tuple[str, Refusal, bool], ...] = (
    # prefix in small letters, what it is, whether all that follows is secret
    ("wifi:", Refusal.WIFI, True),
    ("dpp:", Refusal.DPP, True),
    ("x-hm://", Refusal.HOMEKIT, True),
    ("otpauth://", Refusal.ONE_TIME_PASSWORD, True),
    ("otpauth-migration://", Refusal.ONE_TIME_PASSWORD, True),
    ("begin:vcard", Refusal.CONTACT, False),
    ("begin:vevent", Refusal.CONTACT, False),
    ("begin:vcalendar", Refusal.CONTACT, False),
    ("mecard:", Refusal.CONTACT, False),
    ("mailto:", Refusal.OTHER_LINK, False),
    ("matmsg:", Refusal.OTHER_LINK, False),
    ("tel:", Refusal.OTHER_LINK, False),
    ("sms:", Refusal.OTHER_LINK, False),
    ("smsto:", Refusal.OTHER_LINK, False),
    ("geo:", Refusal.OTHER_LINK, False),
    ("market:", Refusal.OTHER_LINK, False),
    ("intent:", Refusal.OTHER_LINK, False),
    ("bitcoin:", Refusal.OTHER_LINK, False),
    ("ethereum:", Refusal.OTHER_LINK, False),
    ("fido:/", Refusal.OTHER_LINK, True),
    ("data:", Refusal.OTHER_LINK, False),
    ("javascript:", Refusal.OTHER_LINK, False),
)
_PREFIXES = tuple(prefix for prefix, _, _ in _SCHEMES)
_DIGITS = re.compile(r"[0-9]{6,18}")
_TRADE = re.compile(r"\][EI]")


def read(text: str, symbology: str) -> Label | None:
    start = text[:24].lower()
    for prefix, refusal, secret in _SCHEMES if start.startswith(_PREFIXES) else ():
        if start.startswith(prefix):
            return refuse("not_device", text, refusal, secrets=[(len(prefix), len(text))] if secret else ())
    # A number typed by hand may be a serial; from a trade symbol it is a product.
    if symbology.startswith("]E") and _DIGITS.fullmatch(text):
        return refuse("not_device", text, Refusal.PRODUCT_BARCODE, [("gtin", text)])
    if _TRADE.match(symbology) and len(text) == 14 and has_check_digit(text):
        return refuse("not_device", text, Refusal.PRODUCT_BARCODE, [("gtin", text)])
    return None
