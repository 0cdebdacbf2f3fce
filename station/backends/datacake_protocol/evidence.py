"""What the workspaces' lists show of changes whose answers were lost."""

from collections.abc import Callable

from station.core.call import Call, CallDevice, Verb
from station.core.errors import TargetError

from ..wire.shapes import is_same_text
from . import afterwards
from .client import Client
from .listing import Held

Sign = Callable[[Held | None, CallDevice], bool | None]


async def shown(client: Client, call: Call, workspace: str) -> dict[str, bool]:
    """By device ID whether a list that is read now shows the call's change as done; what nobody can tell is left out.

    A claim code is never shown. An open lock may have been open before, with another code: only a closed one tells
    that it was not opened.
    """
    place = call.value("workspace").strip() if call.verb in (Verb.SHARE, Verb.REVOKE) else workspace
    try:
        listed = await client.devices(place, fresh=True)
    except TargetError:
        return {}  # a workspace that we do not see
    sign = _SIGNS.get(call.verb)
    told = {}
    for device in call.devices:
        done = sign(listed.by_id(device.handle), device) if sign is not None and device.handle else None
        if done is not None:
            told[device.device_id] = done
    return told


def _is_named(held: Held | None, device: CallDevice) -> bool | None:
    return is_same_text(held.name, afterwards.clean(device.name)) if held is not None else None


def _is_closed(held: Held | None, _device: CallDevice) -> bool | None:
    return held.locked if held is not None else None


def _is_not_opened(held: Held | None, _device: CallDevice) -> bool | None:
    return False if held is not None and held.locked else None


_SIGNS: dict[Verb, Sign] = {
    Verb.RELEASE: lambda held, _device: held is None,
    Verb.RENAME: _is_named,
    Verb.CLOSE_CLAIMING: _is_closed,
    Verb.OPEN_CLAIMING: _is_not_opened,
    Verb.SHARE: lambda held, _device: held is not None,
    Verb.REVOKE: lambda held, _device: held is None,
}
