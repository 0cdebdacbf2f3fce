"""Picks the camera by its name: one that is plugged in, one on the network, a video file, or none."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from station.words import say

from .camera_doors import FORMATS, Choice, Choices, Pick, Size, pick_address
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
        self.sizes, self.formats = Combo(), Combo()
        self.sizes.setAccessibleName(say("camera.size"))
        self.formats.setAccessibleName(say("camera.formats"))
        for name in FORMATS:
            self.formats.addItem(say(f"camera.looks_for.{name}"), name)
        self._known: dict[str, tuple[Size, ...]] = {}
        more = QHBoxLayout()
        more.setSpacing(6)
        for each in (self.sizes, self.formats):
            more.addWidget(each, 1)
            each.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addWidget(self.names)
        whole.addWidget(self.address)
        whole.addLayout(more)
        self.sizes.activated.connect(lambda _at: self._change(size=self.sizes.currentData()))
        self.formats.activated.connect(lambda _at: self._change(formats=str(self.formats.currentData())))
        self.names.activated.connect(self._choose)
        self.address.returnPressed.connect(self._take_address)

    @property
    def chosen(self) -> Choice:
        return self._chosen

    def offer(self, choices: Choices) -> None:
        """Say which cameras there are; one that is not plugged in any more stays while it is the chosen one."""
        known = {key: tuple(sizes) for key, sizes in choices.sizes.items()}
        anew, self._known = known != self._known, known
        self._list(list(choices.cameras))
        if anew:
            self._tell_more()

    def choose(self, choice: Choice) -> None:
        """Show this one as the chosen one; tells nobody."""
        self._chosen = choice
        offered, self._offered = self._offered or [], None
        self._list([each for each in offered if each.pick.device])
        self._tell_more()

    def _change(self, *, size: Size | None = None, formats: str = "") -> None:
        now = self._chosen
        self._take(replace(now, size=now.size if size is None else (size[0], size[1]), formats=formats or now.formats))

    def _tell_more(self) -> None:
        """The sizes of the chosen camera's pictures, where it has any, and what is looked for."""
        now = self._chosen
        sizes = self._known.get(now.pick.device, ()) if now.pick.device else ()
        offered = [(0, 0), *sizes, *([now.size] if now.size not in ((0, 0), *sizes) else [])]
        with QSignalBlocker(self.sizes):
            self.sizes.clear()
            for width, height in offered:
                words = say("camera.size_of", width=width, height=height) if width else say("camera.any_size")
                self.sizes.addItem(words, (width, height))
            self.sizes.setCurrentIndex(offered.index(now.size))
        self.formats.setCurrentIndex(max(self.formats.findData(now.formats), 0))
        self.sizes.setVisible(bool(now.pick.device))
        self.formats.setVisible(bool(now.pick))

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
            self._take(self._chosen if wanted.pick == self._chosen.pick else wanted)

    @Slot()
    def _take_address(self) -> None:
        address = self.address.text().strip()
        if address:
            self.address.hide()
            pick = pick_address(address)
            self.address.clear()
            self._take(Choice(pick, pick.address.partition("://")[2].partition("/")[0] or pick.address))

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
