"""The table of what may follow what, walked whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.progress import FOLLOWS, Progress, WrongStepError, check_step, derive

# Written out again on purpose: the table of the design, to be compared with the one in the program.
DESIGN = {
    "open": "queued removed claimed refused",
    "queued": "sending open",
    "sending": "claimed refused queued unknown",
    "unknown": "claimed refused queued held",
    "held": "unknown claimed refused queued",
    "refused": "open",
    "claimed": "released",
    "released": "",
    "removed": "open",
}


def test_the_table_is_the_designs() -> None:
    assert {str(old): {str(new) for new in FOLLOWS[old]} for old in Progress} == {
        old: set(news.split()) for old, news in DESIGN.items()
    }


@pytest.mark.parametrize("old", Progress)
@pytest.mark.parametrize("new", Progress)
def test_every_step_is_allowed_or_refused_as_the_table_says(old: Progress, new: Progress) -> None:
    if str(new) in DESIGN[str(old)].split():
        check_step(old, new, person="Anna", reason="seen on the shelf")
    else:
        with pytest.raises(WrongStepError):
            check_step(old, new, person="Anna", reason="seen on the shelf")


@pytest.mark.parametrize(("person", "reason"), [("", ""), ("Anna", ""), ("", "because")])
def test_what_is_held_is_decided_by_a_named_person_with_a_reason(person: str, reason: str) -> None:
    for new in FOLLOWS[Progress.HELD]:
        with pytest.raises(WrongStepError):
            check_step(Progress.HELD, new, person=person, reason=reason)


@given(st.dictionaries(st.sampled_from(Progress), st.integers(1, 99), min_size=1))
def test_a_row_shows_the_progress_that_most_needs_a_look(tally: dict[Progress, int]) -> None:
    shown = derive(tally)
    assert shown in tally
    if Progress.HELD in tally:
        assert shown is Progress.HELD
