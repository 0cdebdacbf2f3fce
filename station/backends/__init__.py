"""One file a kind of claiming system."""

import importlib.util
import sys

# Where a terminal's libraries are there, the HTTP library loads a command line of its own with them, whoever imports
# it: 0.1 s of a start and 6 MB that nothing here uses. It does without where that cannot be imported.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

if "sniffio" not in sys.modules and importlib.util.find_spec("sniffio") is None:
    # The HTTP library asks for it several times a request, and each time all folders are searched for it in vain.
    sys.modules["sniffio"] = None  # type: ignore[assignment]
