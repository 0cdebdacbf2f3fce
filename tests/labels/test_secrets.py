"""What a label says in confidence is masked wherever the label is shown, logged or kept."""

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.labels import read
from station.labels.lists import Entry, read_list

SECRET = st.text(string.ascii_letters + string.digits, min_size=9, max_size=24).map(lambda text: "Zq" + text)
FORMS = [
    "SN: A1; PIN: {}", "SN=A1&pin={}", "PIN: {}", "pin code: {}\nserial: A1", "Serial No. A1 PIN {}",
    "S/N A1 PIN: {} MAC: aabbccddeeff",
    "DevEui: A81758FFFE000000\nAppKey: {}", "DevEUI=A81758FFFE000000 AppKey={}", "AppKey: {}", "Password: {}",
    "password={}",
    "Wi-Fi password: {}", "Admin password = {}", "token: {}", "foo bar secret: {} baz", "WIFI:S:x;P:{};;",
    "otpauth://totp/a?secret={}",
    '{{"serial": "A1", "pin": "{}"}}', '{{"id": "A1", "lora": {{"AppKey": "{}"}}}}',
    '[{{"id": "A1", "password": "{}"}}]',
    '{{"id": "A1", "note": "the PIN: {}"}}', '{{"a": {{"b": {{"c": {{"d": {{"e": {{"pin": "{}"}}}}}}}}}}}}',
    '{{"pin": "{}',
    "https://example.com/d/A1?pin={}", "https://example.com/?sn=1&token={}", "https://user:{}@example.com/d/A1",
    "https://example.com/x#pin={}", "HTTPS://EXAMPLE.COM/X?ACCESS-TOKEN={}",
    "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:O{}",
    "URN:DEV:LW:70B3D57ED0000000_0004A31000FFFFFF_00000000_V{}",
    "]d2010952123454321321PIN: {}", "[)>\x1e06\x1dSA1\x1dPIN: {}\x1e\x04", "X-HM://{}", "DPP:K:{};;",
    "MT:Y.K9042C00KA0648G00;SN:1;PIN:{}",
]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None)
@given(SECRET)
def test_no_secret_is_shown(form: str, secret: str) -> None:
    label = read(form.format(secret))

    assert secret not in label.shown
    assert secret not in repr(label)
    assert secret not in str(label.hints)
    assert label.has_secret


PIECES = st.sampled_from([
    "SN: A1", "SN A1", "MAC: aabbccddeeff", " ", "\n", ";", "|", "\t", ",", "x", "{", "}", '"', "https://a.b/c/", "?",
    "&", "(01)09521234543213", "\x1d", "]Q1", "]d2", "DevEUI: A81758FFFE000000", "[)>\x1e06",
    "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122", ":", " S/N 44", "Type: Q", "name=Z", "Serial Number",
])
CALLED = st.sampled_from(
    ["PIN: ", "pin=", "AppKey: ", "password: ", "PIN Code: ", '"pin": "', "PIN:", "token=", "Passcode = "]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=5), CALLED, SECRET, st.lists(PIECES.filter(lambda piece: piece != '"'), max_size=5))
def test_no_secret_is_shown_whatever_it_is_glued_to(
    before: list[str], called: str, secret: str, after: list[str]
) -> None:
    label = read("".join(before) + " " + called + secret + "".join(after))

    assert secret not in repr(label)
    assert label.has_secret


@settings(max_examples=60, deadline=None)
@given(SECRET.filter(lambda text: len(text) <= 16))
def test_a_bare_pair_hides_its_pin(secret: str) -> None:
    label = read(f"SN0001;{secret}")

    assert label.shown == "SN0001;***"
    assert secret not in repr(label)


@pytest.mark.parametrize("text", [
    "MT:Y.K9042C00KA0648G00", "3497-011-2332", "12345-23456-34567-45678-56789-67890-78901-89012",
    "30S000001910EB8+1P000C00000002+10Z00+11ZFFFFFFFE", "https://ttig.pro/c/ec656efffe000123/abcdef012345",
])
def test_the_secret_part_of_a_code_is_nowhere(text: str) -> None:
    label = read(text)
    for part in ("Y.K9042C00KA0648G00", "3497", "12345", "FFFFFFFE", "abcdef012345"):
        if part in text:
            assert part not in repr(label)
    assert label.has_secret


def test_rows_of_a_list_hide_their_secrets_and_keep_them() -> None:
    import io

    [entry] = read_list(io.BytesIO(b"serial,pin\nA1,Zq471147114711\n"), "a.csv")

    assert isinstance(entry, Entry)
    assert "4711" not in repr(entry)
    assert json.loads(entry.raw) == {"serial": "A1", "pin": "Zq471147114711"}
    pin = entry.label.identifiers[0].secret("pin")
    assert pin is not None
    assert pin.reveal() == "Zq471147114711"
    assert read(entry.raw) == entry.label
