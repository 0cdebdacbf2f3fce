"""The colours can be read, and the six meanings told apart, also in grey and with any common colour vision."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from station.ui import symbols
from station.ui.palette import DARK, LIGHT, Palette, choose
from station.words import Tone

Picture = NDArray[np.float64]
SIDE = 24
LEAST_CONTRAST = 4.5
LEAST_DIFFERENCE = 0.06
"""Of all pixels of two pills, so large a share of black against white at least."""

# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
VISIONS = {
    "grey": [[0.2126, 0.7152, 0.0722]] * 3,
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    parts = [linear(part) for part in QColor(colour).getRgbF()[:3]]  # type: ignore[index]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pairs(palette: Palette) -> list[tuple[str, str]]:
    toned = [(pair.ink, back) for pair in palette.tones.values() for back in (pair.pill, palette.surface)]
    plain = [(palette.text, back) for back in (palette.page, palette.surface, palette.selected, palette.practice)]
    plain += [(palette.text, pair.pill) for pair in palette.tones.values()]
    plain += [(palette.muted, back) for back in (palette.page, palette.surface, palette.selected, palette.practice)]
    counted = [(pair.ink, back) for pair in palette.tones.values() for back in (palette.page, palette.practice)]
    return [*toned, *plain, *counted, (palette.on_action, palette.action)]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_stands_out_from_what_it_stands_on(palette: Palette) -> None:
    weak = {pair: round(contrast(*pair), 2) for pair in pairs(palette) if contrast(*pair) < LEAST_CONTRAST}
    assert weak == {}


def picture(palette: Palette, tone: Tone) -> Picture:
    """A pill's fill with its symbol, as linear RGB of shape (side, side, 3)."""
    pair = palette.tones[tone]
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB888)
    image.fill(QColor(pair.pill))
    painter = QPainter(image)
    symbols.draw(painter, tone.value, QRectF(0, 0, SIDE, SIDE), pair.ink)
    painter.end()
    bits = np.frombuffer(image.constBits(), np.uint8).reshape(SIDE, image.bytesPerLine())
    shown = bits[:, : SIDE * 3].reshape(SIDE, SIDE, 3) / 255
    return np.where(shown <= 0.03928, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_six_meanings_are_told_apart(qtbot: QtBot, palette: Palette, vision: str) -> None:
    seen = {tone: picture(palette, tone) @ np.array(VISIONS[vision]).T for tone in Tone}
    lightness = {tone: (image @ np.array([0.2126, 0.7152, 0.0722])).clip(0, 1) ** (1 / 2.2)
                 for tone, image in seen.items()}
    close = {
        (one, other): difference
        for one, other in combinations(Tone, 2)
        if (difference := float(np.abs(lightness[one] - lightness[other]).mean())) < LEAST_DIFFERENCE
    }
    assert close == {}


def test_every_tone_has_a_symbol_of_its_own() -> None:
    paths = [symbols.symbol(tone.value).path for tone in Tone]
    assert not any(path.isEmpty() for path in paths)
    assert all(one != other for one, other in combinations(paths, 2))


def test_a_missing_symbol_is_empty() -> None:
    assert symbols.symbol("no such symbol").path.isEmpty()


def test_the_theme_can_be_chosen(qtbot: QtBot) -> None:
    assert choose("dark") is DARK
    assert choose("light") is LIGHT
    assert choose() in (LIGHT, DARK)
