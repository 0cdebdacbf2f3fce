"""Sizes, fonts and the stylesheet of the window, for a palette and a font scale."""

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtGui import QFont, QFontDatabase

from .palette import Palette

OUTSIDE, BETWEEN, RADIUS = 16, 12, 10
"""Pixels around the window's content, between its parts, and of a rounded corner."""
TEXT, COUNTER, ROW, CONTROL = 13, 24, 38, 36
"""Pixels of text, of a counter's number, of a table row and of a control, at 100 %."""
SMALLEST_SCALE, LARGEST_SCALE = 1.0, 2.0


@dataclass(frozen=True)
class Style:
    """A palette with a font scale of 1 to 2; every size that the window uses comes from here."""

    palette: Palette
    scale: float = 1.0

    def px(self, size: float) -> int:
        """A size in pixels at the font scale."""
        return round(size * self.scale)

    def font(self, size: float = TEXT, *, bold: bool = False) -> QFont:
        font = QFont(self._family)
        font.setPixelSize(self.px(size))
        font.setBold(bold)
        return font

    def mono(self, size: float = TEXT) -> QFont:
        font = QFont(self._mono)
        font.setPixelSize(self.px(size))
        return font

    @cached_property
    def _family(self) -> QFont:
        return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)

    @cached_property
    def _mono(self) -> QFont:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setStyleHint(QFont.StyleHint.Monospace)
        return font

    def sheet(self, *, practice: bool = False) -> str:
        """The stylesheet, with practice mode's page or the real one; a widget's ``look`` property chooses its look."""
        colours = self.palette
        values = {
            "page": colours.practice if practice else colours.page,
            "surface": colours.surface, "text": colours.text, "muted": colours.muted,
            "line": colours.line, "action": colours.action, "on_action": colours.on_action,
            "selected": colours.selected, "hover": colours.hover,
            "radius": self.px(RADIUS) if self.scale < 1.5 else RADIUS, "pad": self.px(12),
            "small": self.px(6), "half": self.px(3),
            "control": self.px(CONTROL) - 2, "claim": self.px(48), "font": self.px(TEXT), "claim_font": self.px(17),
            "count": self.px(COUNTER), "title": self.px(17), "chip": self.px(28) - 2, "chip_radius": self.px(14) - 1,
        }
        return _SHEET % values


_SHEET = """
QMainWindow, QWidget[look="page"] { background: %(page)s; }
QWidget { color: %(text)s; font-size: %(font)dpx; }
QFrame[look="surface"] { background: %(surface)s; border: 1px solid %(line)s; border-radius: %(radius)dpx; }
QLabel { background: transparent; }
QLabel[look="muted"] { color: %(muted)s; }
QLabel[look="empty"] { color: %(muted)s; font-size: %(title)dpx; }
QTableView { background: %(surface)s; border: none; border-radius: %(radius)dpx; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: transparent; color: %(muted)s; font-weight: bold; border: none;
  border-bottom: 1px solid %(line)s; padding: 0 %(pad)dpx; }
QHeaderView::section:hover { color: %(text)s; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar::handle:vertical { background: %(line)s; border-radius: 4px; min-height: 32px; }
QScrollBar::handle:vertical:hover { background: %(muted)s; }
QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical { height: 0; }
QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical { background: transparent; }
QLabel[look="title"] { font-size: %(title)dpx; font-weight: bold; }
QLabel[look="count"] { font-size: %(count)dpx; font-weight: bold; }
QPushButton, QToolButton { background: %(surface)s; border: 1px solid %(line)s; border-radius: %(radius)dpx;
  padding: 0 %(pad)dpx; min-height: %(control)dpx; }
QPushButton:hover, QToolButton:hover { background: %(hover)s; border-color: %(muted)s; }
QPushButton:pressed, QToolButton:pressed { background: %(selected)s; }
QPushButton:focus, QToolButton:focus { border: 2px solid %(action)s; padding: 0 %(pad)dpx; }
QPushButton:disabled { color: %(muted)s; }
QPushButton[look="quiet"] { background: transparent; border: 1px solid transparent; color: %(muted)s;
  padding: 0 0 0 %(small)dpx; }
QPushButton[look="quiet"]:hover { color: %(text)s; }
QPushButton[look="quiet"]:focus { border: 2px solid %(action)s; padding: 0 %(half)dpx; }
QPushButton[look="choice"] { font-weight: bold; text-align: left; padding: 0 %(pad)dpx; }
QPushButton[look="chip"] { min-height: %(chip)dpx; border-radius: %(chip_radius)dpx; background: transparent;
  border-color: transparent; color: %(muted)s; }
QPushButton[look="chip"]:hover { background: %(hover)s; border-color: %(line)s; }
QPushButton[look="chip"]:checked { background: %(selected)s; color: %(action)s; font-weight: bold; }
QPushButton[look="chip"]:focus { border: 2px solid %(action)s; }
QLineEdit { background: %(surface)s; border: 1px solid %(line)s; border-radius: %(radius)dpx;
  padding: 0 %(pad)dpx; min-height: %(control)dpx; selection-background-color: %(action)s;
  selection-color: %(on_action)s; }
QLineEdit:focus { border: 2px solid %(action)s; }
QLineEdit[look="search"] { min-height: %(chip)dpx; border-radius: %(chip_radius)dpx; }
QLineEdit[look="cell"] { border-radius: 4px; padding: 0 4px; min-height: 0; border: 2px solid %(action)s; }
QMenu { background: %(surface)s; border: 1px solid %(line)s; padding: 6px 0; }
QMenu::item { padding: 7px 24px 7px 16px; }
QMenu::item:selected { background: %(selected)s; color: %(action)s; }
QMenu::item:disabled { color: %(muted)s; }
QMenu::separator { height: 1px; background: %(line)s; margin: 6px 0; }
QToolTip { background: %(surface)s; color: %(text)s; border: 1px solid %(line)s; padding: 4px 6px; }
"""
