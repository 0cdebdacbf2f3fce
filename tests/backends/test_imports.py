"""What a backend costs to import: the HTTP library, and not the command line that comes with it."""

import subprocess
import sys

PROBE = "import station.backends.http, sys; print(*(name in sys.modules for name in ('httpx', 'rich', 'click')))"


def test_the_http_library_comes_without_its_command_line() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["True", "False", "False"]
