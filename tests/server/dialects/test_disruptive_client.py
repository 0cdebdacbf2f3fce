"""The vendor's own Python library, which we did not write, against the dialect on a loopback port.

It reads what it is answered as it reads the real one's answers. What the real server does beyond that, nobody asked it.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import disruptive as dt
import pytest

from station.server.app import build
from station.server.dialects.disruptive import practice
from tests.backends.world_disruptive import CLOSED, EMAIL, GONE, INVENTORY, OTHER, PROJECTS, SMALL, fill, secret_of
from tests.backends.worlds import READER, TOKEN, Front, on_a_port

FREE, SECOND, OURS = "b5rj9ed7rihk942p4fr0", "b5rj9ed7rihk942p4t00", "b5rj9ed7rihk942p4urs"
ANOTHER, UNKNOWN = "b5rj9ed7rihk942p4th1", "b5rj9ed7rihk942p4v00"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def front(tmp_path: Path, registry: Path) -> Front:
    path = Path(shutil.copyfile(registry, tmp_path / "registry.db"))
    return Front(build(f"sqlite:///{path.as_posix()}", clock=lambda: datetime.now(UTC)))


@pytest.fixture
def address(front: Front, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the dialect is; the library is set up for it, as the desk's service account."""
    with on_a_port(front) as url:
        monkeypatch.setattr(dt, "base_url", f"{url}/disruptive/v2")
        monkeypatch.setattr(dt, "default_auth", account(url, TOKEN))
        monkeypatch.setattr(dt, "request_attempts", 1)
        yield url


def account(url: str, key: str, secret: str = "") -> dt.authentication.ServiceAccountAuth:
    auth = dt.Auth.service_account(key, secret or secret_of(key), EMAIL)
    auth.token_endpoint = f"{url}/disruptive/oauth2/token"
    return auth


def test_organizations_and_projects_to_the_last_page(address: str) -> None:
    (organization,) = dt.Organization.list_organizations()
    assert (organization.organization_id, organization.display_name) == ("us", "Us & Co")
    assert dt.Organization.get_organization("us").display_name == "Us & Co"
    projects = dt.Project.list_projects(organization_id="us")
    assert len({project.project_id for project in projects}) == len(projects) == PROJECTS
    inventory = [project for project in projects if project.is_inventory]
    assert [project.project_id for project in inventory] == [INVENTORY]
    assert (inventory[0].sensor_count, inventory[0].cloud_connector_count) == (2, 0)
    assert {project.organization_display_name for project in projects} == {"Us & Co"}
    assert [project.display_name for project in dt.Project.list_projects(query="oslo")] == ["Oslo"]
    assert dt.Project.get_project(OTHER).display_name == "Oslo"


def test_claim_info_of_a_device_and_of_a_kit(address: str) -> None:
    for organization in (None, "us"):
        told = dt.Claim.claim_info(FREE, organization_id=organization)
        device = told.claimed_item
        assert isinstance(device, dt.Claim.ClaimDevice)
        assert (told.type, device.device_id, device.device_type, device.product_number, device.is_claimed) == (
            "DEVICE", FREE, "temperature", "102058", False,
        )  # fmt: skip
    kit = dt.Claim.claim_info("oak-part-box").claimed_item
    assert isinstance(kit, dt.Claim.ClaimKit)
    assert (kit.kit_id, kit.display_name) == ("oak-part-box", "Three sensors")
    assert [device.is_claimed for device in kit.devices] == [True, True, False]
    assert kit.raw["sensors"] == {"totalCount": 3, "claimedCount": 2}
    with pytest.raises(dt.errors.NotFound) as caught:
        dt.Claim.claim_info(UNKNOWN)
    assert caught.value.args[0]["code"] == 404
    with pytest.raises(dt.errors.BadRequest):
        dt.Claim.claim_info("x" * 500)


def test_a_dry_run_is_the_default_and_changes_nothing(address: str) -> None:
    devices, errors = dt.Claim.claim(INVENTORY, kit_ids=["maple-free-box"], device_ids=[FREE])
    assert (len(devices), errors) == (4, [])
    assert not dt.Claim.claim_info(FREE).claimed_item.raw["isClaimed"]
    with pytest.raises(dt.errors.NotFound):
        dt.Device.get_device(FREE)


def test_a_claim_that_goes_in_part(address: str) -> None:
    devices, errors = dt.Claim.claim(
        INVENTORY,
        kit_ids=["oak-part-box", "no-such-kit"],
        device_ids=[FREE, FREE, OURS, ANOTHER, UNKNOWN],
        dry_run=False,
    )
    assert [(device.device_id, device.is_claimed) for device in devices] == [
        (FREE, True), ("b5rj9ed7rihk942p4p30", True),
    ]  # fmt: skip
    already = {each.device_id for each in errors if isinstance(each, dt.errors.ClaimErrorDeviceAlreadyClaimed)}
    assert already == {OURS, ANOTHER, "b5rj9ed7rihk942p4p10", "b5rj9ed7rihk942p4p20"}
    assert [e.device_id for e in errors if isinstance(e, dt.errors.ClaimErrorDeviceNotFound)] == [UNKNOWN]
    assert [e.kit_id for e in errors if isinstance(e, dt.errors.ClaimErrorKitNotFound)] == ["no-such-kit"]
    assert len(errors) == 6
    assert dt.Device.get_device(FREE).project_id == INVENTORY


def test_a_code_that_the_library_does_not_know_is_a_plain_claim_error(address: str) -> None:
    devices, errors = dt.Claim.claim(SMALL, device_ids=[FREE, SECOND], dry_run=False)
    assert len(devices) == len(errors) == 1
    (error,) = errors
    assert type(error) is dt.errors.ClaimError
    assert error.raw["code"] == "RESOURCE_EXHAUSTED"


def test_what_is_refused_as_a_whole(address: str) -> None:
    with pytest.raises(dt.errors.NotFound):
        dt.Claim.claim(GONE, device_ids=[FREE], dry_run=False)
    with pytest.raises(dt.errors.Forbidden):
        dt.Claim.claim(CLOSED, device_ids=[FREE], dry_run=False)
    with pytest.raises(dt.errors.Forbidden):
        dt.Claim.claim(INVENTORY, device_ids=[FREE], dry_run=False, auth=account(address, READER))
    with pytest.raises(dt.errors.BadRequest):
        dt.Claim.claim(INVENTORY, dry_run=False)
    with pytest.raises(dt.errors.Unauthorized):
        dt.Organization.list_organizations(auth=account(address, TOKEN, "another secret that is just as long"))
    with pytest.raises(dt.errors.Unauthorized):
        dt.Organization.list_organizations(auth=account(address, "no-such-key"))
    assert not dt.Claim.claim_info(FREE).claimed_item.raw["isClaimed"]


def test_a_token_that_is_refused(address: str) -> None:
    auth = account(address, TOKEN)
    assert auth.get_token().startswith("Bearer ")
    auth._token = "Bearer revoked"
    with pytest.raises(dt.errors.Unauthorized):
        dt.Organization.list_organizations(auth=auth)


def test_too_many_requests_wait_as_they_are_told(address: str, front: Front) -> None:
    assert dt.Organization.list_organizations()
    before = front.count
    front.plan.append(("answer", 429, {"Retry-After": "0", "Content-Type": "application/json"}, b"{}"))
    assert dt.Organization.list_organizations()
    assert front.count == before + 2


def test_devices_are_found_over_all_projects_and_listed(address: str) -> None:
    dt.Claim.claim(OTHER, device_ids=[FREE], dry_run=False)
    device = dt.Device.get_device(FREE)
    assert (device.project_id, device.device_type, device.product_number) == (OTHER, "temperature", "102058")
    assert (device.labels, device.display_name, device.is_emulated) == ({}, None, False)
    with pytest.raises(dt.errors.NotFound):
        dt.Device.get_device(FREE, INVENTORY)
    with pytest.raises(dt.errors.NotFound):
        dt.Device.get_device(ANOTHER)
    assert [each.device_id for each in dt.Device.list_devices(OTHER)] == [FREE]
    everywhere = dt.Device.list_devices("-", organization_id="us")
    assert {each.device_id for each in everywhere} == {FREE, OURS, "b5rj9ed7rihk942p4p10"}
    dt.Device.set_label(OURS, INVENTORY, "floor", "2")
    for found in (
        dt.Device.list_devices("-", organization_id="us", label_filters={"floor": "2"}),
        dt.Device.list_devices("-", organization_id="us", label_filters={"floor": ""}),
        dt.Device.list_devices("-", organization_id="us", device_ids=[OURS, ANOTHER]),
        dt.Device.list_devices("-", organization_id="us", device_types=["humidity"], project_ids=[INVENTORY]),
        dt.Device.list_devices(INVENTORY, query="humidity"),
    ):
        assert [each.device_id for each in found] == [OURS]


def test_transfer_between_projects(address: str) -> None:
    errors = dt.Device.transfer_devices([OURS, ANOTHER, UNKNOWN], INVENTORY, OTHER)
    assert [(each.device_id, each.project_id, each.status_code) for each in errors] == [
        (ANOTHER, INVENTORY, "NOT_FOUND"), (UNKNOWN, INVENTORY, "NOT_FOUND"),
    ]  # fmt: skip
    assert dt.Device.get_device(OURS).project_id == OTHER
    assert [each.status_code for each in dt.Device.transfer_devices([OURS], INVENTORY, OTHER)] == ["NOT_FOUND"]
    with pytest.raises(dt.errors.NotFound):
        dt.Device.transfer_devices([OURS], OTHER, GONE)
    with pytest.raises(dt.errors.Forbidden):
        dt.Device.transfer_devices([OURS], OTHER, CLOSED)


def test_labels(address: str) -> None:
    assert dt.Device.set_label(OURS, INVENTORY, "name", "Kühlraum 1") == []
    assert dt.Device.batch_update_labels([OURS], INVENTORY, set_labels={"floor": "2", "room": "9"}) == []
    device = dt.Device.get_device(OURS)
    assert (device.display_name, device.labels) == (
        "Kühlraum 1", {"name": "Kühlraum 1", "floor": "2", "room": "9"},
    )  # fmt: skip
    assert dt.Device.remove_label(OURS, INVENTORY, "floor") == []
    (error,) = dt.Device.set_label(ANOTHER, INVENTORY, "floor", "2")
    assert (error.device_id, error.status_code) == (ANOTHER, "NOT_FOUND")
    assert dt.Device.get_device(OURS).labels == {"name": "Kühlraum 1", "room": "9"}
    with pytest.raises(dt.errors.BadRequest):
        dt.Device.batch_update_labels([OURS], INVENTORY)
    with pytest.raises(dt.errors.Forbidden):
        dt.Device.set_label(OURS, INVENTORY, "floor", "3", auth=account(address, READER))


def test_on_the_practice_server_with_the_keys_that_everybody_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{(tmp_path / 'practice.db').as_posix()}"
    with on_a_port(build(url, clock=lambda: datetime.now(UTC), practice=True, served=True)) as address:
        settings, secrets = practice.connection(address)
        auth = dt.Auth.service_account(practice.KEY_ID, secrets["secret"], practice.EMAIL)
        auth.token_endpoint = str(settings["token_url"])
        monkeypatch.setattr(dt, "base_url", settings["base_url"])
        monkeypatch.setattr(dt, "default_auth", auth)
        (organization,) = dt.Organization.list_organizations()
        projects = dt.Project.list_projects(organization_id=organization.organization_id)
        (inventory,) = [project for project in projects if project.is_inventory]
        assert inventory.project_id == practice.INVENTORY
        kit = dt.Claim.claim_info("maple-harbor-lantern", organization.organization_id).claimed_item
        assert isinstance(kit, dt.Claim.ClaimKit)
        devices, errors = dt.Claim.claim(inventory.project_id, kit_ids=[kit.kit_id])
        assert (len(devices), errors) == (len(kit.devices), [])
        devices, errors = dt.Claim.claim(inventory.project_id, kit_ids=[kit.kit_id], dry_run=False)
        assert (len(devices), errors) == (len(kit.devices), [])
        listed = {device.device_id for device in dt.Device.list_devices(inventory.project_id)}
        assert listed >= {device.device_id for device in kit.devices}
