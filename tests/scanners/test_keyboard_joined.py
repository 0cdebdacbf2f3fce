"""Labels of several lines, whose line ends a scanner types as Enter."""

from station.scanners.keyboard_rule import BurstRule
from tests.scanners.keyboard_model import Books, Tap, Timed, typed


def scan(text: str, at: int = 1000) -> list[Timed]:
    return list(typed(text, at, lambda: 16, hold=2))


def lines(text: str) -> bool:
    """Labels of this grammar begin with 50- and have three lines, of which the last is a MAC."""
    rows = text.split("\n")
    return rows[0].startswith("50-") and len(rows) <= 3 and all(":" in row for row in rows[2:])


def join(*parts: tuple[str, int]) -> Books:
    rule: BurstRule[Tap] = BurstRule(joins=lines)
    return Books(rule).run([key for text, at in parts for key in typed(text, at, lambda: 5, hold=2)]).finish()


def test_lines_of_one_label_are_joined() -> None:
    three = [("50-01\r", 1000), ("200603TTT\r", 1100), ("ab:cd:ef\r", 1200)]
    books = join(*three)
    assert (books.texts, books.passed) == (["50-01\n200603TTT\nab:cd:ef"], [])
    assert join(*three, ("KIT-1\r", 1300)).texts == ["50-01\n200603TTT\nab:cd:ef", "KIT-1"]


def test_lines_of_other_labels_are_not() -> None:
    assert join(("KIT-1\r", 1000), ("KIT-2\r", 1060)).texts == ["KIT-1", "KIT-2"]
    assert join(("50-01\r", 1000), ("20060\r", 1400)).texts == ["50-01", "20060"]
    assert join(("50-01\t", 1000), ("20060\r", 1100)).texts == ["50-01", "20060"]
    assert join(("50-01\r", 1000), ("2006\r", 1100), ("KIT-7\r", 1200)).texts == ["50-01\n2006", "KIT-7"]


def test_a_lone_first_line_is_delivered_in_time() -> None:
    rule: BurstRule[Tap] = BurstRule(joins=lines)
    books = Books(rule).run(scan("50-01\r"))
    assert books.texts == []
    deadline = rule.deadline_ms
    assert deadline == 1080 + 151
    books.tick(deadline)
    assert books.texts == ["50-01"]
    assert rule.deadline_ms is None


def test_a_person_after_a_first_line_gets_the_keys() -> None:
    books = join(("50-01\r", 1000), ("xy", 1100))
    assert (books.texts, books.typed) == (["50-01"], "xy")
