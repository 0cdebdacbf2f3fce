"""What can be done with devices once they are claimed: move, rename, and what else their vendor offers."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from station.backends.base import Backend, Change
from station.core.batch import Batch
from station.core.call import CallDevice, Verb
from station.core.item import Device, Item
from station.core.news import Refused
from station.core.progress import Progress
from station.core.secret import Secret

from . import batches, changing, naming
from .work import Work

Wanted = Callable[[Device], bool]
LONGEST_VALUE = 1000


def move(work: Work, items: Sequence[int], target: str, title: str, who: str) -> int:
    """Move the claimed devices of rows to another target; gives how many are asked for."""
    if not _may(work, Verb.MOVE, who) or not target:
        return 0
    asked = 0
    for batch, devices in _by_batch(work, Verb.MOVE, items, _is_claimed, lambda backend: backend.traits.move):
        changing.begin(work, Verb.MOVE, batch, devices, who.strip(), target=target, values={"title": title or target})
        asked += len(devices)
    return asked


def rename(work: Work, item: int, name: str, who: str) -> int:
    """Name a claimed device at its vendor. A kit's devices are numbered: by ``{n}`` in the name, else behind it."""
    pattern = " ".join(name.split())[: naming.LONGEST_NAME]
    if not _may(work, Verb.RENAME, who):
        return 0
    if not pattern or naming.mistake(pattern)[0]:
        work.tell(Refused(str(Verb.RENAME), naming.mistake(pattern)[0] or "no_name"))
        return 0
    asked = 0
    for batch, devices in _by_batch(work, Verb.RENAME, [item], _is_claimed, lambda backend: backend.traits.rename):
        if len(devices) > 1 and not naming.is_counted(pattern):
            pattern += " {n}"
        row = work.item(item)
        each = [_called(work, row, device, pattern, at) for at, device in enumerate(devices, 1)]
        changing.begin(work, Verb.RENAME, batch, each, who.strip())
        asked += len(each)
    return asked


def _called(work: Work, row: Item, named: CallDevice, pattern: str, number: int) -> CallDevice:
    device = work.store.devices_by_id([named.row])[0]
    return changing.named(row, device, naming.render(pattern, number, naming.values_of(row, device)))


def change(
    work: Work,
    items: Sequence[int],
    verb: Verb,
    values: Mapping[str, str],
    secrets: Mapping[str, Secret],
    who: str,
) -> int:
    """Carry out one of the backend's own changes on rows; gives on how many devices. Secrets are never written."""
    if not _may(work, verb, who):
        return 0
    asked = 0
    for connection in dict.fromkeys(row.connection for row in work.store.items(items)):
        backend = work.backend(connection)
        offered = [one for one in backend.changes if one.verb is verb] if backend else []
        if not offered:
            work.tell(Refused(str(verb), "cannot" if backend else "no_connection"))
        rows = [row for row in work.store.items(items) if row.connection == connection]
        asked += sum(_change(work, rows, one, values, secrets, who.strip()) for one in _meant(work, rows, offered))
    return asked


def _meant(work: Work, rows: Sequence[Item], offered: Sequence[Change]) -> list[Change]:
    """One verb may mean one thing for devices of our own and another for those that we claimed."""
    devices = [device for row in rows for device in work.store.devices(row.id)]
    return [one for one in offered if any(_wanted(one)(device) for device in devices)] or list(offered[:1])


def _wanted(offered: Change) -> Wanted:
    return _is_owned if offered.of_owned else _is_claimed


def _change(
    work: Work,
    rows: Sequence[Item],
    offered: Change,
    values: Mapping[str, str],
    secrets: Mapping[str, Secret],
    who: str,
) -> int:
    why = _lacking(offered, values, secrets)
    if why:
        work.tell(Refused(str(offered.verb), why))
        return 0
    asked = 0
    ids = [row.id for row in rows]
    for batch, devices in _by_batch(work, offered.verb, ids, _wanted(offered), lambda _backend: True):
        changing.begin(
            work, offered.verb, batch, devices, who, values=values, secrets=secrets, read_first=not offered.of_owned
        )
        asked += len(devices)
    return asked


def _may(work: Work, verb: Verb, who: str) -> bool:
    if not who.strip():
        work.tell(Refused(str(verb), "no_operator"))
    return bool(who.strip())


def _lacking(offered: Change, values: Mapping[str, str], secrets: Mapping[str, Secret]) -> str:
    """Why what was typed will not do: something is left out, is in the wrong place or is too long."""
    shown = {field.name for field in offered.fields if not field.secret}
    hidden = {field.name for field in offered.fields if field.secret}
    given = {name for name, value in values.items() if value} | {name for name, secret in secrets.items() if secret}
    if not set(values) <= shown or not set(secrets) <= hidden:
        return "unknown_field"
    if any(field.needed and field.name not in given for field in offered.fields):
        return "field_missing"
    texts = [*values.values(), *(secret.reveal() for secret in secrets.values())]
    return "too_long" if any(len(text) > LONGEST_VALUE for text in texts) else ""


def _is_claimed(device: Device) -> bool:
    return device.progress is Progress.CLAIMED and not device.found.owned


def _is_owned(device: Device) -> bool:
    """Our own at a vendor where others claim it: on an open row, or on one that Claim settled as ours already."""
    return device.found.owned and device.progress in (Progress.OPEN, Progress.CLAIMED, Progress.REFUSED)


def _by_batch(
    work: Work, verb: Verb, items: Sequence[int], wanted: Wanted, offers: Callable[[Backend], bool]
) -> Iterator[tuple[Batch, list[CallDevice]]]:
    """The devices that are meant, a batch at a time: each goes out on its own connection, as it was."""
    found: dict[str, list[CallDevice]] = {}
    for row in work.store.items(items):
        backend = work.backend(row.connection)
        devices = [changing.named(row, device) for device in work.store.devices(row.id) if wanted(device)]
        if backend is None or not offers(backend):
            work.tell(Refused(str(verb), "no_connection" if backend is None else "cannot"))
        elif not devices:
            work.tell(Refused(str(verb), "not_ours"))
        else:
            found.setdefault(row.batch, []).extend(devices)
    for batch_id, devices in found.items():
        batch = work.store.batch(batch_id)
        if batch is not None and batches.is_current(work, batch):
            yield batch, devices
        else:
            work.tell(Refused(str(verb), "account_changed"))
