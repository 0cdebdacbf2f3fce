"""Holds backend and dialect to the fixtures beside this file, so that the two cannot agree on a mistake.

The fixtures say of each exchange whether it is confirmed or inferred, and from where. The real vendor was not asked:
the status and body for unknown and malformed identifiers, what a partly claimed kit answers on a claim, whether a kit
is ever refused as a whole, ``isClaimed`` in a rehearsal, what ``transferredDevices`` holds, the server's own default
for ``dryRun``, and the body of a refused token are as plausible here as we could make them, and no more.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from station.backends.disruptive import Disruptive
from station.core.call import Confirmed, ReadBack, Verb
from station.core.errors import Cause, NotSentError, SignInError, TargetError
from station.core.finding import ClaimStatus, Holder
from station.core.outcome import OutcomeKind
from station.server.app import Pacing
from tests.backends.wire.exchanges_disruptive import (
    CLOSED,
    EMAIL,
    FIXTURES,
    FREE,
    GONE,
    INVENTORY,
    KITFREE,
    KITTED,
    MOVES,
    NOW,
    OSLO,
    OURS,
    UNKNOWN,
    Exchange,
    ask,
    asked_with,
    assertion,
    call_of,
    code,
    kinds,
    knowing,
    like,
    put,
    serve,
    token_from,
    with_client,
)  # fmt: skip
from tests.backends.wire.shapes import differences


def test_every_fixture_says_where_it_comes_from() -> None:
    assert len(FIXTURES) >= 20
    for name, fixture in FIXTURES.items():
        assert fixture.keys() == {"what", "status", "source", "request", "answer"}, name
        assert fixture["status"] in ("confirmed", "inferred")
        assert fixture["source"]
        assert fixture["what"]


# The backend's side: what it asks has a fixture's shape, and it reads that fixture's answer.


IN_PART = call_of((FREE, FREE), (OURS, OURS), (UNKNOWN, UNKNOWN), ("KIT-UNKNOWN", ""))
IN_PART_TOLD = {
    FREE: (OutcomeKind.CLAIMED_NOW, ""),
    OURS: (OutcomeKind.ALREADY_CLAIMED, "ALREADY_CLAIMED"),
    UNKNOWN: (OutcomeKind.NOT_FOUND, "NOT_FOUND"),
    "KIT-UNKNOWN": (OutcomeKind.NOT_FOUND, "NOT_FOUND"),
}


def test_account_and_targets() -> None:
    wire = knowing("organizations", "projects")

    async def both(backend: Disruptive) -> Any:
        return await backend.account(), await backend.targets()

    account, targets = ask(wire, both)
    assert (account.id, account.organization) == (EMAIL, "Example Building Services")
    assert [(each.id, each.title, each.organization, each.inventory) for each in targets] == [
        (INVENTORY, "Inventory", "Example Building Services", True),
        (OSLO, "Oslo-West", "Example Building Services", False),
    ]
    assert wire.asked == [FIXTURES[name]["what"] for name in ("token", "organizations", "projects")]


def test_refused_credentials_and_tokens() -> None:
    wire = knowing("token_refused")
    with pytest.raises(SignInError) as caught:
        ask(wire, lambda backend: backend.account())
    assert caught.value.cause is Cause.CREDENTIALS
    assert "could not be verified" in caught.value.detail
    assert wire.asked == [FIXTURES["token_refused"]["what"]], "refused once, not asked again"


def test_look_ups() -> None:
    wire = knowing("claim_info_device", "claim_info_unknown", "claim_info_malformed", "claim_info_old_error")
    asked = [code(text) for text in (FREE, "KIT UNKNOWN & Co", "x" * 245, "y" * 245)]
    device, *others = ask(wire, lambda backend: backend.look_up(asked, INVENTORY))
    assert (device.what, device.status, device.devices[0].type) == ("device", ClaimStatus.UNCLAIMED, "temperature")
    assert (device.devices[0].product_number, device.devices[0].ref) == ("102058", FREE)
    assert {each.status for each in others} == {ClaimStatus.NOT_FOUND}


def test_a_kit_of_which_a_part_is_claimed() -> None:
    wire = knowing("claim_info_kit", like("device", OURS, KITTED), "project")
    (kit,) = ask(wire, lambda backend: backend.look_up([code("KIT-SAMPLE-1")], INVENTORY))
    assert (kit.what, kit.title, kit.status) == ("kit", "Starter kit EU, 2 devices", ClaimStatus.PARTLY_CLAIMED)
    assert kit.counts == (2, 1)
    first, second = kit.devices
    assert (first.holder, first.place, first.handle) == (
        Holder.OURS, "Inventory", f"projects/{INVENTORY}/devices/{KITTED}",
    )  # fmt: skip
    assert (second.status, second.type) == (ClaimStatus.UNCLAIMED, "ccon")


def test_a_rehearsal_and_a_claim() -> None:
    rehearsed = ask(knowing("dry_run"), lambda backend: backend.dry_run(IN_PART))
    assert kinds(rehearsed) == IN_PART_TOLD
    claimed = ask(knowing("claim"), lambda backend: backend.claim(IN_PART))
    assert kinds(claimed) == IN_PART_TOLD
    first = claimed.results[0].outcome
    assert first.handle == f"projects/{INVENTORY}/devices/{FREE}"
    assert "ALREADY_CLAIMED" in claimed.raw


def test_kits_that_go_by_their_own_id() -> None:
    whole = ask(knowing("claim_kit"), lambda backend: backend.claim(call_of(("KIT-SAMPLE-2", ""))))
    assert kinds(whole) == {
        "KIT-SAMPLE-2": (OutcomeKind.CLAIMED_NOW, ""),
        "b5rj9ed7rihk942p48r0": (OutcomeKind.CLAIMED_NOW, ""),
        "b5rj9ed7rihk942p48rg": (OutcomeKind.CLAIMED_NOW, ""),
    }
    part = kinds(ask(knowing("claim_kit_in_part"), lambda backend: backend.claim(call_of(("KIT-SAMPLE-1", "")))))
    assert part["KIT-SAMPLE-1"][0] is part[KITTED][0] is OutcomeKind.ALREADY_CLAIMED, "to be confirmed"
    assert part[KITFREE][0] is OutcomeKind.CLAIMED_NOW
    error = ask(knowing("claim_kit_error"), lambda backend: backend.claim(call_of(("KIT-CLAIMED", ""))))
    assert kinds(error) == {"KIT-CLAIMED": (OutcomeKind.ALREADY_CLAIMED, "ALREADY_CLAIMED")}


def test_an_answer_that_contradicts_itself() -> None:
    call = call_of((FREE, FREE), (OURS, OURS), (MOVES, MOVES))
    told = ask(knowing("claim_both_lists"), lambda backend: backend.claim(call))
    assert kinds(told) == {
        FREE: (OutcomeKind.CLAIMED_NOW, ""),
        OURS: (OutcomeKind.UNKNOWN, ""),
        MOVES: (OutcomeKind.REJECTED, "BRAND_NEW"),
    }


def test_refusals_of_a_whole_claim() -> None:
    for name, target, cause in (("no_rights", CLOSED, Cause.NO_RIGHTS), ("no_project", GONE, Cause.NO_TARGET)):
        claim = partial(Disruptive.claim, call=call_of((FREE, FREE), target=target))
        with pytest.raises(TargetError) as caught:
            ask(knowing(name), claim)
        assert caught.value.cause is cause
        assert FIXTURES[name]["answer"]["body"]["error"] in caught.value.detail
    with pytest.raises(NotSentError) as waiting:
        ask(knowing("too_many"), lambda backend: backend.look_up([code(FREE)], ""), organization="")
    assert (waiting.value.cause, waiting.value.retry_after) == (Cause.RATE_LIMIT, 7.0)


def test_a_read_back() -> None:
    async def confirm(backend: Disruptive) -> list[Confirmed]:
        return await backend.confirm(call_of((OURS, OURS), (FREE, FREE)))

    free = asked_with("claim_info_device", identifier=FREE)
    ours, unseen = ask(knowing("device", "device_unseen", "project", free), confirm)
    assert (ours.state, ours.place, ours.handle) == (
        ReadBack.OURS, "Inventory", f"projects/{INVENTORY}/devices/{OURS}",
    )  # fmt: skip
    assert unseen.state is ReadBack.FREE


def test_a_transfer_and_labels() -> None:
    there: list[str | Exchange] = [like("device", OURS, MOVES), like("device", OURS, FREE), "device", "project"]
    oslo = like("project", INVENTORY, OSLO)
    moving = call_of((MOVES, MOVES), (FREE, FREE), target=OSLO, verb=Verb.MOVE)
    moved = ask(knowing(*there, oslo, "transfer"), lambda backend: backend.move(moving))
    naming = call_of((OURS, OURS), verb=Verb.RENAME, name="Kühlraum 1")
    named = ask(knowing(*there, "label"), lambda backend: backend.rename(naming))
    label = replace(call_of((FREE, FREE), verb=Verb.LABEL), values=(("label", "floor"), ("value", "")))
    taken = ask(knowing(*there, "label_taken_away"), lambda backend: backend.change(label))
    assert kinds(moved) == {MOVES: (OutcomeKind.ALREADY_OURS, "moved"), FREE: (OutcomeKind.NOT_FOUND, "NOT_FOUND")}
    assert moved.results[0].outcome.handle == f"projects/{OSLO}/devices/{MOVES}"
    assert kinds(named) == {OURS: (OutcomeKind.ALREADY_OURS, "renamed")}
    assert kinds(taken) == {FREE: (OutcomeKind.NOT_FOUND, "NOT_FOUND")}


# The dialect's side: asked a fixture's request, it answers with that fixture's shape.

BACKEND_ONLY = {
    "claim_both_lists": "an answer that contradicts itself is not ours to give",
    "claim_kit_error": "a claimed kit is answered device by device here",
    "claim_info_old_error": "the code is a number on current pages",
    "too_many": "asked below, of a server that holds accounts back",
}


@pytest.mark.parametrize("name", [name for name in FIXTURES if name not in BACKEND_ONLY])
def test_the_dialect_answers_as_the_fixture(name: str, tmp_path: Path) -> None:
    fixture = FIXTURES[name]

    async def work(client: httpx.AsyncClient) -> None:
        if name == "token_refused":
            token = assertion(exp=int(NOW.timestamp()) - 1)
        else:
            token = assertion() if name == "token" else await token_from(client)
        if name == "device":
            await put(client, FIXTURES["label"]["request"], token)
            more = FIXTURES["label"]["request"]
            await put(client, more | {"body": more["body"] | {"addLabels": {"floor": "2"}}}, token)
        told = await put(client, fixture["request"], token)
        assert told.status_code == fixture["answer"]["status"]
        assert told.headers["content-type"] == fixture["answer"]["headers"]["Content-Type"]
        assert differences(fixture["answer"]["body"], told.json()) == []

    with_client(serve(tmp_path), work)


def test_the_dialect_holds_an_account_back(tmp_path: Path) -> None:
    fixture = FIXTURES["too_many"]

    async def work(client: httpx.AsyncClient) -> None:
        token = await token_from(client)
        assert (await put(client, fixture["request"], token)).status_code == 200
        told = await put(client, fixture["request"], token)
        assert told.status_code == 429
        assert int(told.headers["retry-after"]) > 0
        assert differences(fixture["answer"]["body"], told.json()) == []

    with_client(serve(tmp_path, Pacing(1, 3600.0)), work)
