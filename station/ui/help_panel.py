"""The help: one page that can be searched, and needs no network."""

from collections.abc import Callable
from html import escape

from PySide6.QtCore import QSize, QUrl, Slot
from PySide6.QtGui import QKeyEvent, Qt, QTextDocument
from PySide6.QtWidgets import QGridLayout, QLineEdit, QTextBrowser

from station.words import Tone, say

from . import symbols
from .help_texts import Entry, entries, fitting
from .panel_parts import Panel, button
from .style import Style

SIGN = 14
ACROSS = 2
"""Buttons side by side below the page: more are cut off in a small window."""


class HelpPanel(Panel):
    """Keys, statuses with their symbols, errors with their causes; the field narrows it down."""

    def __init__(self, style: Style) -> None:
        super().__init__(say("help.title"), style)
        self._entries = entries()
        self._page = QTextBrowser()
        self._page.setAccessibleName(say("help.title"))
        self._page.setOpenLinks(False)
        self._field = HelpField(self._page)
        self.content.addWidget(self._field)
        self.content.addWidget(self._page, 1)
        self._doors = QGridLayout()
        self.content.addLayout(self._doors)
        self._field.textChanged.connect(self._write)
        self.begin_at(self._field)
        self._write()

    def restyle(self, style: Style) -> None:
        super().restyle(style)
        if hasattr(self, "_page"):
            self._write()

    def opened(self) -> None:
        super().opened()
        self._field.selectAll()

    def offer(self, words: str, do: Callable[[], object]) -> None:
        """Put a button below the page."""
        made = button(words)
        made.clicked.connect(lambda _checked=False: do())
        self._doors.addWidget(made, self._doors.count() // ACROSS, self._doors.count() % ACROSS)

    @Slot()
    def _write(self) -> None:
        document = self._page.document()
        style = self.look
        for tone in Tone:
            ink = style.palette.tones[tone].ink
            sign = symbols.icon(tone.value, ink, style.px(SIGN), 1.0).pixmap(QSize(style.px(SIGN), style.px(SIGN)))
            document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(f"sign:{tone}"), sign)
        self._page.setHtml(self._html(fitting(self._entries, self._field.text())))

    def _html(self, found: list[Entry]) -> str:
        colours = self.look.palette
        parts = []
        section = ""
        for entry in found:
            if entry.section != section:
                section = entry.section
                parts.append(f'<p style="margin-top:12px; color:{colours.muted}"><b>{escape(section)}</b></p>')
            if section == say("help.section.keys"):
                parts.append(f'<table><tr><td width="{self.look.px(58)}"><b>{escape(entry.heading)}</b></td>'
                             f"<td>{escape(entry.text)}</td></tr></table>")
                continue
            sign = f'<img src="sign:{entry.tone}">&nbsp; ' if entry.tone is not None else ""
            paragraphs = escape(entry.text).replace("\n", "<br>")
            parts.append(f'<p style="margin-bottom:6px">{sign}<b>{escape(entry.heading)}</b><br>{paragraphs}</p>')
        if not found:
            parts.append(f'<p style="color:{colours.muted}">{escape(say("help.nothing"))}</p>')
        size = self.look.px(13)
        return f'<body style="font-size:{size}px; color:{colours.text}">{"".join(parts)}</body>'


class HelpField(QLineEdit):
    """The search; the arrow and page keys move the page below."""

    def __init__(self, page: QTextBrowser) -> None:
        super().__init__()
        self._page = page
        self.setAccessibleName(say("help.search"))
        self.setPlaceholderText(say("help.search"))
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self._page.verticalScrollBar()
        steps = {Qt.Key.Key_Down: bar.singleStep(), Qt.Key.Key_Up: -bar.singleStep(),
                 Qt.Key.Key_PageDown: bar.pageStep(), Qt.Key.Key_PageUp: -bar.pageStep()}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            bar.setValue(bar.value() + step)
