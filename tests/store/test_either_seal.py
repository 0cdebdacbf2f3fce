"""Two keys for PINs: the keyring's and the sealed file's, whichever is there."""

import pytest

from station.store import SealError
from station.store.seals import EitherSeal, FileSeal, KeyringSeal, PassphraseSeal, choose_seal


def either(keys: list[bytes | None]) -> EitherSeal:
    """Without a keyring; ``keys`` is what the file gives from now on, the last one for good."""
    made: list[bool] = []

    def find(make: bool) -> bytes | None:
        made.append(make)
        return keys.pop(0) if len(keys) > 1 else keys[0]

    return EitherSeal(KeyringSeal(), lambda make: FileSeal(find, make))


def test_nothing_may_be_sealed_until_the_file_is_open() -> None:
    seal = either([None, bytes(range(32))])
    seal.salt(b"salt")
    assert not seal.available
    assert not seal.fetch()
    assert seal.why_not
    with pytest.raises(SealError):
        seal.seal(b"1234", b"row 1")
    assert seal.fetch()
    assert seal.why_not == ""
    sealed = seal.seal(b"1234", b"row 1")
    assert seal.unseal(sealed, b"row 1") == b"1234"
    with pytest.raises(SealError):
        seal.unseal(sealed, b"row 2")


def test_what_the_file_sealed_opens_beside_a_keyring_too() -> None:
    alone = either([bytes(range(32))])
    alone.fetch()
    sealed = alone.seal(b"1234", b"row 1")
    first = PassphraseSeal("stands for a keyring", cost=2)
    both = EitherSeal(first, lambda make: FileSeal(lambda _make: bytes(range(32)), make))
    both.salt(b"salt")
    assert both.fetch()
    assert both.unseal(sealed, b"row 1") == b"1234"
    assert first.unseal(both.seal(b"5678", b"row 2"), b"row 2") == b"5678"
    with pytest.raises(SealError):
        EitherSeal(first, lambda make: FileSeal(lambda _make: None, make)).unseal(sealed, b"row 1")


def test_a_key_of_the_files_own_is_made_only_where_no_keyring_is() -> None:
    asked: list[bool] = []

    def find(make: bool) -> bytes | None:
        asked.append(make)
        return bytes(32)

    first = PassphraseSeal("stands for a keyring", cost=2)
    first.salt(b"salt")
    EitherSeal(first, lambda make: FileSeal(find, make)).fetch()
    EitherSeal(KeyringSeal(), lambda make: FileSeal(find, make)).fetch()
    assert asked == [False, True]


def test_a_key_of_another_length_is_none() -> None:
    assert not either([b"short"]).fetch()


def test_the_environment_still_goes_first() -> None:
    chosen = choose_seal(lambda _name: "x", file_key=lambda _make: bytes(32))
    assert isinstance(chosen, PassphraseSeal)
    assert isinstance(choose_seal(lambda _name: None, file_key=lambda _make: bytes(32)), EitherSeal)
