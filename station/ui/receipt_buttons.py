"""What can be done with a receipt: save it, print it, copy it."""

from pathlib import Path

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from station.core.receipt import Receipt
from station.reports import receipt_html, receipt_text
from station.words import say

from .panel_parts import button, label, soft
from .printing import lay_out, print_dialog
from .receipt_files import ReceiptFiles, Saved


class ReceiptButtons(QWidget):
    """Buttons for the receipt that is shown; ``notice`` says how it went, ``copy`` stands where the panel puts it."""

    told = Signal()  # how something went is said in the notice

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._receipt: Receipt | None = None
        self._saving = False
        self._files = ReceiptFiles(folder, self)
        self._files.saved.connect(self._tell_saved)
        self._says = label("", "muted")
        self._open_folder = button(say("summary.open_folder"), "link")
        self.save = button(say("summary.save"), "main")
        self._print, self.copy = button(say("summary.print")), button(say("summary.copy"), "quiet")
        self.notice = QWidget()
        above, row = QVBoxLayout(self.notice), QHBoxLayout(self)
        for layout in (above, row):
            layout.setContentsMargins(0, 0, 0, 0)
        above.addWidget(self._says)
        above.addWidget(self._open_folder)
        row.addWidget(self._print)
        row.addWidget(self.save, 1)
        self.save.clicked.connect(self._save_files)
        self._print.clicked.connect(self._print_it)
        self.copy.clicked.connect(self._copy_it)
        self._open_folder.clicked.connect(self._open)
        self.begin()

    def begin(self) -> None:
        """Forget what was said of an earlier receipt."""
        self._say("")

    def tell(self, receipt: Receipt | None) -> None:
        """The receipt that the buttons are about."""
        self._receipt = receipt
        for each in (self.save, self._print, self.copy):
            each.setEnabled(receipt is not None)

    def _say(self, text: str) -> None:
        self._says.setText(text)
        self._open_folder.hide()
        self._says.setVisible(bool(text))
        self.notice.setVisible(bool(text))
        if text:
            self.told.emit()

    @Slot()
    def _save_files(self) -> None:
        if self._receipt is not None and not self._saving:
            self._saving = True  # the button keeps the keyboard; a second press does nothing meanwhile
            self._say(say("summary.saving"))
            self._files.save(self._receipt)

    @Slot(object)
    def _tell_saved(self, saved: Saved) -> None:
        self._saving = False
        if saved.path is not None:
            self._say(say("summary.saved", path=soft(str(saved.path))))
        else:
            self._say(say(f"receipt.problem.{saved.problem}", detail=saved.detail))
        self._open_folder.setVisible(saved.path is not None)

    @Slot()
    def _print_it(self) -> None:
        if self._receipt is None:
            return
        try:
            html = receipt_html(self._receipt)
            print_dialog(lambda printer: lay_out(html, printer), say("summary.print"), self.window())
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
