"""Secrets: sealed on disk or not there at all, for their own row alone, and erased when they are not needed."""

from itertools import count
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from station.core.call import Call, CallDevice, CallState, Verb
from station.core.finding import ClaimStatus
from station.core.identifier import Identifier, Kind
from station.core.item import Reason
from station.core.progress import Progress
from station.core.scan import Scan
from station.desk.ports import Order, Show
from station.desk.writing import NewItem
from station.store import KeyringSeal, MemoryOnly, PassphraseSeal, Seal, SealError, choose_seal
from tests.store.shelf import Open, Shelf, found

PIN = "47-11-0815-secret"
WITH_PIN = Identifier.of(Kind.SERIAL_PIN, serial="S1", pin=PIN)


class Passphrase(PassphraseSeal):
    """As weak as scrypt goes: these tests are not about its strength."""

    def __init__(self, passphrase: str) -> None:
        super().__init__(passphrase, cost=2)


def sealed_shelf(opened: Open, seal: Seal) -> Shelf:
    shelf = Shelf(opened(seal), count())
    shelf.batch()
    return shelf


def add(shelf: Shelf) -> int:
    scan = Scan(f"SN:S1;PIN:{PIN}".encode(), "keyboard", shelf.now())
    with shelf.store.transaction():
        return shelf.store.add_item(NewItem("b1", "local", WITH_PIN, scan, "SN:S1;PIN:***", sealed=True))


def call_for(shelf: Shelf, item: int) -> Call:
    (device,) = shelf.store.devices(item)
    return Call(
        "key", 1, Verb.CLAIM, "local", "local", "", "", "t",
        (CallDevice(device.id, device.device_id, "ref", WITH_PIN, "name", "handle"),), "Anna", "req", shelf.now(), "b1",
    )


def pin_of(shelf: Shelf, item: int) -> str:
    row = shelf.store.item(item)
    assert row is not None
    secret = row.identifier.secret("pin")
    return secret.reveal() if secret else ""


def on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


@pytest.mark.parametrize("seal", [Passphrase("open sesame"), MemoryOnly()])
def test_no_secret_is_in_the_files(opened: Open, seal: Seal) -> None:
    shelf = sealed_shelf(opened, seal)
    item = add(shelf)
    shelf.find(item, *found("S1"), what="device")
    with shelf.store.transaction():
        shelf.store.add_refused_scan(Scan(PIN.encode(), "keyboard", shelf.now()), "***", "wifi", sealed=True)
        shelf.store.add_call(call_for(shelf, item))
        shelf.store.change_item(item, identifier=WITH_PIN, name="Boiler")
    assert pin_of(shelf, item) == PIN
    (call,) = shelf.store.calls(CallState.SENDING)
    assert call.devices == call_for(shelf, item).devices
    assert call.devices[0].identifier.secrets == WITH_PIN.secrets
    assert PIN.encode() not in on_disk(shelf.store.path)
    assert b"Boiler" in on_disk(shelf.store.path)
    shelf.store.close()
    assert PIN.encode() not in on_disk(shelf.store.path)


def test_a_sealed_secret_is_there_after_a_restart(opened: Open) -> None:
    shelf = sealed_shelf(opened, Passphrase("open sesame"))
    item = add(shelf)
    shelf.store.close()
    again = Shelf(opened(Passphrase("open sesame")), count())
    assert pin_of(again, item) == PIN
    assert again.store.counts().ready == 1


@pytest.mark.parametrize("seal", [MemoryOnly(), Passphrase("another")])
def test_a_row_whose_secret_is_gone_needs_it_again(opened: Open, seal: Seal) -> None:
    shelf = sealed_shelf(opened, Passphrase("open sesame") if isinstance(seal, PassphraseSeal) else MemoryOnly())
    item = add(shelf)
    assert shelf.store.counts().ready == 1
    shelf.store.close()
    again = Shelf(opened(seal), count())
    row = again.store.item(item)
    assert row is not None
    assert (row.reason, row.identifier.missing, row.ready) == (Reason.NEEDS_SECRET, ("pin",), False)
    assert again.store.open_items() == []


def test_counters_and_filters_know_that_a_secret_is_gone(opened: Open) -> None:
    shelf = sealed_shelf(opened, MemoryOnly())
    item = add(shelf)
    shelf.store.close()
    again = Shelf(opened(), count())
    counts = again.store.counts()
    assert (counts.ready, counts.problems, counts.unchecked, counts.devices) == (0, 1, 0, ())
    assert list(again.store.item_ids(Order(show=Show.READY))) == []
    assert list(again.store.item_ids(Order(show=Show.PROBLEMS))) == [item]
    with again.store.transaction():
        again.store.change_item(item, identifier=WITH_PIN)
    assert pin_of(again, item) == PIN
    assert again.store.counts().ready == 1


def test_a_row_that_was_not_kept_leaves_no_secret_behind(opened: Open) -> None:
    shelf = sealed_shelf(opened, MemoryOnly())
    new = NewItem("b1", "local", WITH_PIN, Scan(b"", "typed", shelf.now()), "", sealed=True)

    def cut() -> None:
        with shelf.store.transaction():
            shelf.store.add_item(new)
            raise KeyError

    with pytest.raises(KeyError):
        cut()
    bare = Identifier.of(Kind.SERIAL_PIN, serial="S1")
    assert pin_of(shelf, shelf.add(bare)) == ""


@pytest.mark.parametrize("seal", [Passphrase("open sesame"), MemoryOnly()])
def test_what_is_settled_is_erased(opened: Open, seal: Seal) -> None:
    shelf = sealed_shelf(opened, seal)
    item = add(shelf)
    shelf.find(item, *found("S1"), what="device")
    with shelf.store.transaction():
        shelf.store.add_call(call_for(shelf, item))
    shelf.bring(item, Progress.CLAIMED)
    with shelf.store.transaction():
        shelf.store.forget_secrets([item])
    assert pin_of(shelf, item) == ""
    row = shelf.store.item(item)
    assert row is not None
    assert (row.identifier.missing, row.reason) == ((), Reason.NOTHING)
    secrets = "SELECT secret FROM items UNION ALL SELECT secret FROM call_devices UNION ALL SELECT scan FROM items"
    assert {kept[0] for kept in shelf.store.connection.read(secrets)} == {None}


def test_secrets_that_are_only_in_memory_are_sealed_once_that_can_be_done(opened: Open) -> None:
    class Late(Passphrase):
        ready = False

        @property
        def available(self) -> bool:
            return self.ready

    late = Late("open sesame")
    shelf = sealed_shelf(opened, late)
    item = add(shelf)
    late.ready = True
    with shelf.store.transaction():
        assert shelf.store.seal_waiting() == 1
    shelf.store.close()
    assert pin_of(Shelf(opened(Passphrase("open sesame")), count()), item) == PIN


def test_a_reader_is_told_that_there_is_a_secret_but_not_which(opened: Open) -> None:
    shelf = sealed_shelf(opened, Passphrase("open sesame"))
    item = add(shelf)
    with shelf.store.read_only() as reader:
        row = reader.item(item)
        assert row is not None
        assert row.identifier.missing == ()
        assert [secret.reveal() for _, secret in row.identifier.secrets] == [""]
        assert row.claim_status is ClaimStatus.UNCHECKED


def test_what_was_sealed_for_one_row_does_not_open_for_another() -> None:
    seal = Passphrase("open sesame")
    seal.salt(b"salt")
    kept = seal.seal(b"4711", b"one")
    assert seal.unseal(kept, b"one") == b"4711"
    for data, bound in ((kept, b"other"), (kept[:-1] + b"x", b"one"), (b"", b"one"), (b"short", b"one")):
        with pytest.raises(SealError):
            seal.unseal(data, bound)
    assert seal.seal(b"4711", b"one") != kept


def test_a_seal_that_is_not_to_be_had_says_why() -> None:
    for seal in (MemoryOnly(), PassphraseSeal("x"), PassphraseSeal("")):
        assert not seal.available  # a passphrase without a database's salt makes no key either
        assert seal.why_not
        with pytest.raises(SealError):
            seal.seal(b"4711", b"one")
    chosen = choose_seal(lambda name: "x" if name == "STATION_SEAL_KEY" else None)
    assert isinstance(chosen, PassphraseSeal)
    assert isinstance(choose_seal(lambda _name: None), KeyringSeal)


def test_the_keyring_keeps_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pocket(KeyringBackend):
        priority = 1.0
        kept: dict[tuple[str, str], str] = {}  # noqa: RUF012

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[(service, username)] = password

        def delete_password(self, service: str, username: str) -> None:
            del self.kept[(service, username)]

    before = keyring.get_keyring()
    try:
        first, second = KeyringSeal(), KeyringSeal()
        assert not first.available
        assert "not asked" in first.why_not
        assert not first.fetch()  # the tests' keyring refuses
        assert first.why_not
        keyring.set_keyring(Pocket())  # type: ignore[no-untyped-call]
        assert first.fetch()
        assert second.fetch()
        assert second.unseal(first.seal(b"4711", b"one"), b"one") == b"4711"
        Pocket.kept[("claiming-station", "seal")] = "no key"
        assert not KeyringSeal().fetch()
    finally:
        keyring.set_keyring(before)
