"""Imports behind the window read no source: the binding's import hook is gone once it is taken back."""

import subprocess
import sys

PROBE = """
from station.ui.plain_imports import restore
restore()
import linecache
before = set(linecache.cache)
import colorsys
from station.core import news
assert colorsys.rgb_to_hsv and news.Ready
print(len(set(linecache.cache) - before))
"""


def test_what_is_imported_afterwards_is_not_kept_as_source() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "0"
