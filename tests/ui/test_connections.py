"""Setting up connections in the real window, against a vendor on a loopback port."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import keyring
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from station.core.news import LineState
from station.core.scan import Scan
from station.core.secret import Secret
from station.credentials import find_credentials
from station.desk import batches, intake, pauses
from station.folders import find_folders
from station.ui.panel_list import RowList
from station.words import say
from tests.test_credentials import MemoryKeyring
from tests.ui.connection_bench import TOKEN, ConnectionBench, bench, opened_file, pasted, vendor
from tests.ui.panel_bench import focused, part, texts

PASSPHRASE = "correct horse battery"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with vendor(tmp_path_factory.mktemp("vendor")) as told:
        yield told


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    """A working keyring in the system's place."""
    before = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def secrets_in(ring: MemoryKeyring) -> dict[str, str]:
    """The connections' secrets, without the key that seals PINs."""
    return {name: value for (_, name), value in ring.held.items() if name != "seal"}


@pytest.fixture
def desk(qtbot: QtBot, ring: MemoryKeyring, address: str) -> Iterator[ConnectionBench]:
    """A desk that works for real already, with one connection named first."""
    ring.set_password("claiming-station", "first.token", TOKEN)
    with bench(qtbot, f'# Ours.\n[backends.first]\nkind = "local"\nbase_url = "{address}"\n') as made:
        made.open()
        yield made


def test_each_system_is_tried_and_says_who_and_what_it_sees(desk: ConnectionBench, address: str) -> None:
    settings, secrets = pasted(address)
    for kind in ("local", "disruptive", "xyte", "datacake", "here"):
        desk.add(kind, f"our_{kind}")
        desk.fill(settings[f"practice_{kind}"], {
            name.rpartition(f"_{kind.upper()}_")[2].lower(): value for name, value in secrets.items()
            if f"_{kind.upper()}_" in name
        })
        desk.press("Try it")
        desk.wait_for("It works. Signed in as")
        assert "target" in texts(desk.panel)
        desk.press("Back")
    assert [each.name for each in desk.settings().connections] == ["first"]
    assert list(desk.window.state.lines) == ["first"]


def test_a_saved_connection_works_at_once_and_its_secret_is_in_the_keyring(
    desk: ConnectionBench, ring: MemoryKeyring, address: str
) -> None:
    desk.add("local", "second")
    desk.fill({"base_url": address}, {"token": TOKEN})
    desk.press("Save")
    desk.wait_for("second is saved.")
    desk.wait(lambda: desk.window.state.lines.get("second") is not None
              and desk.window.state.lines["second"].state is LineState.ONLINE)
    assert ring.held[("claiming-station", "second.token")] == TOKEN
    text = desk.folders.settings.read_text("utf-8")
    assert "# Ours." in text
    assert TOKEN not in text
    saved = {each.name: dict(each.values) for each in desk.settings().connections}
    assert saved["second"] == {"base_url": address}
    assert desk.restarts == []
    rows = part(desk.panel, RowList, "Connections that are set up").rows
    desk.wait(lambda: [row.key for row in rows.rows] == ["first", "second"])


def test_a_known_connection_is_changed_and_its_secret_never_shown(desk: ConnectionBench, ring: MemoryKeyring) -> None:
    desk.panel.edit("first")
    line = part(desk.panel, QLineEdit, "Token of the shared server")
    assert (line.text(), line.echoMode()) == ("", QLineEdit.EchoMode.Password)
    assert "Kept in the keyring" in texts(desk.panel)
    assert not part(desk.panel, QLineEdit, "Name").isEnabled()
    desk.fill({"target": "oslo-west", "claim_timeout_s": "45"}, {})
    desk.press("Save")
    desk.wait_for("first is saved.")
    saved = desk.settings().connections[0].values
    assert (saved["target"], saved["claim_timeout_s"]) == ("oslo-west", 45.0)
    assert secrets_in(ring) == {"first.token": TOKEN}


def test_a_wrong_secret_is_told_with_what_to_do(desk: ConnectionBench, address: str) -> None:
    desk.add("local", "wrong")
    desk.fill({"base_url": address}, {"token": "no-such-token-anywhere-here"})
    desk.press("Try it")
    desk.wait_for("refuses the sign-in")
    assert "no-such-token" not in texts(desk.panel)


def test_nothing_at_the_address_is_told(desk: ConnectionBench) -> None:
    desk.add("local", "nowhere")
    desk.fill({"base_url": "http://127.0.0.1:1"}, {"token": TOKEN})
    desk.press("Try it")
    desk.wait_for("Nothing answers at that address")
    desk.fill({"base_url": "http://far.example/"}, {})
    desk.press("Try it")
    desk.wait_for("only over https")


def test_what_cannot_be_used_is_said_before_anything_is_kept(desk: ConnectionBench, ring: MemoryKeyring) -> None:
    before = desk.folders.settings.read_bytes()
    desk.press("Add a connection")
    desk.press("Save")
    desk.wait_for("Give the connection a name.")
    desk.press("Back")
    desk.add("local", "first")
    desk.press("Save")
    desk.wait_for("There is a connection first already.")
    desk.fill({"claim_timeout_s": "soon"}, {"token": "x"})
    desk.press("Save")
    desk.wait_for("must be a number")
    assert desk.folders.settings.read_bytes() == before
    assert secrets_in(ring) == {"first.token": TOKEN}


def test_a_name_is_tidied_while_it_is_typed(desk: ConnectionBench) -> None:
    desk.add("local", "Oslo West-1 æ../")
    assert part(desk.panel, QLineEdit, "Name").text() == "oslo_west_1_"


def test_taken_away_is_asked_twice(desk: ConnectionBench, ring: MemoryKeyring, address: str) -> None:
    desk.add("local", "second")
    desk.fill({"base_url": address}, {"token": TOKEN})
    desk.press("Save")
    desk.wait(lambda: "second" in desk.window.state.lines)
    desk.wait_for("second is saved.")
    desk.wait(lambda: any(each.name == "second" for each in desk.panel._overview.connections))
    desk.panel.edit("second")
    desk.press("Take away")
    assert "Press again" in texts(desk.panel)
    desk.press("Really take away")
    desk.wait_for("second is taken away")
    desk.wait(lambda: "second" not in desk.window.state.lines)
    assert [each.name for each in desk.settings().connections] == ["first"]
    assert secrets_in(ring) == {"first.token": TOKEN}


def test_what_still_has_devices_under_way_stays(desk: ConnectionBench, qtbot: QtBot) -> None:
    station, window = desk.station, desk.window
    station.desk.do(batches.choose, "first", "oslo-west", "Oslo-West")
    station.desk.do(batches.choose_operator, "Kari")
    station.desk.do(intake.keep, Scan(b"c1sample0000000000d0", "typed", datetime.now(UTC), "]Q1"))
    desk.wait(lambda: bool(window.state.plan.counts.devices))
    station.desk.do(pauses.pause, "first")
    for _ in range(50):  # a batch that changed since it was shown is not claimed
        window.wishes.claim()
        qtbot.wait(100)
        if window.state.plan.counts.queued:
            break
    assert window.state.plan.counts.queued == 1
    desk.panel.edit("first")
    desk.press("Take away")
    desk.press("Really take away")
    desk.wait_for("first still has devices that are queued")
    assert [each.name for each in desk.settings().connections] == ["first"]
    assert "first" in window.state.lines


def test_the_vendors_own_credentials_file_is_taken_over(
    desk: ConnectionBench, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, secrets = pasted(address)
    own = settings["practice_disruptive"]
    file = tmp_path / "key.json"
    file.write_text(json.dumps({"serviceAccount": {
        "keyId": own["key_id"], "email": own["email"], "tokenEndpoint": own["token_url"], "algorithm": "HS256",
        "secret": secrets["STATION_SECRET_PRACTICE_DISRUPTIVE_SECRET"],
    }}), "utf-8")
    monkeypatch.setenv("DT_CREDENTIALS_FILE", str(file))
    desk.add("disruptive", "oslo")
    desk.press("From the environment")
    desk.wait_for("Taken over.")
    desk.fill({"base_url": own["base_url"]}, {})
    desk.press("Try it")
    desk.wait_for("It works. Signed in as")
    assert own["email"] in texts(desk.panel)
    desk.panel.page.form.import_wanted.emit(str(tmp_path / "none.json"))
    desk.wait_for("The file cannot be read")


def test_without_a_keyring_a_passphrase_seals_the_secret(qtbot: QtBot, address: str) -> None:
    with bench(qtbot, f'[backends.first]\nkind = "local"\nbase_url = "{address}"\n') as desk:
        desk.open()
        desk.wait_for("This computer has no keyring that can be used")
        desk.add("local", "second")
        assert "Choose a passphrase" not in texts(desk.panel)
        desk.fill({"base_url": address}, {"token": TOKEN})
        assert "Choose a passphrase" in texts(desk.panel)
        desk.press("Save")
        desk.wait_for("enter its passphrase")
        desk.type("A new passphrase, 8 letters or more", PASSPHRASE)
        desk.press("Save")
        desk.wait_for("The two passphrases differ.")
        desk.type("The same passphrase again", PASSPHRASE)
        desk.press("Save")
        desk.wait_for("second is saved.")
        desk.wait(lambda: "second" in desk.window.state.lines
                  and desk.window.state.lines["second"].state is LineState.ONLINE)
        desk.wait(lambda: desk.station.desk.do(lambda work: work.store.keeps_secrets()).result(5))
    assert opened_file(desk.folders, PASSPHRASE)["second.token"] == TOKEN
    for path in desk.folders.config.rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes(), path


def test_a_locked_file_is_opened_in_a_calm_line(qtbot: QtBot, address: str) -> None:
    folders = find_folders()
    credentials = find_credentials(folders)
    credentials.file.create(Secret(PASSPHRASE))
    credentials.keep("first", "token", Secret(TOKEN), in_file=True)
    with bench(qtbot, f'[backends.first]\nkind = "local"\nbase_url = "{address}"\n') as desk:
        desk.wait_for("Locked until the passphrase is entered: first", desk.window)
        desk.wait(lambda: desk.window.state.lines["first"].state is LineState.PAUSED)
        assert "is locked: its secret is in the sealed file" in texts(desk.window)
        QTest.keyClicks(desk.line.line, "not the passphrase")
        QTest.keyClick(desk.line.line, Qt.Key.Key_Return)
        desk.wait_for("This is not the passphrase", desk.window)
        desk.wait(desk.line.line.isEnabled)
        assert focused() is desk.line.line
        QTest.keyClicks(desk.line.line, PASSPHRASE)
        QTest.keyClick(desk.line.line, Qt.Key.Key_Return)
        desk.wait(lambda: desk.window.state.lines["first"].state is LineState.ONLINE)
        desk.wait(desk.line.isHidden)
        assert desk.line.line.text() == ""
        desk.wait(lambda: desk.station.desk.do(lambda work: work.store.keeps_secrets()).result(5))


def test_a_damaged_file_is_kept_aside_and_a_new_one_begun(qtbot: QtBot, address: str) -> None:
    folders = find_folders()
    credentials = find_credentials(folders)
    credentials.file.create(Secret(PASSPHRASE))
    damaged = folders.secrets.read_bytes()[:60]
    folders.secrets.write_bytes(damaged)
    with bench(qtbot, f'[backends.first]\nkind = "local"\nbase_url = "{address}"\n') as desk:
        desk.open()
        desk.wait_for("The sealed file is damaged; it is kept as it is.")
        desk.press("Begin a new sealed file")
        assert folders.secrets.read_bytes() == damaged
        desk.press(say("connections.anew_sure"))
        desk.wait_for("The old file is kept under another name.")
        assert [path.read_bytes() for path in folders.config.glob("secrets.*.sealed")] == [damaged]
        desk.wait(lambda: desk.panel._overview.file == "missing")
        desk.panel.edit("first")
        desk.fill({}, {"token": TOKEN})
        desk.type("A new passphrase, 8 letters or more", PASSPHRASE)
        desk.type("The same passphrase again", PASSPHRASE)
        desk.press("Save")
        desk.wait_for("first is saved.")
        desk.wait(lambda: desk.window.state.lines["first"].state is LineState.ONLINE)
        desk.wait(lambda: desk.panel._overview.file == "open")
        desk.press("Change the passphrase")
        desk.type("Passphrase of the sealed file", "not the passphrase")
        desk.type("A new passphrase, 8 letters or more", "tomorrow it will rain")
        desk.type("The same passphrase again", "tomorrow it will rain")
        button = [each for each in desk.panel.findChildren(QPushButton)
                  if each.accessibleName() == "Change the passphrase" and not each.isCheckable()]
        button[0].click()
        desk.wait_for("This is not the passphrase of the sealed file")
        desk.type("Passphrase of the sealed file", PASSPHRASE)
        button[0].click()
        desk.wait_for("The sealed file has its new passphrase.")
    assert opened_file(folders, "tomorrow it will rain")["first.token"] == TOKEN


def test_the_first_connection_ends_practice_by_a_new_start(qtbot: QtBot, ring: MemoryKeyring, address: str) -> None:
    with bench(qtbot) as desk:
        assert desk.window.state.practice
        desk.open()
        desk.wait_for("This desk practises on the sample delivery")
        desk.add("local", "first")
        desk.fill({"base_url": address}, {"token": TOKEN})
        desk.press("Try it")
        desk.wait_for("It works.")
        assert desk.restarts == []
        desk.panel._restart.setInterval(10)
        desk.press("Save")
        desk.wait_for("The station now starts anew")
        desk.wait(lambda: desk.restarts == [1])
        assert not desk.settings().is_practice
        assert list(desk.window.state.lines) == ["local"]  # practice and real work never meet in one run
        assert "first.token" in {name for _, name in ring.held}


def test_a_secret_of_the_environment_cannot_be_typed_over(
    qtbot: QtBot, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATION_SECRET_FIRST_TOKEN", TOKEN)
    with bench(qtbot, f'[backends.first]\nkind = "local"\nbase_url = "{address}"\n') as desk:
        desk.open()
        desk.panel.edit("first")
        assert "Set in the environment (STATION_SECRET_FIRST_TOKEN)" in texts(desk.panel)
        assert not part(desk.panel, QLineEdit, "Token of the shared server").isEnabled()
        desk.press("Try it")
        desk.wait_for("It works.")
    assert os.environ["STATION_SECRET_FIRST_TOKEN"] not in desk.folders.settings.read_text("utf-8")


def test_it_is_all_done_by_keyboard(desk: ConnectionBench, qtbot: QtBot, address: str) -> None:
    """From F7 to a saved connection with Tab, arrows, letters and Enter alone."""
    def keys(*pressed: Qt.Key | str) -> None:
        for key in pressed:
            if isinstance(key, str):
                QTest.keyClicks(focused(), key)
            else:
                QTest.keyClick(focused(), key)

    desk.wait(lambda: focused().accessibleName() == "Add a connection")
    keys(Qt.Key.Key_Space)
    assert focused().accessibleName() == "System"
    keys("Local")
    keys(Qt.Key.Key_Tab, "by_keys", Qt.Key.Key_Tab, address, Qt.Key.Key_Tab, TOKEN)
    for _ in range(12):
        if focused().accessibleName() == "Save":
            break
        keys(Qt.Key.Key_Tab)
    keys(Qt.Key.Key_Space)
    desk.wait_for("by_keys is saved.")
    assert desk.settings().connections[-1].values == {"base_url": address}
    keys(Qt.Key.Key_Escape)
    assert desk.window.panels.open_name == ""


