"""In the camera picture's place: why there is none, and what to do."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from station.words import Advice, advise

from .camera_doors import CameraState, Pick
from .panel_parts import label

_BY_KIND = frozenset({"unplugged", "failed", "left_out"})
"""What is wrong then depends on whether it is a camera, an address or a file."""


class TroublePage(QWidget):
    """Three lines: the cause, what it means, what to do next; these can be copied."""

    def __init__(self) -> None:
        super().__init__()
        self._told: tuple[Advice | None, str] = (None, "")
        self._lines = [label("", look) for look in ("strong", "", "muted")]
        box = QVBoxLayout(self)
        box.addStretch(1)
        for line in self._lines:
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            box.addWidget(line)
        box.addStretch(2)

    def tell(self, advice: Advice | None, otherwise: str) -> None:
        """Show an advice, or else one line."""
        if (advice, otherwise) == self._told:
            return
        self._told = (advice, otherwise)
        texts = (advice.cause, advice.meaning, advice.next_step) if advice is not None else ("", otherwise, "")
        for line, text in zip(self._lines, texts, strict=True):
            line.setText(text)
            line.setVisible(bool(text))


def trouble_of(state: CameraState, pick: Pick, title: str, *, any_there: bool) -> Advice | None:
    """Why there is no picture and what to do; None while there is one, or while it is being opened."""
    if not pick:
        return advise("camera", "none_picked" if any_there else "none_there")
    if state.condition in ("", "reading", "ready"):
        return None
    kind = "_address" if pick.address else "_file" if pick.file else ""
    code = state.condition + (kind if state.condition in _BY_KIND else "")
    return advise("camera", code, title=title, detail=state.detail)
