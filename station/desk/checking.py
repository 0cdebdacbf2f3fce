"""The look-up right before a call: what is as it was is sent, what has changed goes back to open with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from station.core.batch import Batch
from station.core.errors import CallError, Cause, NotSentError, RefusedError, TargetError
from station.core.finding import ClaimStatus, Finding, FoundDevice, Holder
from station.core.item import Check, Device, Item, Reason
from station.core.outcome import HowKnown, Outcome, OutcomeKind
from station.core.progress import Progress
from station.core.target import Account

from . import holders, lines, look_ups, pauses, repeats, returns, summaries
from .sending import begin
from .work import Work


def checked(
    work: Work,
    connection: str,
    batch_id: str,
    items: list[int],
    devices: list[int],
    result: tuple[Account, list[Finding]] | None,
    error: BaseException | None,
) -> None:
    """The look-up before a call has come back: what is as it was is sent, what has changed goes back to open."""
    work.state.busy.pop(connection, None)
    batch = work.store.batch(batch_id)
    if result is None or batch is None or len(result[1]) != len(items):
        _not_checked(work, connection, batch, items, error)
        return
    account, findings = result
    lines.works(work, connection, account)
    look_ups.went_well(work, connection, len(items))
    if batch.account and batch.account != account.id:
        pauses.account_changed(work, batch, account)
        return
    if not batch.account:
        work.store.change_batch(batch.id, account=account.id)
        batch = replace(batch, account=account.id)
    ready: list[Device] = []
    for item, finding in zip(work.store.items(items), findings, strict=True):
        work.store.keep_finding(connection, finding)
        ready += _unchanged(work, batch, item, finding, set(devices))
    if ready and not batch.paused and lines.may_send(work, connection):
        begin(work, connection, batch, ready)
    else:
        summaries.tell_progress(work, batch.id)
        work.wake()


def lost(
    work: Work, connection: str, batch_id: str, _items: object, _devices: object, _result: object, _error: object,
    fault: Exception,
) -> None:
    """A fault of ours in between: nothing was sent, and the connection is tried again."""
    work.state.busy.pop(connection, None)
    lines.failed(work, connection, NotSentError(Cause.CRASH, f"{batch_id}: {type(fault).__name__}: {fault}"))


checked.rescue = lost  # type: ignore[attr-defined]


def signed_in(
    work: Work, connection: str, batch_id: str, account: Account | None, error: BaseException | None
) -> None:
    """Who we are at a vendor that cannot be asked about devices: then the batch's next call is begun."""
    work.state.busy.pop(connection, None)
    batch = work.store.batch(batch_id)
    if account is None or batch is None:
        _not_checked(work, connection, batch, (), error)
        return
    lines.works(work, connection, account)
    if batch.account and batch.account != account.id:
        pauses.account_changed(work, batch, account)
    work.wake()


def _not_checked(
    work: Work, connection: str, batch: Batch | None, items: Sequence[int], error: BaseException | None
) -> None:
    """No look-up, no call. One that is refused as a whole is made smaller until the culprit stands alone."""
    failure = error if isinstance(error, CallError) else NotSentError(Cause.GARBAGE, str(error or "too few findings"))
    if isinstance(failure, RefusedError) and len(items) > 1:
        work.state.limits[connection] = max(len(items) // 2, 1)
    elif isinstance(failure, RefusedError):
        work.state.limits.pop(connection, None)
        for item in work.store.items(items):
            queued = [d for d in work.store.devices(item.id) if d.progress is Progress.QUEUED]
            work.store.change_item(returns.to_open(work, item, queued, Reason.NOW_NOT_FOUND), check=Check.FAILED)
    elif isinstance(failure, TargetError) and batch is not None:
        work.store.change_batch(batch.id, paused=str(failure.cause))
    else:
        look_ups.went_wrong(work, connection, len(items))
        lines.failed(work, connection, failure)
        return
    work.wake()


def _unchanged(work: Work, batch: Batch, item: Item, finding: Finding, asked: set[int]) -> list[Device]:
    """The queued devices of a row that may be sent; the others have gone back to open, each with its reason."""
    queued = [d for d in work.store.devices(item.id) if d.progress is Progress.QUEUED and d.id in asked]
    if not finding.devices and finding.status is ClaimStatus.UNCHECKED:
        return _not_held_elsewhere(work, item)  # asked again, and still not told
    reason = _whole_row_changed(work, batch, item, finding)
    if reason is not Reason.NOTHING:
        _back(work, item, queued, reason, finding)
        return []
    found = {device.device_id: device for device in finding.devices}
    work.store.update_devices(item.id, finding.devices)
    queued = [d for d in _not_held_elsewhere(work, item) if d.device_id in found]
    changed: dict[Reason, list[Device]] = {}
    for device in queued:
        told = _told_now(item, found[device.device_id])
        why = _REASONS.get(found[device.device_id].status)
        if told is not None:
            holders.answer(work, device, told)
        elif why is not None and not (why is Reason.NOW_CLAIMED and _was_asked(item)):
            changed.setdefault(why, []).append(device)
    for why, some in changed.items():
        _back(work, item, some, why, finding)
    gone = {device.id for some in changed.values() for device in some}
    still = {device.id for device in work.store.devices_by_id([d.id for d in queued]) if _may_go(device)}
    return [device for device in queued if device.id in still - gone]


def _may_go(device: Device) -> bool:
    """Still queued, and not shown as claimed by somebody untold: that is read back first."""
    return device.progress is Progress.QUEUED and device.found.status is not ClaimStatus.CLAIMED


def _was_asked(item: Item) -> bool:
    """Whether the vendor was asked before Claim and did not tell: what it tells now is an answer and no change."""
    return item.claim_status is ClaimStatus.UNCHECKED and item.looked_up_at is not None


def _told_now(item: Item, found: FoundDevice) -> Outcome | None:
    """Of a row that nobody could tell about: ours is an answer, and another's is one where the vendor was asked."""
    if item.claim_status is ClaimStatus.UNCHECKED and (found.owned or found.holder is Holder.OURS):
        return Outcome(OutcomeKind.ALREADY_OURS, HowKnown.READ_BACK, handle=found.handle, place=found.place)
    if _was_asked(item) and found.status is ClaimStatus.CLAIMED and found.holder is Holder.ANOTHER:
        return Outcome(OutcomeKind.ALREADY_CLAIMED, HowKnown.READ_BACK, place=found.place)
    return None


def _not_held_elsewhere(work: Work, item: Item) -> list[Device]:
    """The row's queued devices, without those that another row sends or has sent: a kit that nobody had seen when it
    was claimed may hold a device that was scanned on its own."""
    queued = [d for d in work.store.devices(item.id) if d.progress is Progress.QUEUED and d.inside is None]
    alone: list[Device] = []
    for device in queued:
        other = repeats.live_device(work, item.connection, device.device_id, other_than=item.id)
        if other is None or work.item(other.item).progress is Progress.OPEN:
            alone.append(device)
            continue
        work.touch(
            *work.store.step([device.id], Progress.QUEUED, Progress.OPEN, work.clock.now(), why=f"in row {other.item}")
        )
        work.store.link_device(device.id, other.item)
    return alone


def _back(work: Work, item: Item, devices: Sequence[Device], reason: Reason, finding: Finding) -> None:
    """To open again; a row that came back whole shows what was found now."""
    if returns.to_open(work, item, devices, reason) == item.id:
        work.store.apply_finding(item.id, finding)


_REASONS: Mapping[ClaimStatus, Reason] = {
    ClaimStatus.CLAIMED: Reason.NOW_CLAIMED,
    ClaimStatus.UNREGISTERED: Reason.NOW_UNREGISTERED,
    ClaimStatus.NOT_FOUND: Reason.NOW_NOT_FOUND,
}


def _whole_row_changed(work: Work, batch: Batch, item: Item, finding: Finding) -> Reason:
    if finding.status is ClaimStatus.NOT_FOUND or not finding.devices:
        return Reason.NOW_NOT_FOUND
    known = {device.device_id for device in work.store.devices(item.id)}
    found = {device.device_id for device in finding.devices}
    if item.claim_status is ClaimStatus.UNCHECKED and item.what != "kit":
        # Nobody saw what this is: a kit goes only where the person chose so, a single device is an answer.
        if finding.what == "kit" and not batch.unseen_kits:
            return Reason.KIT_UNSEEN
        work.store.put_devices(item.id, finding.devices)
        return Reason.NOTHING
    return Reason.NOTHING if known == found else Reason.KIT_CHANGED
