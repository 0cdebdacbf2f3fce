"""Holds the lock on a data folder, as a station that sends does, until it is killed."""

import sys
import time
from pathlib import Path

from station.folders import Lock

if __name__ == "__main__":
    lock = Lock(Path(sys.argv[1]))
    print("held" if lock.take() else "refused", flush=True)
    while True:
        time.sleep(1)
