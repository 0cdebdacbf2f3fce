"""For measurements: when the program was painted and when it was ready."""

import os
import sys
import time
from pathlib import Path

from station.core.news import ItemsChanged, News, Ready, ScanHeard


def tell_news(news: News) -> None:
    """A listener for the desk."""
    if isinstance(news, Ready):
        tell_time("ready")
    elif isinstance(news, ItemsChanged) and any(item.looked_up_at for item in news.items):
        tell_time("found")
    elif isinstance(news, ScanHeard) and news.source.startswith("picture"):
        tell_time("decoded")


def tell_time(event: str) -> None:
    """Write the milliseconds since this process began, as JSON on standard error, if ``STATION_TIMINGS`` is set."""
    if os.environ.get("STATION_TIMINGS") and sys.platform.startswith("linux"):
        ticks = int(Path("/proc/self/stat").read_text("ascii").rsplit(")", 1)[1].split()[19])
        since = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
        sys.stderr.write(f'{{"event": "{event}", "ms": {since * 1000:.1f}}}\n')
        sys.stderr.flush()
