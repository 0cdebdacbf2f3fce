"""The form of one connection: drawn from what its kind needs."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from station.core.secret import Secret
from station.words import say

from .connection_doors import Draft, Imported, KindForm, KnownConnection, Overview, Value
from .connection_parts import (
    Combo,
    PassphraseRow,
    SecretRow,
    SettingRow,
    WrongValueError,
    choose_file,
    lay_out,
    order_tabs,
)
from .panel_parts import button, clear, label, soft

LONGEST_NAME = 40


class ConnectionForm(QWidget):
    """``changed`` with each change by hand; ``import_wanted`` with a file's path, or "" for the environment."""

    changed = Signal()
    import_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._overview = Overview()
        self._known: KnownConnection | None = None
        self._settings: list[SettingRow] = []
        self._secrets: list[SecretRow] = []
        self.kind, self.name = Combo(), QLineEdit()
        self.kind.setAccessibleName(say("connections.kind"))
        self.name.setAccessibleName(say("connections.name"))
        self.name.setMaxLength(LONGEST_NAME)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 8, 0)
        self._box.setSpacing(10)
        self._own_part = QWidget()
        self._own = QVBoxLayout(self._own_part)
        self._own.setContentsMargins(0, 0, 0, 0)
        self._own.setSpacing(10)
        self.more = button(say("connections.more"), "link")
        self.more.setCheckable(True)
        self._folded = QWidget()
        self._advanced = QVBoxLayout(self._folded)
        self._advanced.setContentsMargins(0, 0, 0, 0)
        self._advanced.setSpacing(10)
        self.keeping = KeepingPart()
        self._build()

    def begin(self, overview: Overview, known: KnownConnection | None) -> None:
        """Show a connection as it is set up, or an empty form for a new one."""
        self._overview, self._known = overview, known
        with QSignalBlocker(self.kind):
            self.kind.clear()
            for each in overview.kinds:
                title = each.title if not each.reason else say("connections.unavailable", title=each.title)
                self.kind.addItem(title, each.kind)
        wanted = known.kind if known is not None else next((e.kind for e in overview.kinds if not e.reason), "")
        self.kind.setCurrentIndex(self.kind.findData(wanted))
        self.kind.setEnabled(known is None)
        self.name.setEnabled(known is None)
        self.name.setText(known.name if known is not None else "")
        self.more.setChecked(False)
        self.keeping.begin(overview)
        self._draw()

    @property
    def form(self) -> KindForm:
        return self._overview.kind(str(self.kind.currentData() or ""))

    def draft(self) -> Draft:
        """What stands in the form. Raises ``WrongValueError`` for a value that cannot be used."""
        known = self._known
        values: dict[str, Value] = {row.field.name: row.value() for row in self._settings}
        secrets = {row.name: secret for row in self._secrets if (secret := row.secret()) is not None}
        in_file, passphrase = self.keeping.chosen() if secrets else (False, None)
        name = self.name.text().strip()
        if not name:
            raise WrongValueError(say("connections.must.name"))
        return Draft(name, self.form.kind, values, secrets, known is not None, in_file, passphrase)

    def take(self, imported: Imported) -> None:
        """Put in what a vendor's own file held."""
        for row in self._settings:
            if row.field.name in imported.values:
                row.show_value(imported.values[row.field.name])
        for each in self._secrets:
            if each.name in imported.secrets:
                each.take(imported.secrets[each.name])
        self._follow()

    def forget_secrets(self) -> None:
        """Nothing that was typed stays in a field that nobody looks at."""
        for row in self._secrets:
            row.line.clear()
        self.keeping.row.clear()

    def _build(self) -> None:
        self._name_help = label(say("connections.name_help"), "caption")
        self._reason = label("", "warn")
        for caption, editor, below in (("kind", self.kind, self._reason), ("name", self.name, self._name_help)):
            row = QWidget()
            lay_out(row, say(f"connections.{caption}"), editor, [editor], [below])
            self._box.addWidget(row)
        self._box.addWidget(self._own_part)
        self._box.addWidget(self.more)
        self._box.addWidget(self._folded)
        self._box.addWidget(self.keeping)
        self._box.addStretch(1)
        self.kind.activated.connect(self._draw)
        self.name.textEdited.connect(self._tidy_name)
        self.more.toggled.connect(self._folded.setVisible)
        self._folded.hide()

    @Slot()
    def _draw(self) -> None:
        """The fields of the chosen kind; what was typed into those of another kind is gone with them."""
        form, known = self.form, self._known
        clear(self._own)
        clear(self._advanced)
        self._settings, self._secrets = [], []
        self._reason.setText(say("connections.cannot", detail=form.reason) if form.reason else "")
        self._reason.setVisible(bool(form.reason))
        self._name_help.setVisible(known is None)
        if form.imports:
            self._own.addLayout(self._import_buttons())
        plain = [field for field in form.fields if not field.advanced]
        for field in plain:
            self._add_setting(SettingRow(form.kind, field), self._own)
        for name in form.secrets:
            self._add_secret(SecretRow(form.kind, name))
        for field in form.fields:
            if field.advanced:
                self._add_setting(SettingRow(form.kind, field), self._advanced)
        self.more.setVisible(len(plain) < len(form.fields))
        self.more.setChecked(known is not None and any(
            field.advanced and known.values.get(field.name, field.default) != field.default for field in form.fields))
        self._follow()
        order_tabs(self.kind, self.name, self._own_part, self.more, self._folded, self.keeping)
        self.changed.emit()

    def _add_setting(self, row: SettingRow, box: QVBoxLayout) -> None:
        known = self._known.values if self._known is not None else {}
        row.show_value(known.get(row.field.name, row.field.default))
        row.changed.connect(self._follow)
        row.changed.connect(self.changed)
        self._settings.append(row)
        box.addWidget(row)

    def _add_secret(self, row: SecretRow) -> None:
        if self._known is not None:
            place = self._known.places.get(row.name, "nowhere")
            row.show_place(place, self._known.variables.get(row.name, ""))
        row.changed.connect(self._follow)
        row.changed.connect(self.changed)
        self._secrets.append(row)
        self._own.addWidget(row)

    def _import_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        file, variables = button(say("connections.import_file")), button(say("connections.import_variables"))
        title = say("connections.import_file")
        file.clicked.connect(lambda: choose_file(self, title, self.import_wanted.emit))
        variables.clicked.connect(lambda: self.import_wanted.emit(""))
        row.addWidget(file, 1)
        row.addWidget(variables, 1)
        return row

    @Slot()
    def _follow(self) -> None:
        """Ask only for what the other settings make necessary, and where to keep secrets only once one is typed."""
        chosen = {row.field.name: row.editor.currentData() for row in self._settings if isinstance(row.editor, Combo)}
        only = self.form.only
        rows: dict[str, QWidget] = {row.field.name: row for row in self._settings}
        for name, row in (rows | {row.name: row for row in self._secrets}).items():
            by, values = only.get(name, ("", frozenset()))
            row.setVisible(by not in chosen or chosen[by] in values)
        typed = any(row.secret() is not None for row in self._secrets)
        self.keeping.setVisible(typed and self.keeping.has_to_ask)

    @Slot(str)
    def _tidy_name(self, text: str) -> None:
        """A name as the settings file takes it: small letters, digits and _."""
        tidy = "".join(c for c in text.lower().replace(" ", "_").replace("-", "_") if c.isascii() and (
            c.isalnum() or c == "_"))
        if tidy != text:
            self.name.setText(tidy)
        self.changed.emit()


class KeepingPart(QWidget):
    """Where the typed secrets will be kept: asked only where there is no keyring that can be used."""

    def __init__(self) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        self._told, self.row = label("", "caption"), PassphraseRow()
        box.addWidget(self._told)
        box.addWidget(self.row)
        self._keyring, self._file = "", "missing"

    def begin(self, overview: Overview) -> None:
        self._keyring, self._file = overview.keyring, overview.file
        self.row.clear()
        if self.has_to_ask:
            self._told.setText(soft(say(f"connections.keeping.{self._file}", detail=self._keyring)))
            self.row.setVisible(self._file in ("missing", "locked"))
            new = self._file == "missing"
            self.row.ask(say("connections.passphrase_new" if new else "connections.passphrase"), twice=new)

    @property
    def has_to_ask(self) -> bool:
        return bool(self._keyring)

    def chosen(self) -> tuple[bool, Secret | None]:
        """Whether the sealed file takes the secrets, and the passphrase. Raises ``WrongValueError``."""
        if not self.has_to_ask:
            return False, None
        return True, None if self.row.isHidden() else self.row.passphrase()
