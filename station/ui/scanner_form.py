"""The form of one scanner: drawn from the settings of its kind."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from station.words import say

from .connection_doors import Draft, Entry, FormField, KindForm, Overview, Value
from .connection_form import KeepingPart
from .connection_parts import SecretRow, SettingRow, lay_out, order_tabs
from .panel_parts import button, clear
from .scanner_doors import ScannerDraft, ScannerSetUp

LONGEST_TITLE = 80
REPEAT = FormField("repeat_s", Entry.NUMBER, 1.0)


class ScannerForm(QWidget):
    """``changed`` with each change by hand."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._set_up: ScannerSetUp | None = None
        self.settings: list[SettingRow] = []
        self.secrets: list[SecretRow] = []
        self.title = QLineEdit()
        self.title.setMaxLength(LONGEST_TITLE)
        self.title.setAccessibleName(say("scanners.title_of_one"))
        self.title.textEdited.connect(self.changed)
        self.more = button(say("connections.more"), "link")
        self.more.setCheckable(True)
        self._own_part, self._folded = QWidget(), QWidget()
        self._own, self._advanced = QVBoxLayout(self._own_part), QVBoxLayout(self._folded)
        self.keeping = KeepingPart()
        box, named = QVBoxLayout(self), QWidget()
        lay_out(named, say("scanners.title_of_one"), self.title, [self.title], [])
        for layout in (box, self._own, self._advanced):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(8)
        for part in (named, self._own_part, self.more, self._folded, self.keeping):
            box.addWidget(part)
        self._named = named
        box.setContentsMargins(0, 0, 8, 0)
        box.addStretch(1)
        self.more.toggled.connect(self._folded.setVisible)
        self._folded.hide()

    def begin(self, set_up: ScannerSetUp) -> None:
        """Show a scanner as it is set up, or what its kind takes by itself."""
        self._set_up = set_up
        kind, values = set_up.form.kind, set_up.values
        clear(self._own)
        clear(self._advanced)
        self.settings, self.secrets = [], []
        self.title.setText(set_up.title)
        self._named.setVisible(kind != "keyboard")
        plain = [field for field in set_up.form.fields if not field.advanced]
        folded = [field for field in set_up.form.fields if field.advanced]
        for field in plain:
            self._add(SettingRow(kind, field), values.get(field.name, field.default), self._own)
        for name in set_up.form.secrets:
            self._add_secret(SecretRow(kind, name), set_up)
        for field in folded:
            self._add(SettingRow(kind, field), values.get(field.name, field.default), self._advanced)
        self.repeat = SettingRow("scanner", REPEAT)
        self._add(self.repeat, set_up.repeat_s, self._advanced)
        self.settings.remove(self.repeat)
        self.more.setChecked(any(values.get(each.name, each.default) != each.default for each in folded))
        self.keeping.begin(Overview(keyring=set_up.keyring, file=set_up.file))
        self.keeping.hide()
        order_tabs(self.title, self._own_part, self.more, self._folded, self.keeping)

    def draft(self) -> ScannerDraft:
        """What stands in the form. Raises ``WrongValueError`` for a value that cannot be used."""
        set_up = self._set_up or ScannerSetUp(KindForm("", ""))
        values: dict[str, Value] = {row.field.name: row.value() for row in self.settings}
        secrets = {row.name: secret for row in self.secrets if (secret := row.secret()) is not None}
        in_file, passphrase = self.keeping.chosen() if secrets else (False, None)
        draft = Draft(set_up.name, set_up.form.kind, values, secrets, bool(set_up.name), in_file, passphrase)
        return ScannerDraft(draft, self.title.text().strip(), float(self.repeat.value()))

    def forget_secrets(self) -> None:
        """Nothing that was typed stays in a field that nobody looks at."""
        for row in self.secrets:
            row.line.clear()
        self.keeping.row.clear()

    def _add(self, row: SettingRow, value: Value, box: QVBoxLayout) -> None:
        row.show_value(value)
        row.changed.connect(self.changed)
        self.settings.append(row)
        box.addWidget(row)

    def _add_secret(self, row: SecretRow, set_up: ScannerSetUp) -> None:
        row.show_place(set_up.places.get(row.name, "nowhere"), set_up.variables.get(row.name, ""))
        row.changed.connect(self._follow)
        row.changed.connect(self.changed)
        self.secrets.append(row)
        self._own.addWidget(row)

    @Slot()
    def _follow(self) -> None:
        """Where to keep secrets is asked only once one is typed."""
        typed = any(row.secret() is not None for row in self.secrets)
        self.keeping.setVisible(typed and self.keeping.has_to_ask)
