"""Picks the camera by its name: one that is plugged in, one on the network, a video file, or none."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from station.words import say

from .camera_doors import Choice, Choices, Pick
from .connection_parts import Combo
from .items_delegate import printable

NONE = Choice(Pick(), "")
_NETWORK, _FILE = "network", "file"
LONGEST = 1_000
"""Letters of an address."""


class CameraPicker(QWidget):
    """``picked`` with a choice; its entries are told by ``offer``."""

    picked = Signal(object)  # Choice

    def __init__(self) -> None:
        super().__init__()
        self._chosen = NONE
        self._offered: list[Choice] | None = None
        self.names = Combo()
        self.names.setAccessibleName(say("camera.pick"))
        self.address = QLineEdit()
        self.address.setAccessibleName(say("camera.address"))
        self.address.setPlaceholderText(say("camera.address_like"))
        self.address.setMaxLength(LONGEST)
        self.address.setInputMethodHints(Qt.InputMethodHint.ImhUrlCharactersOnly | Qt.InputMethodHint.ImhSensitiveData)
        self.address.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addWidget(self.names)
        whole.addWidget(self.address)
        self.names.activated.connect(self._choose)
        self.address.returnPressed.connect(self._take_address)

    @property
    def chosen(self) -> Choice:
        return self._chosen

    def offer(self, choices: Choices) -> None:
        """Say which cameras there are; one that is not plugged in any more stays while it is the chosen one."""
        self._list(list(choices.cameras))

    def choose(self, choice: Choice) -> None:
        """Show this one as the chosen one; tells nobody."""
        self._chosen = choice
        offered, self._offered = self._offered or [], None
        self._list([each for each in offered if each.pick.device])

    def _list(self, cameras: Sequence[Choice]) -> None:
        offered = [NONE, *cameras]
        if self._chosen.pick not in [each.pick for each in offered]:
            offered.append(self._chosen)
        if offered == self._offered:
            return
        self._offered = offered
        with QSignalBlocker(self.names):
            self.names.clear()
            for each in offered:
                self.names.addItem(printable(each.title) if each.pick else say("camera.none"), each)
            self.names.insertSeparator(self.names.count())
            self.names.addItem(say("camera.network"), _NETWORK)
            self.names.addItem(say("camera.file"), _FILE)
            self.names.setCurrentIndex(next(n for n, each in enumerate(offered) if each.pick == self._chosen.pick))

    @Slot(int)
    def _choose(self, index: int) -> None:
        wanted = self.names.itemData(index)
        self.address.setVisible(wanted == _NETWORK)
        if wanted == _NETWORK:
            self.address.setText(self._chosen.pick.address)
            self.address.setFocus(Qt.FocusReason.OtherFocusReason)
        elif wanted == _FILE:
            self._ask_for_file()
        elif isinstance(wanted, Choice):
            self._take(wanted)

    @Slot()
    def _take_address(self) -> None:
        address = self.address.text().strip()
        if address:
            self.address.hide()
            host = address.partition("://")[2].rpartition("@")[2].partition("/")[0] or address
            self._take(Choice(Pick(address=address), host))

    def _ask_for_file(self) -> None:
        """Not modal, so that a scan meanwhile is heard."""
        dialog = QFileDialog(self.window(), say("camera.file_title"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setModal(False)
        dialog.fileSelected.connect(lambda path: self._take(Choice(Pick(file=path), Path(path).name)))
        dialog.finished.connect(lambda _result: self.choose(self._chosen))
        dialog.show()

    def _take(self, choice: Choice) -> None:
        self.choose(choice)
        self.picked.emit(choice)
