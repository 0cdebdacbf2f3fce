"""What every kind of connection asks for, starts and costs has words; and no kind is named in the window's code."""

from pathlib import Path

import pytest

from station import ui
from station.backends.listing import listings
from station.core.identifier import NEEDED, Kind
from station.settings import ConnectionSettings, Settings
from station.surroundings import terms_of_kind, with_defaults
from station.ui.deeds import question
from station.ui.terms import FieldTerms, Terms, cost
from station.words import choose_language, has, say

choose_language("en")
KINDS = [each.kind for each in listings()]


def test_all_five_systems_are_here() -> None:
    assert {"local", "disruptive", "xyte", "datacake", "here"} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_says_in_codes_has_words(kind: str) -> None:
    terms = terms_of_kind(kind)
    assert terms.kinds
    wanted = [f"noun.{terms.noun}", *(f"entry.form.{each}" for each in terms.kinds if len(NEEDED[each]) > 1)]
    wanted += [f"form.{field.name}" for each in terms.kinds for field in terms.form(each)]
    wanted += [f"starts.{terms.starts}", f"details.starts.{terms.starts}"] if terms.starts else []
    wanted += [f"details.release_costs.{terms.release_costs}"] if terms.release and terms.release_costs else []
    for change in terms.changes:
        wanted += [f"details.do.{change.verb}", f"details.does.{change.verb}", f"deed.ask.{change.verb}"]
        wanted += [f"form.{field.name}" for field in change.fields]
        wanted += [f"deed.costs.{change.costs}"] if change.costs else []
        wanted += [f"history.what.{change.verb}", f"history.what.{change.verb}_device"]
    assert [key for key in wanted if not has(key)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_secret_in_an_identifier_is_hidden_in_its_form(kind: str) -> None:
    terms = terms_of_kind(kind)
    for each in terms.kinds:
        assert {field.name for field in terms.form(each) if field.secret} == {"pin"} & set(NEEDED[each])


def test_a_kind_that_is_not_there_has_the_plainest_terms() -> None:
    assert terms_of_kind("no_such_kind") == Terms()


def test_a_connections_own_setting_stands_in_the_field_of_its_name() -> None:
    terms = Terms(kinds=(Kind.EXTERNAL_ID,), fields=(FieldTerms("external_id"), FieldTerms("app_id")))
    own = ConnectionSettings("here", "here", {"app_id": "app-12345678", "target": "x", "look_ups_at_once": 3})
    assert Settings(connections=(own,)).all_connections() == (own,)
    form = with_defaults(terms, own.values).form(Kind.EXTERNAL_ID)
    assert [(field.name, field.default) for field in form] == [("external_id", ""), ("app_id", "app-12345678")]


def test_codes_that_nobody_has_words_for_are_said_all_the_same() -> None:
    assert cost("quantum_loss") == say("details.release_costs.nothing")
    assert "quantum_loss" in question("label", 1, "quantum_loss")
    assert "degauss" in question("degauss", 2)


def test_the_window_never_asks_which_vendor_it_is() -> None:
    vendors = ("disruptive", "xyte", "datacake", "here tracking")
    said = {path.name: text for path in Path(ui.__file__).parent.glob("*.py") for text in [path.read_text("utf-8")]}
    named = [(name, vendor) for name, text in said.items() for vendor in vendors if f'"{vendor}"' in text.casefold()]
    assert named == []
