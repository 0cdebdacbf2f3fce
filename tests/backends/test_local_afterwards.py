"""What the local backend does beside the claim: labels, targets by path, and our own shared devices."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from station.core.call import Call, Verb
from station.core.errors import Cause, RefusedError, SignInError, TargetError
from station.core.finding import FoundDevice
from station.core.identifier import Identifier, Kind
from station.core.outcome import DONE, OutcomeKind
from station.core.secret import Secret
from station.server.importing import import_file
from tests.backends.worlds import READER, STRANGER, LocalWorld, call_for, fill

LENT = """\
vendor,device_id,pin,claiming,owner
datacake,lent-1,4711,closed,us/inventory
datacake,theirs-1,,,them/theirs
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("registry")
    path, lent = fill(folder), folder / "lent.csv"
    lent.write_text(LENT, encoding="utf-8")
    assert import_file(f"sqlite:///{path.as_posix()}", lent, datetime.now(UTC)).stored
    return path


@pytest.fixture
def world(tmp_path: Path, registry: Path) -> Iterator[LocalWorld]:
    with LocalWorld(tmp_path, registry, port=False).entered() as entered:
        yield entered


def calling(world: LocalWorld, code: str, verb: Verb, values: dict[str, str], claim_code: str = "") -> Call:
    (finding,) = world.run(world.backend.look_up([Identifier.of(Kind.CODE, code=code)], ""))
    secrets = (("pin", Secret(claim_code)),) if claim_code else ()
    return replace(call_for(world, finding, verb=verb), values=tuple(values.items()), secrets=secrets)


def changed(world: LocalWorld, code: str, verb: Verb, claim_code: str = "", **values: str) -> tuple[OutcomeKind, str]:
    answer = world.run(world.backend.change(calling(world, code, verb, values, claim_code)))
    (result,) = answer.results
    assert not claim_code or claim_code not in repr(answer)
    return result.outcome.kind, result.outcome.code


def seen(world: LocalWorld, code: str) -> FoundDevice:
    (finding,) = world.run(world.backend.look_up([Identifier.of(Kind.CODE, code=code)], ""))
    return finding.devices[0]


def test_labels(world: LocalWorld) -> None:
    kind, code = changed(world, "ours-1", Verb.LABEL, label="room", value="12 ø")
    assert (kind in DONE, code) == (True, "labelled")
    assert changed(world, "ours-1", Verb.LABEL, label="room")[1] == "labelled"
    with pytest.raises(RefusedError):
        changed(world, "ours-1", Verb.LABEL, value="12")
    with pytest.raises(RefusedError):
        changed(world, "free-1", Verb.LABEL, label="room")


def test_targets_are_a_tree_and_made_by_their_path(world: LocalWorld) -> None:
    made = world.run(world.backend.create_target("Inventory / Møterom/2. etasje"))
    assert (made.title, made.path, made.may_claim) == ("2. etasje", "Inventory / Møterom / 2. etasje", True)
    assert world.run(world.backend.create_target("inventory/møterom/2. etasje")) == made
    targets = {target.id: target for target in world.run(world.backend.targets())}
    assert targets[made.id] == made
    assert targets[made.parent].parent == "inventory"
    assert targets["oslo"].parent == "inventory"
    with pytest.raises(RefusedError) as caught:
        world.run(world.backend.create_target(" / \ud800"))
    assert caught.value.cause is Cause.BAD_REQUEST
    with pytest.raises(TargetError):
        world.run(world.signed_in(READER).create_target("New"))
    with pytest.raises(SignInError):
        world.run(world.signed_in(STRANGER).create_target("New"))


def test_an_owners_device(world: LocalWorld) -> None:
    assert (seen(world, "lent-1").owned, seen(world, "theirs-1").owned, seen(world, "free-1").owned) == (
        True, False, False
    )
    assert changed(world, "lent-1", Verb.OPEN_CLAIMING, claim_code="0815-x") == (OutcomeKind.ALREADY_OURS, "opened")
    assert changed(world, "lent-1", Verb.CLOSE_CLAIMING)[1] == "closed"
    assert changed(world, "lent-1", Verb.SHARE, workspace="them / theirs")[1] == "shared"
    assert changed(world, "lent-1", Verb.REVOKE)[1] == "revoked"
    assert changed(world, "theirs-1", Verb.CLOSE_CLAIMING) == (OutcomeKind.NOT_FOUND, "not_found")
    with pytest.raises(TargetError) as caught:
        changed(world, "lent-1", Verb.SHARE, workspace="them/nowhere")
    assert caught.value.cause is Cause.NO_TARGET
    before = world.requests()
    for workspace in ("", "them", "/theirs", "them/"):
        with pytest.raises(RefusedError):
            changed(world, "lent-1", Verb.SHARE, workspace=workspace)
    assert world.requests() - before == 4, "nothing but the look-ups was sent"


def test_what_is_offered_is_what_works(world: LocalWorld) -> None:
    verbs = {change.verb: change.of_owned for change in world.backend.changes}
    assert verbs == {
        Verb.LABEL: False, Verb.OPEN_CLAIMING: True, Verb.CLOSE_CLAIMING: True, Verb.SHARE: True, Verb.REVOKE: True
    }
    with pytest.raises(RefusedError):
        changed(world, "ours-1", Verb.CLAIM)
