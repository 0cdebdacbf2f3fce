"""A registry served on a loopback port by a process of its own, as ``station serve`` does: the yardstick of the server
inside. ``python -m tests.benchmarks.yardsticks.served_registry DATABASE_URL TOKEN`` prints its address."""

import sys
from datetime import UTC, datetime

from station.server.serving import Serving, serve

if __name__ == "__main__":
    url, token = sys.argv[1:]
    # Paced as little as the server inside: this measures the way, not the speed limit.
    serve(Serving(url, port=0, token=token, calls_a_minute=0), clock=lambda: datetime.now(UTC))
