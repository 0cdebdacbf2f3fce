"""The rows of the connection form: a caption, something to type or choose in, and a line of help."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from station.core.secret import Secret
from station.words import say

from . import symbols
from .connection_doors import Entry, FormField, Value, choice_of, help_of, label_of
from .panel_parts import button, label, soft
from .style import RADIUS, Style

CAPTION, EDITOR = 2, 5
"""How a row's width is shared."""
ARROW = 16
LONGEST_TEXT, LONGEST_SECRET = 2_000, 20_000


class WrongValueError(Exception):
    """What stands in a field cannot be used; the text is the sentence."""


class SettingRow(QWidget):
    """One setting. ``changed`` with each change by hand."""

    changed = Signal()

    def __init__(self, kind: str, field: FormField) -> None:
        super().__init__()
        self.field, self._title = field, label_of(kind, field.name)
        self.editor = self._make_editor(kind)
        self.editor.setAccessibleName(self._title)
        told = help_of(kind, field.name)
        self.editor.setAccessibleDescription(told)
        caption = "" if isinstance(self.editor, QCheckBox) else self._title
        has_path = field.entry in (Entry.FILE, Entry.FOLDER)
        parts = [self.editor, self._chooser()] if has_path else [self.editor]
        lay_out(self, caption, self.editor, parts, [label(told, "caption")] if told else [])

    def value(self) -> Value:
        """What stands there, in the setting's own type. Raises ``WrongValueError``."""
        editor = self.editor
        if isinstance(editor, QCheckBox):
            return editor.isChecked()
        if isinstance(editor, QComboBox):
            return str(editor.currentData())
        text = editor.text().strip()
        if self.field.entry in (Entry.WHOLE, Entry.NUMBER):
            return self._number(text)
        return text

    def show_value(self, value: Value) -> None:
        editor = self.editor
        if isinstance(editor, QCheckBox):
            editor.setChecked(bool(value))
        elif isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(editor.findData(str(value)), 0))
        else:
            editor.setText(f"{value:g}" if isinstance(value, float) else str(value))

    def _number(self, text: str) -> Value:
        try:
            number = float(text.replace(",", ".")) if self.field.entry is Entry.NUMBER else int(text)
        except ValueError:
            raise WrongValueError(say(f"connections.must.{self.field.entry}", name=self._title)) from None
        if not 0 <= number < 1_000_000:
            raise WrongValueError(say(f"connections.must.{self.field.entry}", name=self._title))
        return number

    def _make_editor(self, kind: str) -> QCheckBox | QComboBox | QLineEdit:
        field = self.field
        if field.entry is Entry.YES_NO:
            tick = QCheckBox(self._title)
            tick.toggled.connect(self.changed)
            return tick
        if field.entry is Entry.CHOICE:
            combo = Combo()
            for choice in field.choices:
                combo.addItem(choice_of(kind, field.name, choice), choice)
            combo.activated.connect(self.changed)
            return combo
        line = QLineEdit()
        line.setMaxLength(LONGEST_TEXT)
        line.textEdited.connect(self.changed)
        return line

    def _chooser(self) -> QPushButton:
        choose = button(say("connections.choose_file"))
        choose.setAccessibleName(f"{say('connections.choose_file')}: {self._title}")
        choose.clicked.connect(lambda: choose_file(
            self, self._title, self._take_file, folder=self.field.entry is Entry.FOLDER))
        return choose

    def _take_file(self, path: str) -> None:
        self.show_value(path)
        self.changed.emit()


class SecretRow(QWidget):
    """A secret: typed here, never shown again. An empty field leaves what is kept as it is."""

    changed = Signal()

    def __init__(self, kind: str, name: str) -> None:
        super().__init__()
        self.name = name
        title, told = label_of(kind, name), help_of(kind, name)
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setMaxLength(LONGEST_SECRET)
        self.line.setAccessibleName(title)
        self.line.setAccessibleDescription(told)
        self.line.textEdited.connect(self.changed)
        self._kept = label("", "caption")
        lay_out(self, title, self.line, [self.line], [self._kept, *([label(told, "caption")] if told else [])])
        self.show_place("nowhere", "")

    def show_place(self, place: str, variable: str) -> None:
        """Say where the secret is kept now; one of the environment cannot be typed over here."""
        there = place != "nowhere"
        self._kept.setText(soft(say(f"connections.kept.{place}", variable=variable)) if there else "")
        self._kept.setVisible(there)
        self.line.setEnabled(place != "environment")
        self.line.setPlaceholderText(say("connections.keep_as_is") if there and place != "environment" else "")

    def take(self, secret: Secret) -> None:
        """Put a secret in that was read from a file; it is shown as little as one that is typed."""
        self.line.setText(secret.reveal())

    def secret(self) -> Secret | None:
        text = self.line.text().strip()
        return Secret(text) if text and self.line.isEnabled() and not self.isHidden() else None


class Combo(QComboBox):
    """A choice that the mouse wheel does not change while the form is scrolled past it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self and event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """With the arrow that a style sheet takes away."""
        super().paintEvent(event)
        painter = QPainter(self)
        side = ARROW
        square = QRectF(self.width() - side - ARROW / 2, (self.height() - side) / 2, side, side)
        symbols.draw(painter, "chevron", square, self.palette().color(QPalette.ColorRole.Text).name())
        painter.end()


def lay_out(
    row: QWidget, caption: str, editor: QWidget, parts: Sequence[QWidget], below: Sequence[QWidget]
) -> None:
    """The caption on the left, what is typed into on the right, and below that what there is to say about it."""
    whole, right, line = QHBoxLayout(row), QVBoxLayout(), QHBoxLayout()
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(10)
    right.setSpacing(3)
    told = label(caption, "caption")
    told.setBuddy(editor)
    for at, part in enumerate(parts):
        line.addWidget(part, 1 if at == 0 else 0)
    right.addLayout(line)
    for part in below:
        right.addWidget(part)
    if caption:
        told.setContentsMargins(0, 9, 0, 0)  # beside the text of the line, however much stands below that
        whole.addWidget(told, CAPTION, Qt.AlignmentFlag.AlignTop)
    whole.addLayout(right, EDITOR)


def choose_file(parent: QWidget, title: str, take: object, *, folder: bool = False) -> QFileDialog:
    """Let a person choose a file or a folder; not modal, so that a scan meanwhile is heard. ``take`` gets its path."""
    dialog = QFileDialog(parent.window(), title)
    dialog.setFileMode(QFileDialog.FileMode.Directory if folder else QFileDialog.FileMode.ExistingFile)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setModal(False)
    dialog.fileSelected.connect(take)
    dialog.show()
    return dialog


def order_tabs(*parts: QWidget) -> None:
    """Have Tab go through what can be typed and pressed in these parts, in this order."""
    kinds = (QLineEdit, QCheckBox, QComboBox, QPushButton)
    stops = [each for part in parts for each in (part, *part.findChildren(QWidget)) if isinstance(each, kinds)]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


class PassphraseRow(QWidget):
    """A passphrase, typed twice where it is a new one."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(3)
        self._caption = label("", "caption")
        self.first, self.second = _hidden_line(), _hidden_line()
        self.second.setAccessibleName(say("connections.passphrase_again"))
        self._again = label(say("connections.passphrase_again"), "caption")
        self._again.setBuddy(self.second)
        self._caption.setBuddy(self.first)
        for part in (self._caption, self.first, self._again, self.second):
            box.addWidget(part)
        for line in (self.first, self.second):
            line.returnPressed.connect(self._enter)

    def ask(self, title: str, *, twice: bool) -> None:
        """Ask for the passphrase under that caption."""
        self._caption.setText(title)
        self.first.setAccessibleName(title)
        self._again.setVisible(twice)
        self.second.setVisible(twice)

    def clear(self) -> None:
        self.first.clear()
        self.second.clear()

    def passphrase(self) -> Secret | None:
        """What was typed; None where nothing was. Raises ``WrongValueError`` where the two differ."""
        text = self.first.text()
        if not self.second.isHidden() and text != self.second.text():
            raise WrongValueError(say("secrets.file_problem.differ"))
        return Secret(text) if text else None

    @Slot()
    def _enter(self) -> None:
        if self.sender() is self.first and not self.second.isHidden():
            self.second.setFocus()
        else:
            self.entered.emit()


def _hidden_line() -> QLineEdit:
    line = QLineEdit()
    line.setEchoMode(QLineEdit.EchoMode.Password)
    line.setMaxLength(LONGEST_TEXT)
    return line


def form_sheet(style: Style) -> str:
    """The looks that only the form has, over those of all panels."""
    colours = style.palette
    values = {
        "surface": colours.surface, "text": colours.text, "muted": colours.muted, "line": colours.line,
        "action": colours.action, "selected": colours.selected, "pad": style.px(12), "control": style.px(36) - 2,
        "radius": style.px(RADIUS) if style.scale < 1.5 else RADIUS, "small": style.px(6), "arrow": style.px(28),
    }
    return _SHEET % values


_SHEET = """
QComboBox { background: %(surface)s; border: 1px solid %(line)s; border-radius: %(radius)dpx; padding: 0 %(pad)dpx;
  min-height: %(control)dpx; color: %(text)s; }
QComboBox::drop-down { border: none; width: %(arrow)dpx; }
QComboBox:focus { border: 2px solid %(action)s; }
QComboBox:disabled, QLineEdit:disabled { color: %(muted)s; }
QComboBox QAbstractItemView { background: %(surface)s; color: %(text)s; border: 1px solid %(line)s;
  selection-background-color: %(selected)s; selection-color: %(text)s; outline: none; }
QCheckBox { spacing: %(small)dpx; min-height: %(control)dpx; }
QCheckBox:focus { color: %(action)s; }
"""
