"""Identifiers: whole or half, equal without their secrets, joined from two codes."""

from hypothesis import given
from hypothesis import strategies as st

from station.core.identifier import NEEDED, Identifier, Kind

TEXT = st.text(min_size=1, max_size=20)


@given(st.sampled_from(Kind), st.data())
def test_an_identifier_lacks_what_it_was_not_given(kind: Kind, data: st.DataObject) -> None:
    given_fields = data.draw(st.sets(st.sampled_from(NEEDED[kind])))
    made = Identifier.of(kind, **{name: data.draw(TEXT) for name in given_fields})
    assert set(made.missing) == set(NEEDED[kind]) - given_fields


@given(TEXT, TEXT)
def test_a_pin_makes_no_other_device_and_is_never_shown(serial: str, pin: str) -> None:
    with_pin = Identifier.of(Kind.SERIAL_PIN, serial=serial, pin=pin)
    assert with_pin == Identifier.of(Kind.SERIAL_PIN, serial=serial)
    assert with_pin.text == f"serial={serial}"
    found = with_pin.secret("pin")
    assert found is not None
    assert (found.reveal(), str(found), repr(found)) == (pin, "***", "***")


@given(TEXT, TEXT)
def test_two_halves_make_one_in_either_order(serial: str, mac: str) -> None:
    first, second = Identifier.of(Kind.SERIAL_MAC, serial=serial), Identifier.of(Kind.SERIAL_MAC, mac=mac)
    whole = Identifier.of(Kind.SERIAL_MAC, serial=serial, mac=mac)
    assert first.join(second) == second.join(first) == whole
    assert not whole.missing
