"""What a test call told, in words; and the labels of every kind's form."""

import pytest

from station.connecting.forms import kind_forms
from station.core.errors import Cause
from station.core.news import ConnectionTried
from station.core.target import Account, Target
from station.ui.connection_doors import Entry, Problem, choice_of, label_of
from station.ui.connection_words import told_of

ME = Account("a-1", "desk@acme", "Acme", whole_organization=False)


def test_it_names_account_organization_and_first_targets() -> None:
    targets = tuple(Target(f"p{n}", f"Room {n}") for n in range(1, 6))
    told = told_of(ConnectionTried("oslo", ME, targets), "Acme cloud")
    assert told.look == "good"
    assert told.text == ("It works. Signed in as desk@acme. Organization: Acme. "
                         "It sees 5 targets: Room 1, Room 2, Room 3, ….")


def test_nothing_to_claim_into_and_no_right_to_claim_are_warned_of() -> None:
    assert told_of(ConnectionTried("oslo", ME, ()), "x").look == "warn"
    told = told_of(ConnectionTried("oslo", ME, (Target("p", "Room", may_claim=False),)), "x")
    assert (told.look, "right to claim" in told.more) == ("warn", True)


@pytest.mark.parametrize(("off", "said"), [(840.0, "14 minutes ahead"), (-65.0, "1 minute behind")])
def test_a_wrong_clock_is_said_in_minutes(off: float, said: str) -> None:
    told = told_of(ConnectionTried("oslo", None, (), Cause.CREDENTIALS, "invalid_grant", off), "x")
    assert (told.look, said in told.text, told.more) == ("bad", True, "invalid_grant")


@pytest.mark.parametrize("cause", list(Cause))
def test_every_failure_says_what_to_do(cause: Cause) -> None:
    told = told_of(ConnectionTried("oslo", None, (), cause, "\x1b[31mhostile\nwords"), "Acme cloud")
    assert told.look == "bad"
    assert len(told.text) > 20
    assert not told.text.startswith(("connections.", "advice."))
    assert "\x1b" not in told.more
    assert "\n" not in told.more


def test_every_setting_of_every_kind_has_words() -> None:
    forms = kind_forms()
    assert {form.kind for form in forms} == {"local", "disruptive", "xyte", "datacake", "here"}
    for form in forms:
        assert form.reason == ""
        for name in (*(field.name for field in form.fields), *form.secrets):
            assert label_of(form.kind, name) != name.replace("_", " ").capitalize() or name in _PLAIN, (form.kind, name)
        for field in form.fields:
            if field.entry is Entry.CHOICE and field.name == "auth":
                assert all(choice_of(form.kind, field.name, each) != each for each in field.choices)


_PLAIN = {"token", "secret", "password", "realm", "scope", "email", "key", "organization"}
"""Names that are what a person calls them."""


def test_a_problem_without_words_of_its_own_is_named() -> None:
    assert "sunspots" in Problem("sunspots").sentence
    assert "passphrase" in Problem("file_wrong_passphrase").sentence
