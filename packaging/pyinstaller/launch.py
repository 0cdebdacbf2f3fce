"""What the built program starts with: the station's command line."""

import sys

from station.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
