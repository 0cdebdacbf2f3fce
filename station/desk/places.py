"""The targets that a connection's account sees, and which account that is."""

from station.backends.base import Backend
from station.core.errors import CallError, Cause, NotSentError, UnclearError
from station.core.news import Refused, TargetCreated, TargetsRead
from station.core.target import Account, Target

from . import batches, lines
from .work import Work

Read = tuple[Account, list[Target]]


async def read(backend: Backend) -> Read:
    return await backend.account(), await backend.targets()


def read_targets(work: Work, connection: str) -> None:
    """Ask a vendor which account we are and which targets it sees; the answer comes as news."""
    backend = work.backend(connection)
    if backend is not None:
        work.ask(connection, lambda: read(backend), told, connection)


def create_target(work: Work, connection: str, path: str) -> bool:
    """Make the target of that path (parts divided by ``/``) where it is missing, and choose it."""
    backend, path = work.backend(connection), "/".join(part.strip() for part in path.split("/") if part.strip())
    why = "no_connection" if backend is None else "cannot" if not backend.traits.new_targets else ""
    if backend is None or why or not path or len(path) > LONGEST_PATH:
        work.tell(Refused("create_target", why or "no_path"))
        return False
    work.start(connection, lambda: backend.create_target(path), created, connection)
    return True


LONGEST_PATH = 1000


def created(work: Work, connection: str, target: Target | None, error: BaseException | None) -> None:
    """The target's own answer, and then the list with it. A lost answer is told: the list says what became of it."""
    if target is None:
        failure = error if isinstance(error, CallError) else UnclearError(Cause.CRASH, str(error))
        work.tell(Refused("create_target", str(failure.cause), failure.detail))
    else:
        lines.works(work, connection)
        work.tell(TargetCreated(connection, target))
        batches.choose(work, connection, target.id, target.title)
    read_targets(work, connection)


def told(work: Work, connection: str, answer: Read | None, error: BaseException | None) -> None:
    if answer is None:
        failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error))
        lines.failed(work, connection, failure)
        return
    account, targets = answer
    lines.works(work, connection, account)
    work.tell(TargetsRead(connection, tuple(targets)))
    _choose_first(work, connection, targets)


def _choose_first(work: Work, connection: str, targets: list[Target]) -> None:
    """On the first run the inventory, or the only target that may be claimed into, is chosen.

    One that the settings name by its ID alone is called by its title from then on.
    """
    if work.store.get(f"target.{connection}"):
        return
    backend = work.backend(connection)
    preset = backend.settings.target if backend else ""
    if preset:
        _call_by_title(work, connection, next((target for target in targets if target.id == preset), None))
        return
    may = [target for target in targets if target.may_claim is not False]
    first = next((target for target in may if target.inventory), may[0] if len(may) == 1 else None)
    if first is not None:
        work.store.put(f"target.{connection}", first.id)
        work.store.put(f"target_title.{connection}", first.title)
        for batch in work.store.open_batches():
            if batch.connection == connection and not batch.target:
                work.store.change_batch(batch.id, target=first.id, target_title=first.title)


def _call_by_title(work: Work, connection: str, target: Target | None) -> None:
    if target is None:
        return
    work.store.put(f"target_title.{connection}", target.title)
    for batch in work.store.open_batches():
        if (batch.connection, batch.target) == (connection, target.id) and batch.target_title != target.title:
            work.store.change_batch(batch.id, target_title=target.title)
