"""Says whose the credentials are, and which projects devices can be claimed into."""

from dataclasses import replace
from typing import Protocol

from station.core.errors import RefusedError, TargetError
from station.core.target import Account, Target

from .answers import Licence
from .client import Client
from .settings import HereSettings
from .tokens import Granted


class Who(Protocol):
    async def user(self) -> Granted | None:
        """The user who is logged in, where one is."""
        ...


async def account(client: Client, who: Who, settings: HereSettings) -> Account:
    """The user's own ID where a user signs in, else the realm that the projects' licences name.

    Where the licences may not be read, it is the project or app that is set; that HERE Tracking answers there at all
    is then asked of its health, which needs no credentials.
    """
    user = await who.user()
    try:
        licences = await client.first_licences()
    except (TargetError, RefusedError):
        await client.check_health()
        licences = []
    own = [each for each in licences if each.project_id == settings.project_id]
    realms = sorted({each.realm for each in own or licences if each.realm})
    realm = (user.realm if user else "") or (realms[0] if realms else "") or settings.realm
    title = next((each.title for each in own), realm or settings.project_id or settings.app_id)
    if user is not None and user.user_id:
        return Account(user.user_id, settings.email or title or user.user_id, realm)
    named = realm or settings.project_id or settings.app_id or settings.base_url
    return Account(named, title or named, realm)


async def targets(client: Client, settings: HereSettings) -> list[Target]:
    """The projects with their licences; the one that is set where the account may not list them."""
    try:
        licences = [each for each in await client.licences() if each.project_id]
    except (TargetError, RefusedError):
        if not settings.project_id:
            raise
        return [Target(settings.project_id, settings.project_id)]
    counts = await client.counts(each.app_id for each in licences)
    found: dict[str, Target] = {}
    for licence in licences:
        made = _target(licence, counts.get(licence.app_id))
        known = found.get(licence.project_id)
        if known is None or (known.may_claim is False and made.may_claim is not False):
            found[licence.project_id] = made
    if not found and settings.project_id:
        return [Target(settings.project_id, settings.project_id)]
    return list(found.values())


def _target(licence: Licence, count: int | None) -> Target:
    """A licence that has expired claims nothing; of any other the vendor does not say whether we may."""
    devices = "" if count is None else "1 device" if count == 1 else f"{count} devices"
    words = [licence.type, "expired" if licence.expired else "", devices]
    made = Target(
        licence.project_id,
        licence.title,
        organization=licence.realm,
        seats_left=licence.left,
        expires_at=licence.expires_at,
        licence=", ".join(word for word in words if word),
    )
    return replace(made, may_claim=False) if licence.expired else made
