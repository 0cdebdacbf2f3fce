"""The Disruptive backend by itself: what it asks and how often, and what it makes of odd answers."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.backends.disruptive import Disruptive, DisruptiveSettings
from station.backends.disruptive_protocol import answers
from station.backends.wire.answers import Reply, take
from station.core.call import ReadBack, Verb
from station.core.errors import CallError, Cause, NotSentError, RefusedError, UnclearError
from station.core.finding import ClaimStatus, Holder
from station.core.identifier import Identifier, Kind
from station.core.outcome import OutcomeKind
from tests.backends.loopback import Seen
from tests.backends.vendor_disruptive import LOST, NOW, ORGANIZATIONS, Said, Saying, Vendor, always, ask
from tests.backends.wire.exchanges_disruptive import FREE, INVENTORY, OURS, call_of, code
from tests.backends.world_disruptive import DisruptiveWorld, fill
from tests.backends.worlds import TOKEN, call_for


def test_the_organization_goes_with_a_look_up_where_it_is_known() -> None:
    project = {"name": f"projects/{INVENTORY}", "displayName": "Inventory", "organization": "organizations/b5",
               "organizationDisplayName": "Ours", "inventory": True}  # fmt: skip

    def say(seen: Seen) -> Said:
        found = seen.target.startswith("/v2/projects")
        return (200, {"projects": [project], "nextPageToken": ""}, {}) if found else (404, LOST, {})

    async def work(backend: Disruptive) -> None:
        await backend.look_up([code(FREE)], INVENTORY)
        await backend.targets()
        await backend.look_up([code(FREE)], INVENTORY)
        await backend.look_up([code(FREE)], "another")

    for changed, expected in (
        ({}, [None, "organizations/b5", None]),
        ({"organization": "b9"}, ["organizations/b9"] * 3),
        ({"organization": "b9", "send_organization": False}, [None] * 3),
    ):
        vendor = Vendor(say)
        ask(vendor, work, **changed)
        asked = [dict(parse_qsl(urlsplit(seen.target).query)) for seen in vendor.seen if "claimInfo" in seen.target]
        assert [each.get("organization") for each in asked] == expected


def test_an_account_of_one_project_asks_without_the_organization() -> None:
    def say(seen: Seen) -> Said:
        return (403 if "organization" in seen.target else 404), LOST, {}

    vendor = Vendor(say)

    async def work(backend: Disruptive) -> None:
        assert (await backend.account()).organization == ""
        for _ in range(2):
            (finding,) = await backend.look_up([code(FREE)], "")
            assert finding.status is ClaimStatus.NOT_FOUND

    ask(vendor, work, organization="b9")
    assert ["organization=" in seen.target for seen in vendor.seen] == [False, True, False, False]


def test_scanned_text_is_one_value_of_the_query() -> None:
    vendor = Vendor(always(LOST, 404))
    odd = "a&organization=organizations/theirs#+ %2F?=ø𝄞"
    ask(vendor, lambda backend: backend.look_up([code(odd)], ""))
    (seen,) = vendor.seen
    assert parse_qs(urlsplit(seen.target).query) == {"identifier": [odd]}


def test_look_ups_go_at_once_and_not_too_many() -> None:
    for at_once in (1, 3):
        vendor = Vendor(always(LOST, 404), gap_s=0.01)
        ask(vendor, lambda backend: backend.look_up([code(f"kit-{n}") for n in range(12)], ""),
            look_ups_at_once=at_once)  # fmt: skip
        assert vendor.most == at_once
        assert len({seen.connection for seen in vendor.seen}) <= at_once, "connections are kept"


def test_settings_that_are_traits() -> None:
    assert DisruptiveSettings().page_url == Disruptive.settings_class().page_url
    backend = Disruptive("oslo", DisruptiveSettings(items_a_call=7, look_ups_at_once=3), {}, lambda: NOW)
    assert (backend.traits.items_a_call, backend.traits.look_ups_at_once) == (7, 3)
    zero = Disruptive("oslo", DisruptiveSettings(items_a_call=0), {}, lambda: NOW)
    assert zero.traits == Disruptive.traits


def device(device_id: str = FREE, **changed: Any) -> dict[str, Any]:
    return {"deviceId": device_id, "deviceType": "temperature", "productNumber": "1", "isClaimed": False} | changed


def found(body: Any, **changed: Any) -> Any:
    def say(seen: Seen) -> Said:
        return (200, body, {}) if "claimInfo" in seen.target else (404, LOST, {})

    (finding,) = ask(Vendor(say), lambda backend: backend.look_up([code("x")], ""), **changed)
    return finding


def test_odd_findings_are_kept_and_promise_nothing() -> None:
    new = found({"type": "DEVICE", "device": device(deviceType="airPressure", extra=[1])})
    assert (new.status, new.devices[0].type) == (ClaimStatus.UNCLAIMED, "airPressure")
    silent = found({"type": "DEVICE", "device": {"deviceId": FREE}})
    assert (silent.status, silent.devices[0].status) == (ClaimStatus.UNCHECKED, ClaimStatus.UNCHECKED)
    odd = found({"type": "BUNDLE", "bundle": {}})
    assert (odd.status, odd.what, odd.devices) == (ClaimStatus.UNCHECKED, "", ())
    assert "BUNDLE" in odd.raw
    empty = found({"type": "KIT", "kit": {"kitId": "k", "displayName": "K", "devices": []}})
    assert (empty.status, empty.what, empty.counts) == (ClaimStatus.UNCHECKED, "kit", None)
    listed = [device("b5rj9ed7rihk942p48p0", isClaimed=True), device()]
    counts = {"sensors": {"totalCount": 5, "claimedCount": 0}, "cloudConnectors": {"totalCount": 1, "claimedCount": 0}}
    kit = found({"type": "KIT", "kit": {"kitId": "k", "devices": listed, **counts}})
    assert (kit.status, kit.counts, kit.claimed) == (ClaimStatus.PARTLY_CLAIMED, (6, 0), 1)


def test_an_answer_of_another_shape_tells_nothing_and_is_asked_for_again() -> None:
    def say(seen: Seen) -> Said:
        return (200, {"hello": ["world"]}, {}) if "claimInfo" in seen.target else (404, LOST, {})

    with pytest.raises(NotSentError):
        ask(Vendor(say), lambda backend: backend.confirm(call_of((FREE, FREE))))


def test_whose_a_claimed_device_is_only_who_sees_all_can_tell() -> None:
    taken = {"type": "DEVICE", "device": device(isClaimed=True)}
    assert found(taken).devices[0].holder is Holder.NOT_TOLD
    assert found(taken, whole_organization=True).devices[0].holder is Holder.ANOTHER

    def confirm(**changed: Any) -> ReadBack:
        def say(seen: Seen) -> Said:
            return (200, taken, {}) if "claimInfo" in seen.target else (404, LOST, {})

        (told,) = ask(Vendor(say), lambda backend: backend.confirm(call_of((FREE, FREE))), **changed)
        state: ReadBack = told.state
        return state

    assert confirm() is ReadBack.CANNOT_TELL
    assert confirm(whole_organization=True) is ReadBack.ANOTHER


def test_our_own_claim_that_shows_late_is_not_called_anothers() -> None:
    name = {"name": f"projects/{INVENTORY}/devices/{FREE}", "type": "temperature", "labels": {}}
    shows: Iterator[Said] = iter([(404, LOST, {}), (200, name, {})])

    def say(seen: Seen) -> Said:
        if "claimInfo" in seen.target:
            return 200, {"type": "DEVICE", "device": device(isClaimed=True)}, {}
        return next(shows) if "/-/" in seen.target else (404, LOST, {})

    (told,) = ask(Vendor(say), lambda backend: backend.confirm(call_of((FREE, FREE))), whole_organization=True)
    assert (told.state, told.place) == (ReadBack.OURS, INVENTORY)


def test_a_kit_that_nobody_saw_is_read_back_by_its_devices() -> None:
    other = "b5rj9ed7rihk942p48p0"
    kit = {"type": "KIT", "kit": {"kitId": "k-1", "devices": [device(), device(other)]}}

    def say(*ours: str) -> Saying:
        def answered(seen: Seen) -> Said:
            asked = dict(parse_qsl(urlsplit(seen.target).query)).get("identifier", "")
            if asked:
                return 200, kit if asked == "k-1" else {"type": "DEVICE", "device": device(asked)}, {}
            at = seen.target.rpartition("/")[2]
            return (200, {"name": f"projects/p/devices/{at}"}, {}) if at in ours else (404, LOST, {})

        return answered

    for ours, state in (((FREE, other), ReadBack.OURS), ((), ReadBack.FREE), ((FREE,), ReadBack.CANNOT_TELL)):
        (told,) = ask(Vendor(say(*ours)), lambda backend: backend.confirm(call_of(("k-1", ""))))
        assert (told.device_id, told.state) == ("k-1", state)


def test_pages_without_an_end_are_not_followed_for_ever() -> None:
    with pytest.raises(NotSentError) as caught:
        ask(Vendor(always(ORGANIZATIONS | {"nextPageToken": "again"})), lambda backend: backend.account())
    assert caught.value.cause is Cause.GARBAGE


def test_another_server_than_the_vendors_is_not_believed() -> None:
    html = always(b"<html>not here</html>", 404, Content_Type="text/html")
    for work in (lambda b: b.account(), lambda b: b.look_up([code(FREE)], ""), lambda b: b.targets()):
        with pytest.raises(NotSentError) as caught:
            ask(Vendor(html), work)
        assert caught.value.cause is Cause.NOT_SET_UP
    for body, status in ((b"<html>", 404), (b"<html>", 200), ({"hello": 1}, 200), ([], 200), ({}, 403)):
        with pytest.raises(UnclearError):
            ask(Vendor(always(body, status)), lambda backend: backend.claim(call_of((FREE, FREE))))
        with pytest.raises(NotSentError):
            ask(Vendor(always(body, status)), lambda backend: backend.dry_run(call_of((FREE, FREE))))


def test_dry_run_is_always_on_the_wire() -> None:
    vendor = Vendor(always({"claimedDevices": [], "claimErrors": {"devices": [], "kits": []}}))

    async def both(backend: Disruptive) -> None:
        await backend.dry_run(call_of((FREE, FREE), (FREE, FREE)))
        await backend.claim(call_of(("kit-1", ""), (FREE, FREE)))

    ask(vendor, both)
    assert [urlsplit(seen.target).query for seen in vendor.seen] == ["dryRun=true", "dryRun=false"]
    assert [json.loads(seen.body) for seen in vendor.seen] == [
        {"deviceIds": [FREE]}, {"deviceIds": [FREE], "kitIds": ["kit-1"]},
    ]  # fmt: skip
    assert {urlsplit(seen.target).path for seen in vendor.seen} == {f"/v2/projects/{INVENTORY}/devices:claim"}


def test_two_kits_in_one_call_are_not_guessed_apart() -> None:
    body = {"claimedDevices": [device(isClaimed=True)], "claimErrors": {"devices": [], "kits": []}}
    told = ask(Vendor(always(body)), lambda backend: backend.claim(call_of(("kit-1", ""), ("kit-2", ""))))
    assert [each.device_id for each in told.results] == [FREE], "both kits stay unknown and are read back"


def test_a_device_that_cannot_be_named_stays_claimed() -> None:
    def say(seen: Seen) -> Said:
        if "devices:claim" in seen.target:
            return 200, {"claimedDevices": [device(isClaimed=True)], "claimErrors": {"devices": [], "kits": []}}, {}
        return 503, {}, {}

    vendor = Vendor(say)
    told = ask(vendor, lambda backend: backend.claim(call_of((FREE, FREE), name="Fridge\x00 3")))
    (result,) = told.results
    assert result.outcome.kind is OutcomeKind.CLAIMED_NOW
    assert "not named" in result.outcome.text
    assert json.loads(vendor.seen[-1].body)["addLabels"] == {"name": "Fridge 3"}
    assert len(vendor.seen) == 2, "neither is sent twice"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def world(tmp_path: Path, registry: Path) -> Iterator[DisruptiveWorld]:
    with DisruptiveWorld(tmp_path, registry, port=False).entered() as entered:
        yield entered


def test_names_labels_and_moves_are_kept_by_the_server(world: DisruptiveWorld) -> None:
    backend = world.backend
    found = world.run(backend.look_up([world.identifiers["free"]], world.targets["good"]))
    world.run(backend.claim(call_for(world, *found, name="Møterom 1")))
    ours = world.run(backend.look_up([world.identifiers["free"]], world.targets["good"]))
    call = replace(call_for(world, *ours, verb=Verb.LABEL), values=(("label", "floor"), ("value", "2")))
    assert [each.outcome.code for each in world.run(backend.change(call)).results] == ["labelled"]
    with pytest.raises(RefusedError):
        world.run(backend.change(replace(call, values=())))
    moving = call_for(world, *ours, target=world.targets["other"], verb=Verb.MOVE)
    for _ in range(2):  # what is there already counts as moved
        (moved,) = world.run(backend.move(moving)).results
        assert (moved.outcome.code, moved.outcome.place) == ("moved", "Oslo")
    reader = world.signed_in(TOKEN, auth="basic")
    (again,) = world.run(reader.look_up([world.identifiers["free"]], ""))
    assert (again.devices[0].place, again.devices[0].handle) == ("Oslo", moved.outcome.handle)
    assert backend.page(again.devices[0].device_id, moved.outcome.handle, world.targets["good"]) == (
        f"https://studio.disruptive-technologies.com/projects/{world.targets['other']}"
        f"/devices/{again.devices[0].device_id}"
    )


def test_what_is_accepted() -> None:
    backend = Disruptive("oslo", DisruptiveSettings(), {}, lambda: NOW)

    def accepted(text: str) -> str | None:
        got = backend.accept(Identifier.of(Kind.CODE, code=text) if text else Identifier(Kind.CODE, ()))
        return got.text if got else None

    assert accepted(f"  {FREE} ") == accepted(FREE.upper()) == FREE
    assert accepted("maple-harbor-lantern") == "maple-harbor-lantern"
    assert accepted("KIT-Sample-1") == "KIT-Sample-1"
    assert accepted("12345678901234567890") == "12345678901234567890"
    for refused in ("", " ", "emub5rj9ed7rihk942p48og", "a\x00b", "x" * 300, "\ud800"):
        assert accepted(refused) is None
    assert backend.accept(Identifier.of(Kind.SERIAL_PIN, serial="1", pin="2")) is None


WORDS = [
    "claimedDevices", "claimErrors", "devices", "kits", "deviceId", "kitId", "code", "message", "isClaimed", "type",
    "kit", "device", "sensors", "totalCount", "status", "name",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.sampled_from([FREE, OURS, "kit-1"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=15,
)


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_any_json_is_read_or_refused(value: Any) -> None:
    reply = Reply(200, {}, value, json.dumps(value), None, "r")
    call = call_of((FREE, FREE), ("kit-1", ""))
    reads: list[Callable[[Any], object]] = [
        lambda told: answers.read_claimed(told, call, reply, "Oslo", sent=True),
        lambda told: answers.read_page(told, "devices"),
        lambda told: answers.read_failures(told, "devices", reply),
        answers.read_info,
        answers.read_moved,
        answers.read_project,
    ]
    for read in reads:
        with suppress(UnclearError):
            take(reply, read, call=True)
    assert isinstance(answers.refusal(replace(reply, status=400), call=True), CallError)
