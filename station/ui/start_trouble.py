"""Says why the station does not start, in a window of its own: who starts it from the menu sees no other output."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from station.words import say


def show_trouble(sentence: str) -> None:
    """Show a sentence until it is closed."""
    QApplication.instance() or QApplication(["station"])
    box = QMessageBox(QMessageBox.Icon.Warning, say("start.title"), sentence, QMessageBox.StandardButton.Close)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.exec()
