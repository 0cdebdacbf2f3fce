"""The targets of a connection as a list: a tree from its roots, searched quickly, with what stands in the way."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.target import Target
from station.ui.target_rows import MAKE, TargetIndex
from station.words import choose_language
from tests.ui.rows import NOW

choose_language("en")
TREE = (
    Target("r2", "Room 2", parent="f1"),
    Target("hq", "HQ"),
    Target("f2", "Floor 2", parent="hq"),
    Target("f1", "Floor 1", parent="hq"),
    Target("r1", "Room 1", parent="f1"),
)


def test_a_tree_stands_from_its_root_down_and_says_whole_paths() -> None:
    index = TargetIndex(TREE, NOW)
    rows = index.rows("", "r1")
    assert [(row.key, row.depth) for row in rows] == [("hq", 0), ("f1", 1), ("r1", 2), ("r2", 2), ("f2", 1)]
    assert "HQ/Floor 1/Room 2" in next(row.line for row in rows if row.key == "r2")
    assert next(row.chosen for row in rows if row.key == "r1")


def test_what_is_searched_for_is_found_by_path_title_and_id_and_not_indented() -> None:
    index = TargetIndex(TREE, NOW)
    assert [(row.key, row.depth) for row in index.rows("floor 1/room", "")] == [("r1", 0), ("r2", 0)]
    assert [row.key for row in index.rows("r2", "")] == ["r2"]
    assert index.rows("no such place", "") == []


def test_the_inventory_is_first_then_organization_by_organization() -> None:
    targets = (
        Target("b", "Bergen", organization="Northwind"), Target("a", "Ålesund", organization="Acme"),
        Target("i", "Stock", organization="Northwind", inventory=True), Target("c", "Arendal", organization="Acme"),
    )
    rows = TargetIndex(targets, NOW).rows("", "")
    assert [row.key for row in rows] == ["i", "c", "a", "b"]
    assert rows[0].line == "Inventory · Northwind"


def test_licence_places_and_end_are_said_and_what_is_used_up_is_greyed() -> None:
    soon = NOW + timedelta(days=30)
    index = TargetIndex((
        Target("h1", "Estates", organization="org", licence="ACTIVE_v2", seats_left=3, expires_at=soon),
        Target("h2", "Fleet", licence="expired", expires_at=NOW - timedelta(days=1)),
        Target("h3", "Full", seats_left=0), Target("h4", "Theirs", may_claim=False),
    ), NOW)
    rows = {row.key: row for row in index.rows("", "")}
    assert rows["h1"].line == "licence ACTIVE_v2 · org"
    assert rows["h1"].more.startswith("3 places left · until ")
    assert [key for key, row in rows.items() if row.enabled] == ["h1"]
    assert rows["h2"].line.startswith("Its licence ended on")
    assert rows["h3"].line == "No places left"
    assert rows["h4"].line == "You may not claim here"


@pytest.mark.parametrize(
    ("typed", "says"),
    [("HQ/Floor 3/Room 31", "New: Floor 3 / Room 31"), (" hq / floor 1 / Room 9 ", "New: Room 9"),
     ("Cabin", "New: Cabin")],
)
def test_a_path_that_is_not_there_can_be_made(typed: str, says: str) -> None:
    row = TargetIndex(TREE, NOW).row_to_make(typed)
    assert row is not None
    assert (row.key, row.line) == (MAKE, says)


@pytest.mark.parametrize("typed", ["", " / ", "hq/floor 1", "HQ / Floor 1 / Room 2"])
def test_a_path_that_is_there_is_not_made_again(typed: str) -> None:
    paths = {"hq": "HQ", "f1": "HQ/Floor 1", "r2": "HQ/Floor 1/Room 2"}
    targets = [replace(target, path=paths[target.id]) for target in TREE if target.id in paths]
    assert TargetIndex(targets, NOW).row_to_make(typed) is None


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef_"), st.text(max_size=4)), max_size=8))
def test_every_target_stands_there_once_however_their_parents_run_in_rings(
    said: list[tuple[str, str, str]],
) -> None:
    targets = {name: Target(name, title, parent=parent) for name, parent, title in said}
    rows = TargetIndex(tuple(targets.values()), NOW).rows("", "")
    assert sorted(row.key for row in rows) == sorted(targets)


def test_ten_thousand_targets_are_searched_at_once() -> None:
    floors = [Target(f"f{n}", f"Floor {n}") for n in range(100)]
    rooms = [Target(f"r{n}", f"Room {n}", parent=f"f{n % 100}") for n in range(9_900)]
    index = TargetIndex((*floors, *rooms), NOW)
    began = time.perf_counter()
    found = index.rows("floor 7 room 77", "")
    took = time.perf_counter() - began
    assert "r7707" in [row.key for row in found]
    assert took < 0.2
