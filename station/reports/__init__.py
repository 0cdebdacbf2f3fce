"""Receipts and tables as HTML, spreadsheets and CSV: texts are made harmless, secrets are not in them."""

from .receipt_html import receipt_html
from .receipt_sheets import receipt_csv, receipt_xlsx
from .support import Letter, SupportCase, cases_of, letters
from .tables import table_csv
from .texts import receipt_text

__all__ = [
    "Letter",
    "SupportCase",
    "cases_of",
    "letters",
    "receipt_csv",
    "receipt_html",
    "receipt_text",
    "receipt_xlsx",
    "table_csv",
]
