"""A process that adds rows to a database and prints each one's ID when it is on disk: ``adding.py FILE NAME COUNT``."""

import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from station.core.batch import Batch
from station.core.identifier import Identifier, Kind
from station.core.scan import Scan
from station.desk.writing import NewItem
from station.store import open_store


def main(file: str, name: str, most: str) -> None:
    store = open_store(Path(file)).store
    with store.transaction():
        if store.batch(name) is None:
            store.add_batch(Batch(name, "local", "local", datetime.now(UTC)))
    for number in count():
        if number == int(most):
            break
        text = f"{name}-{number}"
        scan = Scan(text.encode(), "practice", datetime.now(UTC))
        with store.transaction():
            item = store.add_item(NewItem(name, "local", Identifier.of(Kind.CODE, code=text), scan, text))
        print(item, flush=True)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
