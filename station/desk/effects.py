"""What a change after the claim leaves on the row: released, moved, named, labelled."""

from station.core.call import Call, CallDevice, Verb
from station.core.item import Device
from station.core.outcome import Outcome
from station.core.progress import Progress

from . import naming
from .work import Work


def apply(work: Work, call: Call, named: CallDevice, device: Device, outcome: Outcome) -> None:
    """Write down what the vendor did with one device; a handle that it tells anew is kept."""
    if call.verb is Verb.RELEASE:
        if device.progress is Progress.CLAIMED:
            work.store.step(
                [device.id], Progress.CLAIMED, Progress.RELEASED, work.clock.now(), who=call.operator, why="release"
            )
        return
    if call.verb is Verb.MOVE:
        place = call.value("title") or outcome.place or call.target
        work.store.change_device(device.id, target=call.target, place=place, handle=outcome.handle or None)
    elif call.verb is Verb.RENAME:
        _rename(work, device, named.name)
    elif call.verb is Verb.LABEL:
        _label(work, call, device)
    work.store.derive_again(device.item)


def _rename(work: Work, device: Device, name: str) -> None:
    work.store.change_device(device.id, name=name)
    row = work.item(device.item)
    if row.device_count <= 1:
        work.store.put_made_name(row.id, name, work.store.made_name(row.id)[1], made=False)
    else:
        names = [kept.name for kept in work.store.kept(row.id).values() if kept.name]
        work.store.put_made_name(row.id, naming.shown(names), 0, made=False)


def _label(work: Work, call: Call, device: Device) -> None:
    """Either one label by the fields ``label`` and ``value``, or each field a label; an empty one is taken away."""
    told = dict(call.values)
    told = {told["label"]: told.get("value", "")} if told.get("label") else told
    labels = {**dict(work.store.kept(device.item)[device.id].labels), **told}
    work.store.change_device(device.id, labels={name: value for name, value in labels.items() if value})
