"""``station release``: gives devices back that this desk claimed, after a fresh read showed them as ours."""

from collections.abc import Sequence
from functools import partial

from station.core.progress import Progress
from station.desk import orders, releases
from station.desk.orders import Line, Standing
from station.words import advise, say

from .answers import Exit, Stop, in_full, note
from .queueing import find_rows
from .results import put_lines
from .running import Session, running


def release(ids: Sequence[str], backend: str, by: str, agreed: bool, wait_s: float, as_json: bool) -> Exit:
    """Release what the IDs name; 0 when all of it is released."""
    with running(sends=True) as session:
        standing = session.stand(backend)
        operator = (by or session.station.settings.operator).strip()
        if not operator:
            raise Stop(say("cli.no_operator"))
        if not standing.traits.release:
            raise Stop(advise("wish", "cannot"), Exit.REFUSED)
        if standing.traits.release_costs and not agreed:
            raise Stop(say(f"cli.release_costs.{standing.traits.release_costs}"))
        if not standing.sends:
            raise Stop(say("cli.release_elsewhere"), Exit.REFUSED)
        rows, missing = _find(session, standing, ids)
        if rows:
            session.do(releases.release, rows, operator)
        lines = _wait(session, rows, wait_s)
        put_lines(lines, as_json)
        for refused in session.refused:
            note(in_full(advise("wish", refused.why)))
        for text in missing:
            note(f"{text}: {in_full(advise('wish', 'not_ours'))}")
        done = not missing and all(line.device.progress is not Progress.CLAIMED for line in lines)
        return Exit.DONE if done else Exit.REFUSED


def _find(session: Session, standing: Standing, ids: Sequence[str]) -> tuple[list[int], list[str]]:
    rows: list[int] = []
    missing: list[str] = []
    for text in ids:
        found = session.read(partial(find_rows, standing=standing, text=text, progress=Progress.CLAIMED))
        rows += found
        missing += [] if found else [text]
    return list(dict.fromkeys(rows)), missing


def _wait(session: Session, rows: Sequence[int], wait_s: float) -> list[Line]:
    """The rows once nothing of them is claimed any more, or their release was refused, or the time is over."""
    latest: list[Line] = []

    def settled() -> bool:
        nonlocal latest
        latest = session.read(lambda reader: orders.lines_of_items(reader, rows))
        return bool(session.refused) or all(line.device.progress is not Progress.CLAIMED for line in latest)

    session.wait_for(settled, wait_s if rows else 0)
    return latest
