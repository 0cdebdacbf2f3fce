"""Owned and shared devices at Datacake, and what comes after a claim, against the bundled server's dialect."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.backends.base import Backend
from station.backends.datacake import Datacake, DatacakeSettings
from station.core.call import Answer, Call, CallDevice, Confirmed, ReadBack, Verb
from station.core.errors import NotSentError, RefusedError, TargetError, UnclearError
from station.core.finding import ClaimStatus, Finding
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from station.core.secret import Secret
from tests.backends.loopback import Seen, answer, say, serving
from tests.backends.world_datacake import FLEET, GOOD, MAKER, MAKERS_TOKEN, THEIRS, DatacakeWorld, fill, named
from tests.backends.worlds import TOKEN, call_for

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
K = OutcomeKind


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("datacake-own"))


@pytest.fixture
def world(tmp_path: Path, registry: Path) -> Iterator[DatacakeWorld]:
    with DatacakeWorld(tmp_path, registry, port=False).entered() as entered:
        yield entered  # type: ignore[misc] # entered() gives what it was called on


def found(world: DatacakeWorld, backend: Backend, workspace: str, *serials: str) -> list[Finding]:
    return world.run(backend.look_up([named(serial) for serial in serials], workspace))


def later(found: Finding, verb: Verb, target: str = GOOD, **values: str) -> Call:
    secrets = tuple((name, Secret(values.pop(name))) for name in ("pin",) if name in values)
    device = found.devices[0]
    named_device = CallDevice(1, device.device_id, device.ref, found.identifier, values.pop("name", ""), device.handle)
    return Call(
        "k", 1, verb, "cake", "datacake", "", "", target, (named_device,), "Kari", "r", NOW,
        values=tuple(values.items()), secrets=secrets,
    )


def result(told: Answer) -> tuple[OutcomeKind, str]:
    (only,) = told.results
    return only.outcome.kind, only.outcome.code


def shown(world: DatacakeWorld, call: Call) -> dict[str, bool]:
    return dict(world.run(world.backend.read_change(call)))


def test_owned_and_shared_devices_are_told_apart(world: DatacakeWorld) -> None:
    (owned,), (shared,) = (
        found(world, world.backend, workspace, serial)
        for workspace, serial in ((FLEET, "sn-own-1"), (GOOD, "SN-OURS-1"))
    )
    assert (owned.devices[0].owned, shared.devices[0].owned) == (True, False)
    assert (owned.devices[0].place, shared.devices[0].place) == ("Fleet", "Good")
    assert owned.devices[0].device_id == "sn-own-1", "as it was scanned"


def test_what_a_workspace_owns_is_never_removed(world: DatacakeWorld) -> None:
    (owned,) = found(world, world.backend, FLEET, "SN-OWN-1")
    told = world.run(world.backend.release(later(owned, Verb.RELEASE, FLEET)))
    assert result(told) == (K.NOT_ALLOWED, "owned")
    assert found(world, world.backend, FLEET, "SN-OWN-1")[0].status is ClaimStatus.CLAIMED
    (shared,) = found(world, world.backend, GOOD, "SN-OURS-1")
    release = later(shared, Verb.RELEASE)
    assert result(world.run(world.backend.release(release))) == (K.ALREADY_OURS, "released")
    assert result(world.run(world.backend.release(release))) == (K.NOT_FOUND, "gone")


def test_a_release_needs_to_know_who_owns_the_device() -> None:
    """A product that the token may not read, or a field that failed, is no proof that the device is only shared."""
    device = {"id": "u-1", "serialNumber": "SN-1", "plan": None, "product": None}
    page = {"user": {"id": "u"}, "workspace": {"name": "W", "devicesFiltered": {"total": 1, "devices": [device, None]}}}

    async def run() -> Answer:
        async with serving(say(answer(200, json.dumps({"data": page}).encode(), keep=False))) as place:
            backend = Datacake("cake", DatacakeSettings(base_url=f"{place.url}/graphql/"), {}, lambda: NOW)
            (one,) = await backend.look_up([named("SN-1")], GOOD)
            told = await backend.release(later(one, Verb.RELEASE))
            assert len(place.seen) == 2, "nothing but reads"
            await backend.close()
            return told

    assert result(asyncio.run(run())) == (K.NOT_ALLOWED, "owner_not_told")


def test_a_claimer_sets_a_new_code(world: DatacakeWorld) -> None:
    (shared,) = found(world, world.backend, GOOD, "SN-OURS-1")
    opened = world.run(world.backend.change(later(shared, Verb.OPEN_CLAIMING, pin=" canary-9 ")))
    assert result(opened) == (K.ALREADY_OURS, "opened")
    assert "canary" not in repr(opened)
    maker = world.signed_in(TOKEN)
    again = call_for(world, Finding(named("SN-OURS-1", "canary-9"), ClaimStatus.UNCHECKED, NOW), target=FLEET)
    assert [each.outcome.kind for each in world.run(maker.claim(again)).results] == [K.CLAIMED_NOW]


def test_a_read_shows_what_an_owner_did_to_the_lock(world: DatacakeWorld) -> None:
    """The code is never shown: an open lock may have been open before, with another one."""
    backend = world.backend
    (owned,) = found(world, backend, FLEET, "SN-OWN-1")
    closing, opening = later(owned, Verb.CLOSE_CLAIMING, FLEET), later(owned, Verb.OPEN_CLAIMING, FLEET, pin="1234")
    assert shown(world, closing) == {"SN-OWN-1": False}
    assert shown(world, opening) == {}
    world.run(backend.change(closing))
    assert shown(world, closing) == {"SN-OWN-1": True}
    assert shown(world, opening) == {"SN-OWN-1": False}
    world.run(backend.change(opening))
    assert shown(world, opening) == {}


def test_a_read_shows_with_whom_a_device_is_shared_where_that_is_seen(world: DatacakeWorld) -> None:
    backend = world.backend
    (owned,) = found(world, backend, FLEET, "SN-OWN-1")
    share, revoke = (later(owned, verb, FLEET, workspace=GOOD) for verb in (Verb.SHARE, Verb.REVOKE))
    assert [shown(world, call) for call in (share, revoke)] == [{"SN-OWN-1": False}, {"SN-OWN-1": True}]
    world.run(backend.change(share))
    assert [shown(world, call) for call in (share, revoke)] == [{"SN-OWN-1": True}, {"SN-OWN-1": False}]
    for hidden in (THEIRS, "no workspace"):
        assert shown(world, later(owned, Verb.SHARE, FLEET, workspace=hidden)) == {}


def test_an_owner_opens_closes_shares_and_revokes(world: DatacakeWorld) -> None:
    backend = world.backend
    (owned,) = found(world, backend, FLEET, "SN-OWN-1")
    assert result(world.run(backend.change(later(owned, Verb.CLOSE_CLAIMING)))) == (K.ALREADY_OURS, "closed")
    share = later(owned, Verb.SHARE, workspace=GOOD)
    assert result(world.run(backend.change(share))) == (K.CLAIMING_CLOSED, "ok=false")
    opening = later(owned, Verb.OPEN_CLAIMING, pin="1234", serial="ALIAS-1")
    assert result(world.run(backend.change(opening))) == (K.ALREADY_OURS, "opened")
    assert result(world.run(backend.change(share))) == (K.ALREADY_OURS, "shared")
    assert found(world, backend, GOOD, "ALIAS-1")[0].status is ClaimStatus.CLAIMED
    revoke = later(owned, Verb.REVOKE, workspace=GOOD)
    assert result(world.run(backend.change(revoke))) == (K.ALREADY_OURS, "revoked")
    assert result(world.run(backend.change(revoke))) == (K.NOT_FOUND, "revokedCount=0")
    maker = world.signed_in(MAKERS_TOKEN)
    (gated,) = found(world, maker, MAKER, "SN-PLAN-1")
    told = world.run(maker.change(later(gated, Verb.OPEN_CLAIMING, pin="1234")))
    assert result(told) == (K.CLAIMING_CLOSED, "claimingEnabled=false"), "opened, and the plan still forbids it"


def test_changes_that_cannot_be_meant_are_refused_unsent(world: DatacakeWorld) -> None:
    (owned,) = found(world, world.backend, FLEET, "SN-OWN-1")
    before = world.requests()
    bad = [
        later(owned, Verb.OPEN_CLAIMING),
        later(owned, Verb.OPEN_CLAIMING, pin="  "),
        later(owned, Verb.OPEN_CLAIMING, pin="\ud800"),
        later(owned, Verb.LABEL, a="b"),
    ]
    twice = later(owned, Verb.OPEN_CLAIMING, pin="1234", serial="ALIAS-1")
    bad.append(replace(twice, devices=twice.devices * 2))
    for call in bad:
        with pytest.raises(RefusedError):
            world.run(world.backend.change(call))
    for verb in (Verb.SHARE, Verb.REVOKE):
        with pytest.raises(TargetError):
            world.run(world.backend.change(later(owned, verb, workspace="Example Site")))
    with pytest.raises(RefusedError):
        world.run(world.backend.rename(later(owned, Verb.RENAME, name=" \x00 ")))
    assert world.requests() == before


def test_a_name_follows_the_claim(world: DatacakeWorld) -> None:
    call = call_for(world, *found(world, world.backend, GOOD, "SN-FREE-1"), name="Møterom\n1")
    assert result(world.run(world.backend.claim(call)))[0] is K.CLAIMED_NOW
    assert found(world, world.backend, GOOD, "SN-FREE-1")[0].title == "Møterom 1"
    second = call_for(world, *found(world, world.backend, GOOD, "SN-FREE-2"), name="Room 2")
    plain = world.signed_in(TOKEN, name_after_claim=False)
    before = world.requests()
    assert result(world.run(plain.claim(second)))[0] is K.CLAIMED_NOW
    assert world.requests() == before + 1


def test_after_a_lost_answer_new_devices_are_named_for_a_person(world: DatacakeWorld) -> None:
    """A serial number that the owner replaced shows under another one: never guessed, but told."""
    (owned,) = found(world, world.backend, FLEET, "SN-OWN-1")
    opening = later(owned, Verb.OPEN_CLAIMING, pin="1234", serial="ALIAS-1")
    world.run(world.backend.change(opening))
    call = call_for(world, *found(world, world.backend, GOOD, "SN-FREE-1", "SN-FREE-2"))
    world.lose_answer()
    with pytest.raises(UnclearError):
        world.run(world.backend.claim(replace(call, devices=call.devices[:1])))
    (ours,) = world.run(world.backend.confirm(replace(call, devices=call.devices[:1])))
    assert (ours.state, ours.place) == (ReadBack.OURS, "Good")
    (other,) = world.run(world.backend.confirm(replace(call, devices=call.devices[1:])))
    assert other.state is ReadBack.CANNOT_TELL
    assert "SN-FREE-1" in other.raw
    (gone,) = world.run(world.backend.confirm(replace(call, devices=call.devices[:1], target=THEIRS)))
    assert gone.state is ReadBack.CANNOT_TELL


def test_pages_are_followed_and_lists_are_kept_for_some_seconds(world: DatacakeWorld) -> None:
    maker = world.signed_in(MAKERS_TOKEN, page_size=3, devices_fresh_s=60)
    before = world.requests()
    serials = ("SN-FREE-1", "SN-THEIRS-1", "SN/3 ø#?𝄞", "SN-NOWHERE")
    told = found(world, maker, MAKER, *serials)
    assert [each.status is ClaimStatus.CLAIMED for each in told] == [True, True, True, False]
    assert world.requests() == before + 4
    found(world, maker, MAKER, *serials)
    assert world.requests() == before + 4
    world.run(maker.change(later(told[0], Verb.CLOSE_CLAIMING)))
    found(world, maker, MAKER, *serials)
    assert world.requests() == before + 9, "what was listed before a change counts no more"


def test_a_list_without_end_ends() -> None:
    device = {"id": "u-1", "serialNumber": "SN-1"}
    page = {"user": {"id": "u"}, "workspace": {"devicesFiltered": {"total": 10**9, "devices": [device]}}}

    async def run() -> int:
        async with serving(say(answer(200, json.dumps({"data": page}).encode()))) as place:
            backend = Datacake("cake", DatacakeSettings(base_url=f"{place.url}/graphql/"), {}, lambda: NOW)
            await backend.look_up([named("SN-1")], GOOD)
            await backend.close()
            return len(place.seen)

    assert asyncio.run(run()) == 2


async def listed(pages: list[tuple[int, list[str]]], page_size: int) -> tuple[list[Finding], int]:
    """Look for SN-C in a list whose pages come as given, (total, serials) each; the last one again and again."""

    async def handle(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        total, serials = pages.pop(0) if len(pages) > 1 else pages[0]
        devices = [{"id": f"id-{serial}", "serialNumber": serial} for serial in serials]
        data = {"user": {"id": "u"}, "workspace": {"devicesFiltered": {"total": total, "devices": devices}}}
        writer.write(answer(200, json.dumps({"data": data}).encode()))
        await writer.drain()

    async with serving(handle) as place:
        settings = DatacakeSettings(base_url=f"{place.url}/graphql/", page_size=page_size)
        backend = Datacake("cake", settings, {}, lambda: NOW)
        try:
            return await backend.look_up([named("SN-C")], GOOD), len(place.seen)
        finally:
            await backend.close()


def test_a_list_that_shrinks_while_it_is_read_is_read_anew() -> None:
    """SN-A leaves after the first page, so that SN-C moves up to it: the second page begins behind SN-C."""
    pages = [(4, ["SN-A", "SN-B"]), (3, ["SN-D"]), (3, ["SN-B", "SN-C"]), (3, ["SN-D"])]
    (told,), asked = asyncio.run(listed(pages, 2))
    assert told.status is ClaimStatus.CLAIMED
    assert asked == 4


@pytest.mark.parametrize(("unseen", "state"), [(1, ReadBack.OURS), (2, ReadBack.CANNOT_TELL)])
def test_a_workspace_that_is_not_seen_once_is_asked_for_again(unseen: int, state: ReadBack) -> None:
    left = [unseen]

    async def handle(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        device = {"id": "id-1", "serialNumber": "SN-C"}
        shown = {"devicesFiltered": {"total": 1, "devices": [device]}} if not left[0] else None
        left[0] = max(left[0] - 1, 0)
        writer.write(answer(200, json.dumps({"data": {"user": {"id": "u"}, "workspace": shown}}).encode()))
        await writer.drain()

    async def run() -> list[Confirmed]:
        async with serving(handle) as place:
            backend = Datacake("cake", DatacakeSettings(base_url=f"{place.url}/graphql/"), {}, lambda: NOW)
            device = CallDevice(1, "SN-C", "", named("SN-C"))
            try:
                return await backend.confirm(
                    Call("k", 1, Verb.CLAIM, "cake", "datacake", "", "", GOOD, (device,), "Kari", "r", NOW)
                )
            finally:
                await backend.close()

    (told,) = asyncio.run(run())
    assert told.state is state


def test_a_list_that_never_rests_is_no_list() -> None:
    pages = [(total, [f"SN-{total}"]) for total in range(99, 9, -1)]
    with pytest.raises(NotSentError, match="changes while it is read"):
        asyncio.run(listed(pages, 1))


def test_wrong_pins_slow_the_next_claim_down(world: DatacakeWorld) -> None:
    backend = world.signed_in(TOKEN, pin_pause_s=0.15)
    wrong = call_for(world, Finding(named("SN-FREE-1", "0000"), ClaimStatus.UNCHECKED, NOW))
    right = call_for(world, Finding(named("SN-FREE-1"), ClaimStatus.UNCHECKED, NOW))

    async def timed(call: Call) -> float:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        await backend.claim(call)
        return loop.time() - begin

    world.run(timed(wrong))
    assert world.run(timed(wrong)) >= 0.14
    assert world.run(timed(right)) >= 0.28


def test_the_workspace_setting_is_the_target_and_pages_have_addresses(world: DatacakeWorld) -> None:
    backend = world.signed_in(TOKEN, workspace=GOOD)
    assert backend.settings.target == GOOD
    (ours,) = world.run(backend.look_up([named("SN-OURS-1")], ""))
    handle = ours.devices[0].handle
    assert backend.page("SN-OURS-1", handle, GOOD) == "", "the workspace's name is not known yet"
    world.run(backend.targets())
    assert backend.page("SN-OURS-1", handle, GOOD) == f"https://app.datacake.de/{GOOD}/devices/d/{handle}"
    assert world.signed_in(TOKEN, page_url="https://x/{device}").page("a/b", "", "") == "https://x/a%2Fb"
    (untold,) = world.run(world.backend.look_up([named("SN-OURS-1")], ""))
    assert untold.status is ClaimStatus.UNCHECKED, "no workspace was chosen: nothing to look into"


def test_a_missing_pin_or_serial_is_refused_alone(world: DatacakeWorld) -> None:
    bare = Identifier.of(Kind.SERIAL_PIN, serial="SN-FREE-2")
    odd = named("\ud800")
    findings = [Finding(each, ClaimStatus.UNCHECKED, NOW) for each in (bare, odd, named("SN-FREE-1"))]
    told = world.run(world.backend.claim(call_for(world, *findings)))
    assert [(each.outcome.kind, each.outcome.code) for each in told.results[:2]] == [
        (K.WRONG_SECRET, "pin_missing"), (K.REJECTED, "not_sendable")
    ]
    assert told.results[2].outcome.kind is K.CLAIMED_NOW
    with pytest.raises(TargetError):
        world.run(world.backend.claim(replace(call_for(world, findings[2]), target="not a workspace")))
