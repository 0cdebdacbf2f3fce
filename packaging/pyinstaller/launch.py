"""What the built program starts with: the station's command line."""

import os
import sys

# The starter points the loader at the program's own libraries. The browser or the keyboard's settings, started from
# here, must find the system's.
before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
os.environ.pop("LD_LIBRARY_PATH", None)
if before:
    os.environ["LD_LIBRARY_PATH"] = before

from station.__main__ import main  # noqa: E402 - the environment first

if __name__ == "__main__":
    sys.exit(main())
