"""What can be done with a receipt: save it, print it, copy it."""

from pathlib import Path

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.core.receipt import Receipt
from station.reports import receipt_html, receipt_text
from station.words import say

from .panel_parts import button, label, soft
from .printing import print_dialog
from .receipt_files import ReceiptFiles, Saved


class ReceiptButtons(QWidget):
    """Buttons for the receipt that is shown, and a line that says how it went."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._receipt: Receipt | None = None
        self._saving = False
        self._files = ReceiptFiles(folder, self)
        self._files.saved.connect(self._tell_saved)
        self._says = label("", "muted")
        self._open_folder = button(say("summary.open_folder"))
        self.save = button(say("summary.save"), "main")
        self._print, self._copy = button(say("summary.print")), button(say("summary.copy"))
        whole, low = QVBoxLayout(self), QHBoxLayout()
        whole.setContentsMargins(0, 0, 0, 0)
        for part in (self._says, self._open_folder, self.save):
            whole.addWidget(part)
        low.addWidget(self._print)
        low.addWidget(self._copy)
        whole.addLayout(low)
        self.save.clicked.connect(self._save_files)
        self._print.clicked.connect(self._print_it)
        self._copy.clicked.connect(self._copy_it)
        self._open_folder.clicked.connect(self._open)
        self.begin()

    def begin(self) -> None:
        """Forget what was said of an earlier receipt."""
        self._say("")
        self._open_folder.hide()

    def tell(self, receipt: Receipt | None) -> None:
        """The receipt that the buttons are about."""
        self._receipt = receipt
        for each in (self.save, self._print, self._copy):
            each.setEnabled(receipt is not None)

    def _say(self, text: str) -> None:
        self._says.setText(text)
        self._says.setVisible(bool(text))

    @Slot()
    def _save_files(self) -> None:
        if self._receipt is not None and not self._saving:
            self._saving = True  # the button keeps the keyboard; a second press does nothing meanwhile
            self._say(say("summary.saving"))
            self._files.save(self._receipt)

    @Slot(object)
    def _tell_saved(self, saved: Saved) -> None:
        self._saving = False
        self._open_folder.setVisible(saved.path is not None)
        if saved.path is not None:
            self._say(say("summary.saved", path=soft(str(saved.path))))
        else:
            self._say(say(f"receipt.problem.{saved.problem}", detail=saved.detail))

    @Slot()
    def _print_it(self) -> None:
        if self._receipt is None:
            return
        try:
            print_dialog(receipt_html(self._receipt), self.window())
        except OSError as error:
            self._say(say("receipt.problem.other", detail=error.strerror or str(error)))

    @Slot()
    def _copy_it(self) -> None:
        if self._receipt is not None:
            QGuiApplication.clipboard().setText(receipt_text(self._receipt))
            self._say(say("summary.copied"))

    @Slot()
    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._files.folder)))
