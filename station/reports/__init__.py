"""Receipts and tables as HTML, XLSX and CSV."""
