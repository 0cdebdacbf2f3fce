"""What a receipt says, and that it does no harm to who opens it."""

import csv
import io
from html.parser import HTMLParser

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from station.reports import receipt_csv, receipt_html, receipt_text, receipt_xlsx, table_csv
from station.reports.cells import cell, csv_text
from tests.reports.receipts import AT, EVIL, PIN, receipt


class Reader(HTMLParser):
    """The texts and the tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_page_says_who_where_when_and_what_became_of_each() -> None:
    said = "\n".join(Reader(receipt_html(receipt())).texts)
    for text in ("desk-1 (d-1)", "5f0c1a2b-aaaa", "oslo (disruptive)", "https://api.example.com", "org-1",
                 "Oslo-West (p1)", "Anna", "2026-05-04T12:30:05Z", "dev-a", "claim-9", "claimed_now", "Claimed",
                 "told by the vendor's answer", "E42", "req-77", "Held: a person must decide", "Repeat of row 1",
                 "Removed", "100151", "Temperature", "UTC"):
        assert text in said, text


def test_hostile_words_stay_words() -> None:
    page = Reader(receipt_html(receipt()))
    assert EVIL in "".join(page.texts)
    assert page.tags <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "thead", "tbody",
                         "tr", "th", "td", "span", "b", "br"}


def test_no_secret_is_in_any_of_them() -> None:
    made = receipt()
    whole = (receipt_html(made) + receipt_csv(made) + receipt_text(made)).encode() + receipt_xlsx(made)
    assert PIN.encode() not in whole
    assert "SN-7" in receipt_csv(made)


def test_the_csv_has_a_line_a_device_and_one_for_each_row_left_out() -> None:
    read = rows(receipt_csv(receipt()))
    assert [(row["row"], row["state"], row["outcome_code"], row["progress"]) for row in read] == [
        ("1", "settled", "claimed_now", "claimed"),
        ("1", "not_settled", "", "held"),
        ("2", "settled", "rejected", "refused"),
        ("4", "left_out", "", "open"),
        ("5", "left_out", "", "removed"),
    ]
    assert read[2]["vendor_text"] == f"'{EVIL}"
    assert {row["operator"] for row in read} == {"Anna"}
    assert {row["claimed_at_utc"] for row in read} == {"2026-05-04T12:30:05Z"}


def test_the_workbook_holds_the_same_and_no_formula() -> None:
    made = receipt()
    book = openpyxl.load_workbook(io.BytesIO(receipt_xlsx(made)))
    sheet = book["devices"]
    lines = [[str(value or "") for value in line] for line in sheet.iter_rows(values_only=True)]
    assert lines == [[value or "" for value in row] for row in csv.reader(io.StringIO(receipt_csv(made), newline=""))]
    assert all(each.data_type != "f" for line in sheet.iter_rows() for each in line)


def test_the_table_as_csv_says_cause_and_next_step() -> None:
    left = receipt().rows_left_out
    read = rows(table_csv(left, AT))
    assert [row["identifier"] for row in read] == ["work-building-flower", "zz-top"]
    assert read[0]["status"] == "Repeat of row 1"
    assert read[0]["cause"]
    assert read[0]["next_step"]


@given(st.text())
def test_no_text_is_taken_for_a_formula_or_breaks_a_line(text: str) -> None:
    made = cell(text)
    assert made[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
    assert made.isprintable()
    read = list(csv.reader(io.StringIO(csv_text(("a", "b"), [(text, "end")]), newline="")))
    assert read == [["a", "b"], [made, "end"]]


def test_ordinary_texts_stay_as_they_are() -> None:
    assert [cell(each) for each in ("work-building-flower", "Møterom 4", 12, -3)] == [
        "work-building-flower", "Møterom 4", "12", "-3"
    ]
