"""What every backend owes the desk, whatever the system behind it; a system joins by a world of its own."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from station.core.call import Call, Confirmed, DeviceResult, ReadBack, Verb
from station.core.errors import Cause, NotSentError, RefusedError, SignInError, TargetError, UnclearError
from station.core.finding import ClaimStatus, Finding, Holder
from station.core.identifier import Identifier
from station.core.outcome import DONE, HowKnown, OutcomeKind
from tests.backends.worlds import READER, STRANGER, World, call_for

HOSTILE = [
    "", " ", ".", "..", "../../admin", "a/b", "%00", "\x00", "%2e%2e", "'; DROP TABLE devices; --", "ø", "𝄞",
    "\u202efdp", "\ud800", "\udfff\ud800", "x" * 10_000, "\U0010ffff" * 7_000, '{"a":1}', "a\r\nX-Evil: 1", "?q=1#f",
    "\ufeff", "-", "+ +",
]  # fmt: skip

CHANGES = ("release", "move", "rename", "label", "label taken away")


class Contract:
    """The tests; the class that inherits them has a fixture ``world``."""

    def look_up(self, world: World, *cases: str) -> list[Finding]:
        missing = [case for case in cases if case not in world.identifiers]
        if missing:
            pytest.skip(f"this system does not know the case: {', '.join(missing)}")
        return world.run(world.backend.look_up([world.identifiers[case] for case in cases], world.targets["good"]))

    def target(self, world: World, case: str) -> str:
        if case not in world.targets:
            pytest.skip(f"this system has no such target: {case}")
        return world.targets[case]

    def calls(self, world: World, call: Call) -> list[Call]:
        """The call, cut into as many as this system takes at a time."""
        size = world.backend.traits.items_a_call
        parts = [call.devices[at : at + size] for at in range(0, len(call.devices), size)]
        return [call] if len(parts) == 1 else [replace(call, key=str(uuid4()), devices=part) for part in parts]

    def claim(self, world: World, call: Call) -> dict[str, OutcomeKind]:
        return {result.device_id: result.outcome.kind for result in self.results(world, call)}

    def results(self, world: World, call: Call) -> list[DeviceResult]:
        answers = [world.run(world.backend.claim(part)) for part in self.calls(world, call)]
        results = [result for answer in answers for result in answer.results]
        assert all(result.outcome.how_known is HowKnown.ANSWER for result in results)
        return results

    def change(self, world: World, change: str) -> Call:
        """One change of our own device after its claim."""
        verb = Verb(change.partition(" ")[0])
        traits, offered = world.backend.traits, {each.verb for each in world.backend.changes}
        if not {Verb.RELEASE: traits.release, Verb.MOVE: traits.move, Verb.RENAME: traits.rename}.get(
            verb, verb in offered
        ):
            pytest.skip(f"this system has no {verb}")
        target = self.target(world, "other" if verb is Verb.MOVE else "good")
        call = call_for(world, *self.look_up(world, "ours"), target=target, verb=verb, name="Ny\x00 dør 4")
        values = {"label": (("label", "room"), ("value", "4 B")), "label taken away": (("label", "room"),)}
        return replace(call, values=values.get(change, ()))

    def carry_out(self, world: World, call: Call) -> None:
        backend = world.backend
        work = {Verb.RELEASE: backend.release, Verb.MOVE: backend.move, Verb.RENAME: backend.rename}
        answer = world.run(work.get(call.verb, backend.change)(call))
        assert all(each.outcome.kind in DONE for each in answer.results)

    def confirm(self, world: World, call: Call) -> dict[str, Confirmed]:
        told = world.run(world.backend.confirm(call))
        assert [each.device_id for each in told] == [device.device_id for device in call.devices]
        return {each.device_id: each for each in told}

    def test_account_and_targets(self, world: World) -> None:
        account = world.run(world.backend.account())
        targets = world.run(world.backend.targets())
        assert account.id
        ids = [target.id for target in targets]
        assert len(ids) == len(set(ids))
        assert world.targets["good"] in ids
        assert world.targets["missing"] not in ids
        closed = {target.id: target.may_claim for target in targets}
        assert closed[world.targets["good"]] is not False
        if "closed" in world.targets:
            assert closed[world.targets["closed"]] is not True

    def test_a_look_up_tells_each_status(self, world: World) -> None:
        cases = [case for case in world.tells if case in world.identifiers]
        for case, finding in zip(cases, self.look_up(world, *cases), strict=True):
            status, holder = world.tells[case]
            if status is ClaimStatus.UNCHECKED:
                assert (finding.status, finding.identifier) == (status, world.identifiers[case]), case
                continue
            (device,) = finding.devices
            assert (finding.status, device.status, device.holder) == (status, status, holder), case
            assert finding.what == "device"
            assert finding.identifier == world.identifiers[case]
            assert device.device_id
            assert bool(device.handle) is (holder is Holder.OURS), case
            assert not device.place or holder is Holder.OURS, case

    def test_a_look_up_shows_what_is_in_a_kit(self, world: World) -> None:
        kit, part, unknown = self.look_up(world, "kit", "part of a kit", "unknown")
        assert (kit.what, kit.status, len(kit.devices)) == ("kit", ClaimStatus.UNCLAIMED, 3)
        assert (part.what, part.status, part.claimed) == ("kit", ClaimStatus.PARTLY_CLAIMED, 2)
        assert (unknown.what, unknown.status, unknown.devices) == ("", ClaimStatus.NOT_FOUND, ())

    def test_hostile_codes_are_not_found_and_hurt_no_other(self, world: World) -> None:
        whole = world.identifiers["free"]
        (first, *others) = [name for name, _ in whole.fields]
        rest = {name: whole.get(name) for name in others}
        asked = [Identifier(whole.kind, ((first, text), *rest.items()), whole.secrets) for text in HOSTILE]
        findings = world.run(world.backend.look_up([*asked, whole], world.targets["good"]))
        assert {finding.status for finding in findings[:-1]} <= {ClaimStatus.NOT_FOUND, world.tells["free"][0]}
        assert not any(finding.devices and finding.status is ClaimStatus.CLAIMED for finding in findings[:-1])
        assert findings[-1].status is world.tells["free"][0]
        assert [finding.identifier for finding in findings[:-1]] == asked

    def test_hostile_codes_are_never_claimed(self, world: World) -> None:
        whole = world.identifiers["free"]
        (first, *others) = [name for name, _ in whole.fields]
        rest = {name: whole.get(name) for name in others}
        for text in HOSTILE:
            odd = Identifier(whole.kind, ((first, text), *rest.items()), whole.secrets)
            call = call_for(world, Finding(odd, ClaimStatus.UNCHECKED, datetime.now(UTC)))
            try:
                results = world.run(world.backend.claim(call)).results
            except (RefusedError, TargetError):
                continue  # refused as a whole, which says as much
            assert not {each.outcome.kind for each in results} & {OutcomeKind.CLAIMED_NOW, *DONE}, text[:20]
        assert self.claim(world, call_for(world, *self.look_up(world, "free"))).popitem()[1] is OutcomeKind.CLAIMED_NOW

    def test_nothing_asked_is_nothing_found(self, world: World) -> None:
        assert world.run(world.backend.look_up([], world.targets["good"])) == []

    def test_a_dry_run_says_what_would_be_and_changes_nothing(self, world: World) -> None:
        if not world.backend.traits.dry_run:
            pytest.skip("this system has no dry run")
        before = self.look_up(world, "free", "another", "part of a kit")
        call = call_for(world, *before)
        answer = world.run(world.backend.dry_run(call))
        would = {result.device_id: result.outcome.kind for result in answer.results}
        cases = ("free", "another", "ours", "another", "free")
        assert [would[device.device_id] for device in call.devices] == [world.outcomes[case] for case in cases]
        again = self.look_up(world, "free", "another", "part of a kit")
        assert [each.devices for each in again] == [each.devices for each in before]
        # Its key was not used up either.
        assert self.claim(world, call)[call.devices[0].device_id] is OutcomeKind.CLAIMED_NOW

    def test_claim_then_claim_again(self, world: World) -> None:
        cases = [case for case in ("free", "odd") if case in world.identifiers]
        call = call_for(world, *self.look_up(world, *cases), name="Møterom 1")
        first = self.claim(world, call)
        assert set(first.values()) == {OutcomeKind.CLAIMED_NOW}
        assert set(first) == {device.device_id for device in call.devices}
        if world.backend.traits.safe_to_repeat and len(self.calls(world, call)) == 1:
            repeated = self.claim(world, call)
            assert set(repeated.values()) <= DONE, "the same call again does no harm"
        later = self.results(world, call_for(world, *self.look_up(world, *cases)))
        assert {result.outcome.kind for result in later} == {world.outcomes["again"]}
        if world.outcomes["again"] is OutcomeKind.ALREADY_OURS:
            assert all(result.outcome.handle for result in later)
        shown = self.look_up(world, *cases)
        assert {device.holder for finding in shown for device in finding.devices} == {Holder.OURS}

    def test_each_device_has_its_own_outcome(self, world: World) -> None:
        known = ("free", "unregistered", "ours", "another", "closed", "wrong pin", "unknown")
        cases = [case for case in known if case in world.identifiers]
        call = call_for(world, *self.look_up(world, *cases))
        outcomes = self.claim(world, call)
        assert [outcomes.get(device.device_id) for device in call.devices] == [world.outcomes[case] for case in cases]

    def test_a_part_of_a_kit(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "part of a kit"))
        outcomes = self.claim(world, call)
        cases = ("ours", "another", "free")
        assert [outcomes[device.device_id] for device in call.devices] == [world.outcomes[case] for case in cases]

    def test_the_right_pin_claims_and_is_in_no_answer(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "pin"))
        answer = world.run(world.backend.claim(call))
        assert [result.outcome.kind for result in answer.results] == [OutcomeKind.CLAIMED_NOW]
        secret = world.identifiers["pin"].secret("pin")
        assert secret is not None
        assert secret.reveal() not in repr(answer)

    def test_over_quota(self, world: World) -> None:
        target = self.target(world, "small")
        call = call_for(world, *self.look_up(world, "free", "free too"), target=target)
        if "over quota" in world.outcomes:
            expected = sorted([OutcomeKind.CLAIMED_NOW, world.outcomes["over quota"]])
            assert sorted(self.claim(world, call).values()) == expected
            return
        first, second = self.calls(world, call)
        assert set(self.claim(world, first).values()) == {OutcomeKind.CLAIMED_NOW}
        with pytest.raises(TargetError) as caught:
            world.run(world.backend.claim(second))
        assert caught.value.cause is Cause.LICENCE

    def test_a_target_that_is_gone_or_closed_stops_the_batch(self, world: World) -> None:
        found = self.look_up(world, "free")
        allowed = {"missing": {Cause.NO_TARGET, Cause.NO_RIGHTS}, "closed": {Cause.NO_RIGHTS, Cause.LICENCE}}
        for target in [case for case in allowed if case in world.targets]:
            with pytest.raises(TargetError) as caught:
                world.run(world.backend.claim(call_for(world, *found, target=world.targets[target])))
            assert caught.value.cause in allowed[target]
        with pytest.raises(TargetError) as caught:
            world.run(world.signed_in(READER).claim(call_for(world, *found)))
        assert caught.value.cause in {Cause.NO_RIGHTS, Cause.LICENCE}
        assert self.look_up(world, "free")[0].status is world.tells["free"][0]

    def test_refused_credentials_say_so_everywhere(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "free"))
        stranger = world.signed_in(STRANGER)
        for work in (stranger.account, stranger.targets, lambda: stranger.claim(call), lambda: stranger.confirm(call)):
            with pytest.raises(SignInError) as caught:
                world.run(work())
            assert STRANGER not in f"{caught.value!r}"
            assert caught.value.clock_off is None or abs(caught.value.clock_off) < 60

    def test_too_many_calls_is_surely_not_done(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "free"))
        date = {"Date": "Sat, 21 Nov 2026 10:00:00 GMT", "Retry-After": "Sat, 21 Nov 2026 10:00:40 GMT"}
        for headers, wait in (({"Retry-After": "17"}, 17.0), (date, 40.0)):
            world.answer_next(429, headers)
            with pytest.raises(NotSentError) as caught:
                world.run(world.backend.claim(call))
            assert (caught.value.cause, caught.value.retry_after) == (Cause.RATE_LIMIT, wait)
        assert self.claim(world, call) == {call.devices[0].device_id: OutcomeKind.CLAIMED_NOW}

    def test_a_server_that_fails_is_unclear(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "free"))
        for status in (500, 502, 503, 504, 408):
            world.answer_next(status, {}, b"<html>oops</html>")
            with pytest.raises(UnclearError):
                world.run(world.backend.claim(call))
            world.answer_next(status, {}, b"<html>oops</html>")
            with pytest.raises(NotSentError):
                world.run(world.backend.confirm(call))

    def test_a_lost_answer_is_read_back(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "free"))
        world.lose_answer()
        with pytest.raises(UnclearError):
            world.run(world.backend.claim(call))
        told = self.confirm(world, call)[call.devices[0].device_id]
        assert told.state is world.backs["free"] is ReadBack.OURS
        assert told.handle
        assert told.place

    def test_a_device_of_anothers_is_never_read_back_as_ours_or_free(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "another"))
        told = self.confirm(world, call)
        assert told[call.devices[0].device_id].state is world.backs["another"]
        assert world.backs["another"] in (ReadBack.ANOTHER, ReadBack.CANNOT_TELL)

    def test_a_lost_kit_is_read_back_device_by_device(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "kit"))
        world.lose_answer()
        with pytest.raises(UnclearError):
            world.run(world.backend.claim(call))
        assert [each.state for each in self.confirm(world, call).values()] == [ReadBack.OURS] * 3

    def test_a_lost_answer_comes_back_with_the_same_call(self, world: World) -> None:
        if not world.backend.traits.safe_to_repeat:
            pytest.skip("this system's calls must not be repeated")
        call = call_for(world, *self.look_up(world, "free"))
        world.lose_answer()
        with pytest.raises(UnclearError):
            world.run(world.backend.claim(call))
        assert set(self.claim(world, call).values()) <= DONE

    def test_a_dropped_request_is_never_shown_as_ours(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "free"))
        world.drop_request()
        with pytest.raises(UnclearError):
            world.run(world.backend.claim(call))
        assert [each.state for each in self.confirm(world, call).values()] == [world.backs["dropped"]]
        assert world.backs["dropped"] in (ReadBack.FREE, ReadBack.CANNOT_TELL)
        assert list(self.claim(world, call).values()) == [OutcomeKind.CLAIMED_NOW]

    def test_a_read_is_read_again_after_a_cut(self, world: World) -> None:
        world.drop_request()
        with pytest.raises(NotSentError):
            world.run(world.backend.account())
        assert self.look_up(world, "free")[0].status is world.tells["free"][0]

    def test_a_move_goes_to_another_target_of_ours(self, world: World) -> None:
        if not world.backend.traits.move:
            pytest.skip("this system has no move")
        found = self.look_up(world, "ours")
        call = call_for(world, *found, target=self.target(world, "other"), verb=Verb.MOVE)
        moved = world.run(world.backend.move(call))
        assert [each.device_id for each in moved.results] == [found[0].devices[0].device_id]
        assert all(each.outcome.kind in DONE for each in moved.results)
        assert self.look_up(world, "ours")[0].devices[0].place != found[0].devices[0].place

    def test_a_rename_takes_any_text(self, world: World) -> None:
        if not world.backend.traits.rename:
            pytest.skip("this system has no rename")
        found = self.look_up(world, "ours")
        named = world.run(world.backend.rename(call_for(world, *found, verb=Verb.RENAME, name="Ny\x00 ø" + "x" * 500)))
        assert all(each.outcome.kind in DONE for each in named.results)
        assert [each.device_id for each in named.results] == [found[0].devices[0].device_id]

    def test_a_release_gives_a_claim_back(self, world: World) -> None:
        if not world.backend.traits.release:
            pytest.skip("this system has no release")
        found = self.look_up(world, "ours")
        call = call_for(world, *found, verb=Verb.RELEASE)
        released = world.run(world.backend.release(call))
        assert [each.device_id for each in released.results] == [found[0].devices[0].device_id]
        assert all(each.outcome.kind in DONE for each in released.results), "of a release this means: done"
        assert ReadBack.OURS not in {each.state for each in self.confirm(world, call).values()}
        once_more = world.run(world.backend.release(call_for(world, *found, verb=Verb.RELEASE)))
        assert OutcomeKind.CLAIMED_NOW not in {each.outcome.kind for each in once_more.results}
        assert self.look_up(world, "ours")[0].status is world.tells["free"][0]

    @pytest.mark.parametrize("change", CHANGES)
    def test_a_read_shows_whether_a_change_is_done(self, world: World, change: str) -> None:
        """What a read shows is what the desk goes by where an answer was lost."""
        call = self.change(world, change)
        (name,) = (device.device_id for device in call.devices)
        if change == "label taken away":
            put = replace(call, key=str(uuid4()), values=(("label", "room"), ("value", "4 B")))
            self.carry_out(world, put)
        if change in world.untold:
            assert world.backend.traits.safe_to_repeat, "what no read shows may go again"
            assert world.run(world.backend.read_change(call)) == {}
            return
        assert world.run(world.backend.read_change(call)) == {name: False}
        self.carry_out(world, call)
        assert world.run(world.backend.read_change(call)) == {name: True}

    @pytest.mark.parametrize("change", ["rename", "label"])
    def test_another_name_or_label_is_not_the_one_that_was_sent(self, world: World, change: str) -> None:
        call = self.change(world, change)
        if change in world.untold:
            pytest.skip("no read shows that here")
        devices = tuple(replace(device, name="Another name") for device in call.devices)
        values = (("label", "room"), ("value", "5 C"))
        self.carry_out(world, replace(call, key=str(uuid4()), values=values, devices=devices))
        assert list(world.run(world.backend.read_change(call)).values()) == [False]

    def test_a_device_without_a_handle_is_not_released(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "free"), verb=Verb.RELEASE)
        before = world.requests()
        with pytest.raises(RefusedError):
            world.run(world.backend.release(call))
        assert world.requests() == before, "nothing was sent"

    def test_released_since_is_never_called_free(self, world: World) -> None:
        if not world.backend.traits.release:
            pytest.skip("this system has no release")
        call = call_for(world, *self.look_up(world, "free"))
        world.lose_answer()
        with pytest.raises(UnclearError):
            world.run(world.backend.claim(call))
        world.run(world.backend.release(call_for(world, *self.look_up(world, "free"), verb=Verb.RELEASE)))
        assert [each.state for each in self.confirm(world, call).values()] == [world.backs["released"]]
