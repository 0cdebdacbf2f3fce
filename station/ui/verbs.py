"""The desk's verbs, each imported when it is first wished for: the window is painted before the desk is there."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from station.desk import (
        afterwards,
        ahead,
        batches,
        intake,
        names,
        pauses,
        places,
        queue,
        queue_facts,
        rehearsals,
        rows,
        table,
    )
else:

    def __getattr__(name: str) -> Any:
        return importlib.import_module(f"station.desk.{name}")

__all__ = ["afterwards", "ahead", "batches", "intake", "names", "pauses", "places", "queue", "queue_facts",
           "rehearsals", "rows", "table"]
