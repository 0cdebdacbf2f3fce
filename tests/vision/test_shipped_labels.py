"""The label pictures that come with the station: the cascade reads each, and the recipe still gives these files."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from station.vision.cascade import read_symbols
from station.vision.picture import pages

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "resources" / "labels"

SAID = {
    "kit.png": ["maple-harbor-lantern"],
    "kit_photograph.jpg": ["maple-harbor-lantern"],
    "large_kit.png": ["oak-river-signal"],
    "device_1.png": ["c1sample0000000000d0"],
    "device_2.png": ["c1sample0000000000d1"],
    "device_small.png": ["SN-7788-0001"],
    "sheet.png": [f"c1sample0000000000d{number}" for number in range(2, 8)],
    "eui.png": ["70B3D57ED0000011"],
    "serial.png": ["SN-7788-0001"],
    "serial_turned.jpg": ["SN-7788-0001"],
    "tr005.png": ["LW:D0:70B3D57ED0000000:70B3D57ED0000012:00110022:SSN77880012"],
    "wifi.png": ["WIFI:S:warehouse-guests;T:WPA;P:not-a-real-password;;"],
    "unknown.png": ["zz-unknown-zz"],
}


@pytest.fixture(scope="module")
def recipe() -> ModuleType:
    spec = importlib.util.spec_from_file_location("render_labels", ROOT / "packaging" / "render_labels.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["render_labels"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SAID)
def test_a_shipped_picture_says_what_it_should(name: str) -> None:
    (page,) = pages((FOLDER / name).read_bytes())
    assert sorted(symbol.text for symbol in read_symbols(page)) == SAID[name]


def test_no_shipped_picture_is_left_out_here_and_all_are_small() -> None:
    files = [path for path in FOLDER.iterdir() if path.suffix in (".png", ".jpg")]
    assert {path.name for path in files} == set(SAID)
    assert sum(path.stat().st_size for path in files) < 250_000


def test_the_recipe_gives_the_same_labels_again(recipe: ModuleType) -> None:
    rendered = recipe.render_all()
    assert rendered == recipe.render_all()
    assert set(rendered) == set(SAID)
    for name, data in rendered.items():
        (page,) = pages(data)
        assert sorted(symbol.text for symbol in read_symbols(page)) == SAID[name]
