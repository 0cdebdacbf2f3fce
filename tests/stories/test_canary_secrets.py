"""Nothing that is secret is written anywhere: a whole station with five systems, in good hours and in bad ones."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from station.core.call import Verb
from station.core.item import Item
from station.core.news import ConnectionState, ConnectionTried, LineState, Refused, TargetsRead
from station.core.progress import Progress
from station.core.secret import Secret
from station.credentials import PASSPHRASE as PASSPHRASE_NAME
from station.credentials import find_credentials, variable
from station.desk import afterwards, batches, connections, history, names, rehearsals, releases
from station.folders import find_folders
from station.logs import start_logging
from station.parts import assemble
from station.reports import letters, receipt_csv, receipt_html, receipt_text, receipt_xlsx, table_csv
from station.server import dialects
from station.server.dialects.disruptive import practice as disruptive
from station.server.dialects.here import practice as here
from station.settings import read_settings
from station.settings_file import write_connection
from tests.cli.conftest import Answer, Cli, cli
from tests.desk.bench import PATIENCE_S, Bench
from tests.desk.scripted import wait_for

from . import canaries
from .canaries import Echo

__all__ = ["cli"]  # the command line in this process
KINDS = ("shop", "cake", "dt", "rooms", "yard", "person")
"""The connections: the local server, Datacake, Disruptive, the spaces cloud, and HERE twice."""
TARGETS = {"shop": "oslo-west", "yard": here.YARD, "person": here.YARD}
CODES = {"shop": "c1sample0000000000d0", "dt": "c7pract1ce0d00000600", "rooms": "pG4practU6vMf1KqE-83",
         "yard": "VRDE-5a2e0f00-0000-4000-8000-000000000002", "cake": "CNR-100003"}
"""One device of each kind for the calls whose answers repeat the request."""


@dataclass
class World:
    """The station's folders, all that was captured, and the server's echo."""

    home: Path
    echo: Echo
    call: Cli
    told: dict[str, str] = field(default_factory=dict)

    def cli(self, *argv: str, stdin: str = "") -> Answer:
        answer = self.call(*argv, stdin=stdin)
        self.told[f"{len(self.told)}: {' '.join(argv)}"] = f"{answer.out}\n{answer.err}"
        return answer

    def leaks(self) -> list[str]:
        return canaries.leaks([self.home], self.told)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Iterator[World]:
    """A station with six connections, every secret of theirs in the sealed file."""
    home, outside = tmp_path / "station", tmp_path / "outside"
    outside.mkdir()
    monkeypatch.setenv("STATION_HOME", str(home))
    monkeypatch.setenv("STATION_STATE", str(home / "state"))
    monkeypatch.setenv(PASSPHRASE_NAME, canaries.PASSPHRASE)
    with canaries.served(outside, monkeypatch) as (address, echo):
        world = World(home, echo, cli)
        _set_up(world, address, outside)
        yield world


def _set_up(world: World, address: str, outside: Path) -> None:
    """Written in one go; the way of one connection each is the command line's."""
    sets = {
        "cake": ("datacake", _keys("datacake", address), {"token": canaries.CAKE}),
        "rooms": ("xyte", _keys("xyte", address), {"api_key": canaries.API_KEY}),
        "yard": ("here", _keys("here", address), {"key": canaries.HERE_KEY, "secret": canaries.HERE_SECRET}),
        "person": ("here", _keys("here", address) | {"auth": "user", "email": here.EMAIL},
                   {"password": canaries.PASSWORD}),
        "dt": ("disruptive", _keys("disruptive", address), {}),
    }
    folders = find_folders()
    folders.make(False)
    credentials = find_credentials(folders)
    credentials.file.create(Secret(canaries.PASSPHRASE))
    for name, (kind, keys, secrets) in sets.items():
        write_connection(folders.settings, name, kind, keys)
        for secret, value in secrets.items():
            credentials.keep(name, secret, Secret(value), in_file=True)
    world.cli("connection", "set", "shop", "local", f"base_url={address}")
    assert world.cli("secret", "set", "shop", "token", "--sealed-file", stdin=f"{canaries.TOKEN}\n").status == 0
    assert world.cli("connection", "set", "shop", "local", f"token={canaries.TOKEN}").status == 2
    file = outside / "key.json"
    account = {"keyId": disruptive.KEY_ID, "secret": canaries.SERVICE, "email": disruptive.EMAIL}
    file.write_text(json.dumps({"serviceAccount": account}), "utf-8")
    assert world.cli("connection", "import", "dt", "--file", str(file), "--sealed-file").status == 0


def _keys(kind: str, address: str) -> dict[str, Any]:
    return dialects.practices()[kind].connection(address)[0]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged at any level, as a person sees it who asks for the most."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root, ours = logging.getLogger(), logging.getLogger("station")
    levels, handlers = (root.level, ours.level), list(root.handlers)
    root.addHandler(handler)
    ours.setLevel(logging.DEBUG)
    yield stream
    for each in [each for each in root.handlers if each not in handlers]:
        root.removeHandler(each)
        each.close()
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


@pytest.mark.slow
def test_what_a_script_leaves(
    world: World, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = tmp_path / "pins.csv"
    rows.write_text(f"serial,pin\nCNR-100001,{canaries.PIN}\nCNR-100002,{canaries.WRONG_PIN}\n", "utf-8")
    for name in ("dt", "person"):
        assert world.cli("connection", "try", name, "--json").status == 0, world.told
    world.cli("secret", "list", "--json")
    world.cli("check", f"SN: CNR-100001 PIN: {canaries.PIN}", "--backend", "cake", "--json")
    world.cli("check", f"CNR-100001 PIN {canaries.PIN} {canaries.PIN}", "--backend", "rooms")
    world.cli("check", "CNR-100001", "--field", f"pin={canaries.PIN}", "--backend", "cake")
    for more in (("--dry-run",), ("--no-dry-run", "--batch", "b1"), ("--no-dry-run", "--batch", "b1", "--json")):
        world.cli("claim", "--file", str(rows), "--backend", "cake", "--by", "Anna", *more)
    assert "wrong_secret" in world.told[list(world.told)[-1]]
    for suffix in ("html", "csv", "xlsx"):
        world.cli("receipt", "b1", f"--{suffix}", str(world.home / f"receipt.{suffix}"))
    world.cli("receipt", "b1", "--json")
    world.cli("release", "CNR-100001", "--backend", "cake", "--by", "Anna", "--yes")
    for name in ("token", "secret", "api_key", "key", "password"):
        for connection in KINDS:
            monkeypatch.setenv(variable(connection, name), canaries.WRONG)
    for name in KINDS:
        assert world.cli("connection", "try", name, "--json").status != 0
    world.cli("doctor", "--json")
    monkeypatch.setenv(PASSPHRASE_NAME, canaries.WRONG)
    world.cli("secret", "set", "shop", "token", "--sealed-file", stdin=f"{canaries.TOKEN}\n")
    world.told["log"] = logged.getvalue()
    assert world.leaks() == []


def test_what_a_desk_leaves(world: World, logged: io.StringIO) -> None:
    folders = find_folders()
    folders.make(False)
    start_logging(folders.logs, verbose=True)
    bench = Bench(assemble(read_settings(folders.settings), folders))
    bench.start()
    try:
        assert wait_for(lambda: all(_state(bench, name) is LineState.ONLINE for name in KINDS), 20), bench.news
        _good_hours(bench, world)
        _bad_hours(bench, world)
        _write_all(bench, world)
    finally:
        bench.stop()
    world.told["news"] = "\n".join(map(repr, bench.news))
    world.told["log"] = logged.getvalue()
    assert "CNR-100001" in (folders.logs / "station.log").read_text("utf-8")
    assert world.echo.echoed > 2 * len(KINDS)
    assert world.leaks() == []
    assert canaries.found_in("this would be found", canaries.PIN.encode())


def _state(bench: Bench, connection: str) -> LineState | None:
    told = [each.state for each in bench.news if isinstance(each, ConnectionState) and each.connection == connection]
    return told[-1] if told else None


def _do(bench: Bench, verb: Callable[..., Any], *given: Any) -> Any:
    return bench.station.desk.do(verb, *given).result(PATIENCE_S)


def _scan(bench: Bench, connection: str, *codes: str) -> Item:
    told = {each.connection: each.targets for each in bench.news if isinstance(each, TargetsRead)}
    target = next(each for each in told[connection] if each.id == TARGETS.get(connection, each.id))
    _do(bench, batches.choose, connection, target.id, target.title)
    heard = [bench.scan(code).item for code in codes][-1]
    assert heard is not None, codes
    return bench.until(lambda: row if (row := bench.rows[heard.id]).check != "checking" else None)


def _settled(bench: Bench, *rows: Item) -> None:
    waiting = (Progress.OPEN, Progress.QUEUED, Progress.SENDING)
    bench.until(lambda: all(bench.rows[row.id].progress not in waiting for row in rows) or None)


def _good_hours(bench: Bench, world: World) -> None:
    """Halves in both orders, a rehearsal, a claim with the right and with the wrong PIN, a new code, a release."""
    right = _scan(bench, "cake", "CNR-100001", canaries.PIN)
    wrong = _scan(bench, "cake", f"PIN: {canaries.WRONG_PIN}", "SN: CNR-100002")
    assert (right.identifier.missing, wrong.identifier.missing) == ((), ())
    _do(bench, names.set_pattern, "cake", "{serial} {n}")
    _do(bench, rehearsals.rehearse)
    assert bench.claim()
    _settled(bench, right, wrong)
    assert bench.rows[right.id].progress is Progress.CLAIMED
    assert bench.rows[wrong.id].progress is Progress.REFUSED
    new = {"pin": Secret(canaries.NEW_CODE)}
    assert _do(bench, afterwards.change, [right.id], Verb.OPEN_CLAIMING, {}, new, "Anna") == 1
    assert wait_for(lambda: "open_claiming_device" in _history(bench), 10)
    assert _do(bench, releases.release, [right.id], "Anna") == 1
    assert wait_for(lambda: bench.rows[right.id].progress is Progress.RELEASED, 10)
    again = _scan(bench, "cake", "SN: CNR-100001", f"PIN: {canaries.NEW_CODE}")
    assert bench.claim()
    _settled(bench, again)
    assert bench.rows[again.id].progress is Progress.CLAIMED
    _scan(bench, "cake", f"CNR-900009;{canaries.WRONG_PIN}")
    _scan(bench, "shop", f"SN:S-1;PIN:{canaries.WRONG_PIN}")


def _history(bench: Bench) -> str:
    from station.desk import table

    return " ".join(event.what for row in bench.rows for event in _do(bench, table.details, row).history)


def _bad_hours(bench: Bench, world: World) -> None:
    """Answers that repeat the request, to questions and to calls, as pages and in the vendors' own forms."""
    at_least = 0
    for status, kind in ((500, "html"), (200, "html"), (400, "json"), (401, "json"), (200, "json"), (403, "html")):
        world.echo.begin(status, kind, calls=False)
        for name in KINDS:
            _do(bench, connections.try_out, _do(bench, _backend, name))
        at_least += len(KINDS)
        assert _tried(bench, at_least), (status, kind)
        world.echo.end()
    rows = []
    for name, code in CODES.items():
        rows.append(_scan(bench, name, *([code, canaries.REMOTE_PIN] if name == "cake" else [code])))
    world.echo.begin(500, "html", calls=True)
    assert bench.claim(), bench.last(Refused)
    _settled(bench, *rows)
    world.echo.end()
    with pytest.raises(RuntimeError):  # a fault of ours that shows all that it has in its hands
        _do(bench, _break)


def _backend(work: Any, name: str) -> Any:
    return work.state.backends[name]


def _break(work: Any) -> None:
    raise RuntimeError(repr([work.item(row) for row in range(1, 8)]) + repr(work.state.backends["shop"].secrets))


def _tried(bench: Bench, at_least: int) -> bool:
    return wait_for(lambda: sum(isinstance(each, ConnectionTried) for each in bench.news) >= at_least, 20)


def _write_all(bench: Bench, world: World) -> None:
    """Receipts in every form, the table, and the letters to support."""
    def made(reader: Any) -> list[Any]:
        now = datetime.now(UTC)
        found = [history.receipt(reader, batch.id, "desk-1", now) for batch in reader.batches(100)]
        return [each for each in found if each is not None]

    folder = world.home / "receipts"
    folder.mkdir()
    for at, receipt in enumerate(bench.station.desk.read(made).result(PATIENCE_S)):
        (folder / f"{at}.html").write_text(receipt_html(receipt), "utf-8")
        (folder / f"{at}.csv").write_text(receipt_csv(receipt), "utf-8")
        (folder / f"{at}.txt").write_text(receipt_text(receipt), "utf-8")
        (folder / f"{at}.xlsx").write_bytes(receipt_xlsx(receipt))
    cases = bench.station.desk.read(history.support_cases).result(PATIENCE_S)
    assert cases
    for at, letter in enumerate(letters(cases, "desk-1", "Anna", {})):
        (folder / f"letter-{at}.txt").write_text(letter.text, "utf-8")
    (folder / "table.csv").write_text(table_csv(bench.rows.values(), datetime.now(UTC)), "utf-8")
