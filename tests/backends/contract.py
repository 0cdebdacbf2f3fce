"""What every backend owes the desk, whatever the system behind it; a system joins by a world of its own."""

import pytest

from station.core.call import Call, Confirmed, ReadBack, Verb
from station.core.errors import Cause, NotSentError, RefusedError, SignInError, TargetError, UnclearError
from station.core.finding import ClaimStatus, Finding, Holder
from station.core.identifier import Identifier, Kind
from station.core.outcome import DONE, HowKnown, OutcomeKind
from tests.backends.worlds import READER, STRANGER, World, call_for

HOSTILE = [
    "", " ", ".", "..", "../../admin", "a/b", "%00", "\x00", "%2e%2e", "'; DROP TABLE devices; --", "ø", "𝄞",
    "\u202efdp", "\ud800", "\udfff\ud800", "x" * 10_000, "\U0010ffff" * 7_000, '{"a":1}', "a\r\nX-Evil: 1", "?q=1#f",
    "\ufeff", "-", "+ +",
]  # fmt: skip

STATUSES = {
    "free": (ClaimStatus.UNCLAIMED, Holder.NOBODY),
    "unregistered": (ClaimStatus.UNREGISTERED, Holder.NOBODY),
    "ours": (ClaimStatus.CLAIMED, Holder.OURS),
    "another": (ClaimStatus.CLAIMED, Holder.ANOTHER),
    "odd": (ClaimStatus.UNCLAIMED, Holder.NOBODY),
    "mac": (ClaimStatus.UNCLAIMED, Holder.NOBODY),
    "cloud": (ClaimStatus.UNCLAIMED, Holder.NOBODY),
    "pin": (ClaimStatus.UNCLAIMED, Holder.NOBODY),
    "external": (ClaimStatus.UNCLAIMED, Holder.NOBODY),
}


class Contract:
    """The tests; the class that inherits them has a fixture ``world``."""

    def look_up(self, world: World, *cases: str) -> list[Finding]:
        missing = [case for case in cases if case not in world.identifiers]
        if missing:
            pytest.skip(f"this system does not know the case: {', '.join(missing)}")
        return world.run(world.backend.look_up([world.identifiers[case] for case in cases], world.targets["good"]))

    def claim(self, world: World, call: Call) -> dict[str, OutcomeKind]:
        answer = world.run(world.backend.claim(call))
        assert all(result.outcome.how_known is HowKnown.ANSWER for result in answer.results)
        return {result.device_id: result.outcome.kind for result in answer.results}

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
        assert (closed[world.targets["good"]], closed[world.targets["closed"]]) == (True, False)

    def test_a_look_up_tells_each_status(self, world: World) -> None:
        cases = [case for case in STATUSES if case in world.identifiers]
        for case, finding in zip(cases, self.look_up(world, *cases), strict=True):
            status, holder = STATUSES[case]
            (device,) = finding.devices
            assert (finding.status, device.status, device.holder) == (status, status, holder), case
            assert finding.what == "device"
            assert finding.identifier == world.identifiers[case]
            assert device.ref
            assert device.type
            assert bool(device.handle) is bool(device.place) is (holder is Holder.OURS)

    def test_a_look_up_shows_what_is_in_a_kit(self, world: World) -> None:
        kit, part, unknown = self.look_up(world, "kit", "part of a kit", "unknown")
        assert (kit.what, kit.status, len(kit.devices)) == ("kit", ClaimStatus.UNCLAIMED, 3)
        assert (part.what, part.status, part.claimed) == ("kit", ClaimStatus.PARTLY_CLAIMED, 2)
        assert (unknown.what, unknown.status, unknown.devices) == ("", ClaimStatus.NOT_FOUND, ())

    def test_hostile_codes_are_not_found_and_hurt_no_other(self, world: World) -> None:
        asked = [Identifier(Kind.CODE, (("code", text),)) for text in HOSTILE]
        findings = world.run(world.backend.look_up([*asked, world.identifiers["free"]], world.targets["good"]))
        assert {finding.status for finding in findings[:-1]} == {ClaimStatus.NOT_FOUND}
        assert findings[-1].status is ClaimStatus.UNCLAIMED
        assert [finding.identifier for finding in findings[:-1]] == asked

    def test_nothing_asked_is_nothing_found(self, world: World) -> None:
        assert world.run(world.backend.look_up([], world.targets["good"])) == []

    def test_a_dry_run_says_what_would_be_and_changes_nothing(self, world: World) -> None:
        if not world.backend.traits.dry_run:
            pytest.skip("this system has no dry run")
        before = self.look_up(world, "free", "another", "part of a kit")
        call = call_for(world, *before)
        answer = world.run(world.backend.dry_run(call))
        would = {result.device_id: result.outcome.kind for result in answer.results}
        assert [would[device.device_id] for device in call.devices] == [
            OutcomeKind.CLAIMED_NOW,
            OutcomeKind.ALREADY_CLAIMED,
            OutcomeKind.ALREADY_OURS,
            OutcomeKind.ALREADY_CLAIMED,
            OutcomeKind.CLAIMED_NOW,
        ]
        again = self.look_up(world, "free", "another", "part of a kit")
        assert [each.devices for each in again] == [each.devices for each in before]
        # Its key was not used up either.
        assert self.claim(world, call)[call.devices[0].device_id] is OutcomeKind.CLAIMED_NOW

    def test_claim_then_claim_again(self, world: World) -> None:
        found = self.look_up(world, "free", "odd")
        call = call_for(world, *found, name="Møterom 1")
        first = self.claim(world, call)
        assert set(first.values()) == {OutcomeKind.CLAIMED_NOW}
        assert set(first) == {device.device_id for device in call.devices}
        if world.backend.traits.safe_to_repeat:
            assert self.claim(world, call) == first, "the same call again gets the same answer"
        later = call_for(world, *self.look_up(world, "free", "odd"))
        answer = world.run(world.backend.claim(later))
        assert {result.outcome.kind for result in answer.results} == {OutcomeKind.ALREADY_OURS}
        assert all(result.outcome.handle and result.outcome.place for result in answer.results)

    def test_each_device_of_one_call_has_its_own_outcome(self, world: World) -> None:
        cases = ("free", "unregistered", "ours", "another", "closed", "wrong pin", "part of a kit")
        call = call_for(world, *self.look_up(world, *cases))
        outcomes = self.claim(world, call)
        assert [outcomes[device.device_id] for device in call.devices] == [
            OutcomeKind.CLAIMED_NOW,
            OutcomeKind.NOT_REGISTERED,
            OutcomeKind.ALREADY_OURS,
            OutcomeKind.ALREADY_CLAIMED,
            OutcomeKind.CLAIMING_CLOSED,
            OutcomeKind.WRONG_SECRET,
            OutcomeKind.ALREADY_OURS,
            OutcomeKind.ALREADY_CLAIMED,
            OutcomeKind.CLAIMED_NOW,
        ]

    def test_the_right_pin_claims_and_is_in_no_answer(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "pin"))
        answer = world.run(world.backend.claim(call))
        assert [result.outcome.kind for result in answer.results] == [OutcomeKind.CLAIMED_NOW]
        assert "4711" not in repr(answer)

    def test_over_quota(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "free", "free too"), target=world.targets["small"])
        assert sorted(self.claim(world, call).values()) == [OutcomeKind.CLAIMED_NOW, OutcomeKind.OVER_QUOTA]

    def test_a_target_that_is_gone_or_closed_stops_the_batch(self, world: World) -> None:
        found = self.look_up(world, "free")
        for target, cause in (("missing", Cause.NO_TARGET), ("closed", Cause.NO_RIGHTS)):
            with pytest.raises(TargetError) as caught:
                world.run(world.backend.claim(call_for(world, *found, target=world.targets[target])))
            assert caught.value.cause is cause
        with pytest.raises(TargetError) as caught:
            world.run(world.signed_in(READER).claim(call_for(world, *found)))
        assert caught.value.cause is Cause.NO_RIGHTS
        assert self.look_up(world, "free")[0].status is ClaimStatus.UNCLAIMED

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
        call = call_for(world, *self.look_up(world, "free", "another", "unknown", "kit"))
        world.lose_answer()
        with pytest.raises(UnclearError):
            world.run(world.backend.claim(call))
        told = self.confirm(world, call)
        states = [told[device.device_id].state for device in call.devices]
        assert states == [ReadBack.OURS, ReadBack.ANOTHER, ReadBack.OURS, ReadBack.OURS, ReadBack.OURS]
        assert told[call.devices[0].device_id].handle
        assert told[call.devices[0].device_id].place

    def test_a_lost_answer_comes_back_with_the_same_call(self, world: World) -> None:
        if not world.backend.traits.safe_to_repeat:
            pytest.skip("this system's calls must not be repeated")
        call = call_for(world, *self.look_up(world, "free", "another", "kit"))
        world.lose_answer()
        with pytest.raises(UnclearError):
            world.run(world.backend.claim(call))
        kinds = list(self.claim(world, call).values())
        assert kinds == [OutcomeKind.CLAIMED_NOW, OutcomeKind.ALREADY_CLAIMED, *[OutcomeKind.CLAIMED_NOW] * 3]

    def test_a_dropped_request_is_shown_as_free(self, world: World) -> None:
        call = call_for(world, *self.look_up(world, "free"))
        world.drop_request()
        with pytest.raises(UnclearError):
            world.run(world.backend.claim(call))
        assert [each.state for each in self.confirm(world, call).values()] == [ReadBack.FREE]
        assert list(self.claim(world, call).values()) == [OutcomeKind.CLAIMED_NOW]

    def test_a_read_is_read_again_after_a_cut(self, world: World) -> None:
        world.drop_request()
        with pytest.raises(NotSentError):
            world.run(world.backend.look_up([world.identifiers["free"]], ""))
        assert self.look_up(world, "free")[0].status is ClaimStatus.UNCLAIMED

    def test_release_move_and_rename(self, world: World) -> None:
        traits = world.backend.traits
        if not (traits.release and traits.move and traits.rename):
            pytest.skip("this system has no release, move or rename")
        found = self.look_up(world, "ours")
        old = found[0].devices[0]
        moved = world.run(world.backend.move(call_for(world, *found, target="oslo", verb=Verb.MOVE)))
        assert [(each.device_id, each.outcome.code, each.outcome.place) for each in moved.results] == [
            (old.device_id, "moved", "Oslo")
        ]
        named = world.run(world.backend.rename(call_for(world, *found, verb=Verb.RENAME, name="Ny\x00 ø" + "x" * 500)))
        assert [(each.outcome.kind, each.outcome.code) for each in named.results] == [
            (OutcomeKind.ALREADY_OURS, "renamed")
        ]
        call = call_for(world, *found, verb=Verb.RELEASE)
        for _ in range(2):
            released = world.run(world.backend.release(call))
            assert [(each.device_id, each.outcome.code) for each in released.results] == [(old.device_id, "released")]
            assert all(each.outcome.kind in DONE for each in released.results), "of a release this means: done"
        assert [each.state for each in self.confirm(world, call).values()] == [ReadBack.FREE]
        once_more = world.run(world.backend.release(call_for(world, *found, verb=Verb.RELEASE)))
        assert [each.outcome.kind for each in once_more.results] == [OutcomeKind.NOT_FOUND]

    def test_a_device_without_a_handle_is_not_released(self, world: World) -> None:
        before = world.requests()
        call = call_for(world, *self.look_up(world, "free"), verb=Verb.RELEASE)
        asked = world.requests() - before
        with pytest.raises(RefusedError):
            world.run(world.backend.release(call))
        assert world.requests() - before == asked, "nothing was sent"

    def test_released_since_is_never_called_free(self, world: World) -> None:
        if not world.backend.traits.release:
            pytest.skip("this system has no release")
        call = call_for(world, *self.look_up(world, "free"))
        world.lose_answer()
        with pytest.raises(UnclearError):
            world.run(world.backend.claim(call))
        world.run(world.backend.release(call_for(world, *self.look_up(world, "free"), verb=Verb.RELEASE)))
        assert [each.state for each in self.confirm(world, call).values()] == [ReadBack.CANNOT_TELL]
