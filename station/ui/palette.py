"""The colours of the window, light and dark, and which of the two is shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from station.words import Tone


@dataclass(frozen=True, slots=True)
class Pair:
    """A tone's text colour and the fill of its pill, as #RRGGBB."""

    ink: str
    pill: str


@dataclass(frozen=True, slots=True)
class Palette:
    """All colours as #RRGGBB. ``on_action`` is text on the primary button, ``practice`` the page of practice mode."""

    dark: bool
    page: str
    surface: str
    text: str
    muted: str
    line: str
    on_action: str
    hover: str
    practice: str
    stripe: str
    tones: Mapping[Tone, Pair]

    @property
    def action(self) -> str:
        return self.tones[Tone.READY].ink

    @property
    def selected(self) -> str:
        return self.tones[Tone.READY].pill


# The green of claimed rows is a shade darker than #1A7F37, which stays just below 4.5:1 on its pill.
LIGHT = Palette(
    dark=False,
    page="#F4F6F8",
    surface="#FFFFFF",
    text="#1B1F24",
    muted="#57606A",
    line="#D5DBE1",
    on_action="#FFFFFF",
    hover="#F4F6F8",
    practice="#F3EFDF",
    stripe="#E4D9B4",
    tones={
        Tone.READY: Pair("#0B5CAD", "#E3EEF9"),
        Tone.DONE: Pair("#1A7C36", "#E6F4EA"),
        Tone.PROBLEM: Pair("#B3261E", "#FCE8E6"),
        Tone.REPEAT: Pair("#6639BA", "#EFE8FB"),
        Tone.WAITING: Pair("#57606A", "#EBEEF1"),
        Tone.UNKNOWN: Pair("#8A5A00", "#FFF3D6"),
    },
)

DARK = Palette(
    dark=True,
    page="#12161B",
    surface="#1A2027",
    text="#E6EDF3",
    muted="#9DA7B3",
    line="#2D353F",
    on_action="#12161B",
    hover="#20272F",
    practice="#1D1A10",
    stripe="#3A3218",
    tones={
        Tone.READY: Pair("#6CB6FF", "#1A2D42"),
        Tone.DONE: Pair("#57D18B", "#14301F"),
        Tone.PROBLEM: Pair("#FF8B82", "#3A1B19"),
        Tone.REPEAT: Pair("#B79CFF", "#2A2140"),
        Tone.WAITING: Pair("#9DA7B3", "#252C34"),
        Tone.UNKNOWN: Pair("#E8B54A", "#33270D"),
    },
)


def choose(theme: str = "") -> Palette:
    """The palette of a theme, "light" or "dark"; anything else follows the system."""
    if theme in ("light", "dark"):
        return DARK if theme == "dark" else LIGHT
    return DARK if QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark else LIGHT


def qt_palette(palette: Palette) -> QPalette:
    """The same colours for the widgets that Qt draws by itself."""
    role = QPalette.ColorRole
    qt = QPalette()
    roles: tuple[tuple[QPalette.ColorRole, str], ...] = (
        (role.Window, palette.page),
        (role.WindowText, palette.text),
        (role.Base, palette.surface),
        (role.AlternateBase, palette.hover),
        (role.Text, palette.text),
        (role.Button, palette.surface),
        (role.ButtonText, palette.text),
        (role.BrightText, palette.on_action),
        (role.Highlight, palette.action),
        (role.HighlightedText, palette.on_action),
        (role.ToolTipBase, palette.surface),
        (role.ToolTipText, palette.text),
        (role.PlaceholderText, palette.muted),
        (role.Link, palette.action),
        (role.Accent, palette.action),
        (role.Mid, palette.line),
    )
    for name, colour in roles:
        qt.setColor(name, QColor(colour))
    for group_role in (role.Text, role.WindowText, role.ButtonText):
        qt.setColor(QPalette.ColorGroup.Disabled, group_role, QColor(palette.muted))
    return qt
