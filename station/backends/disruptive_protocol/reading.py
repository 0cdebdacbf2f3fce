"""What a code stands for and whose a device is, from several questions to the vendor."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from station.core.call import CallDevice, Confirmed, ReadBack
from station.core.finding import ClaimStatus, Finding, FoundDevice, Holder, status_of
from station.core.identifier import Identifier

from . import requests
from .client import Client, all_of


class Reading:
    """``whole``: the account sees the whole organization. ``settle_s``: how long a change may take to be seen."""

    def __init__(self, client: Client, whole: bool, settle_s: float, now: Callable[[], datetime]) -> None:
        self._client, self._whole, self._settle_s, self._now = client, whole, settle_s, now

    async def finding(self, identifier: Identifier, organization: str) -> Finding:
        """What cannot stand in a request is no ID of this vendor's, and is not asked for."""
        code = identifier.get("code").strip()
        info = await self._client.claim_info(code, organization) if requests.is_askable(code) else None
        if info is None:
            return Finding(identifier, ClaimStatus.NOT_FOUND, self._now())
        devices = tuple(await all_of([self._with_holder(device) for device in info.devices]))
        # A kit without a list, or a thing of a new kind: found, and not known what a claim of it would claim.
        status = status_of(devices) if devices else ClaimStatus.UNCHECKED
        return Finding(identifier, status, self._now(), info.what, info.title, devices, info.counts, raw=info.raw)

    async def confirmed(self, device: CallDevice) -> Confirmed:
        """One device's read-back; one that went by a kit's code is read back device by device of that kit."""
        if device.ref:
            return await self._device(device.device_id, device.ref)
        info = await self._client.claim_info(requests.code_of(device), "") if _is_askable(device) else None
        if info is None or not info.devices:
            return Confirmed(device.device_id, ReadBack.CANNOT_TELL, raw=info.raw if info else "not found")
        told = await all_of([self._device(each.device_id, each.device_id) for each in info.devices])
        if len({each.state for each in told}) > 1:
            return Confirmed(device.device_id, ReadBack.CANNOT_TELL, raw=info.raw)
        return replace(told[0], device_id=device.device_id)

    async def _with_holder(self, device: FoundDevice) -> FoundDevice:
        if device.status is not ClaimStatus.CLAIMED:
            return device
        name = await self._client.whereabouts(device.ref)
        if not name:
            return replace(device, holder=Holder.ANOTHER) if self._whole else device
        place = await self._client.title(requests.project_of(name))
        return replace(device, holder=Holder.OURS, place=place, handle=name)

    async def _device(self, device_id: str, ref: str) -> Confirmed:
        name = await self._client.whereabouts(ref)
        if name:
            return await self._ours(device_id, name)
        info = await self._client.claim_info(ref, "")
        status = info.devices[0].status if info is not None and len(info.devices) == 1 else ClaimStatus.UNCHECKED
        raw = info.raw if info is not None else "not found"
        if status is ClaimStatus.UNCLAIMED:
            return Confirmed(device_id, ReadBack.FREE, raw=raw)
        if status is not ClaimStatus.CLAIMED or not self._whole:
            return Confirmed(device_id, ReadBack.CANNOT_TELL, raw=raw)
        # Claimed by now, and not to be seen a moment ago: our own claim shows late too.
        await asyncio.sleep(self._settle_s)
        name = await self._client.whereabouts(ref)
        return await self._ours(device_id, name) if name else Confirmed(device_id, ReadBack.ANOTHER, raw=raw)

    async def _ours(self, device_id: str, name: str) -> Confirmed:
        place = await self._client.title(requests.project_of(name))
        return Confirmed(device_id, ReadBack.OURS, name, place, raw=name)


def _is_askable(device: CallDevice) -> bool:
    return requests.is_askable(requests.code_of(device))
