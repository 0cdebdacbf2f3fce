"""One whole working day on a disk that may refuse: scan, look up, claim, receipt, settings and secrets saved, leave.

The operator does what a person does: what is refused is tried once more, what stays refused is left for later.
"""

import hashlib
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Row, connect
from typing import TypeVar

from station import secret_file, settings_file
from station.commands import receipts
from station.commands.answers import Stop
from station.core.news import ConnectionState, LineState, News, Ready, Trouble
from station.core.receipt import Receipt
from station.core.secret import Secret
from station.desk import history
from station.parts import assemble
from station.reports import receipt_csv, receipt_html
from station.settings import ScannerSettings, SettingsError, read_settings
from tests.desk.bench import Bench

from . import operator as job

T = TypeVar("T")
SCANNER = ScannerSettings("door", "keyboard", title="Scanner at the door")
PASSPHRASE, SECRET, SECRET_NAME = Secret("a long passphrase"), Secret("kept-token-1"), "oslo.token"
CHEAP = {"time_cost": 1, "memory_kib": 64, "lanes": 1}
RECEIPTS: dict[str, Callable[..., str]] = {"csv": receipt_csv, "html": receipt_html}
PATIENCE_S = 20.0
CLEAR = frozenset({"disk_full", "disk_error", "read_only", "no_access", "locked", "store_closed"})
"""What a station may say of a disk that refuses."""
UNKNOWN = "line unknown"
"""A call has no clear answer: the row says so, and when it is asked after."""


@dataclass
class Day:
    """One operator's day. Says each thing that is sure, as a line. Who was told of no trouble waits for ``PATIENCE_S``,
    who was told of one for ``hurry_s`` from then on."""

    home: Path
    report: job.Report
    hurry_s: float
    told_at: float = 0.0

    def work(self) -> None:
        bench = self._open()
        if bench is None:
            return
        try:
            self._scan(bench)
            self._claim(bench)
            self._receipts(bench)
            self._save()
        finally:
            bench.stop()
        self.report("left")

    def _open(self) -> Bench | None:
        """A disk that refuses the folder itself is said before there is a station."""
        folders = job.folders(self.home)
        try:
            bench = Bench(assemble(read_settings(folders.settings), folders))
        except (OSError, SettingsError) as error:
            self.report(f"refused start no_access {error}")
            return None
        bench.station.desk.listen(self._hear)
        bench.start()
        return bench

    def _hear(self, news: News) -> None:
        """The news that say that something does not work, and when the first of them came."""
        if isinstance(news, Trouble):
            self._tell(f"trouble {news.code} {news.where} {news.detail}")
        elif isinstance(news, ConnectionState) and news.state in (LineState.OFFLINE, LineState.PAUSED):
            self._tell(f"line {news.cause} {news.detail}")
        elif isinstance(news, Ready):
            self.report("ready")

    def _tell(self, line: str) -> None:
        self.told_at = self.told_at or time.monotonic()
        self.report(line)

    def _try(self, step: str, doing: Callable[[], T], times: int = 1) -> T | None:
        """None where it was refused, which is said with its code; anything that is no refusal is unclear."""
        for _ in range(times):
            try:
                return doing()
            except Exception as error:
                code = str(getattr(error, "problem", ""))
                if isinstance(error, (Stop, SettingsError)) or str(error) == "the database is not open":
                    code = "no_access"
                word = "refused" if code in CLEAR else "unclear"
                self._tell(f"{word} {step} {code} {type(error).__name__} {error}")
        return None

    def _scan(self, bench: Bench) -> None:
        chosen = self._choose(bench)
        for text in job.DELIVERY:
            heard = self._try("scan", lambda text=text: bench.scan(text), 2)  # type: ignore[misc]
            if heard is not None:
                self.report(f"kept {heard.shown}")
            chosen = chosen or self._choose(bench)

    def _choose(self, bench: Bench) -> bool:
        """A target, without which nothing can be claimed."""

        def choosing() -> bool:
            bench.choose()
            return True

        return bool(self._try("choose", choosing))

    def _claim(self, bench: Bench) -> None:
        """Claim what can be claimed until all is settled, or as long as the operator's patience lasts.

        Looks less often after a while: a desk that is asked all the time is never idle, and does some things then only.
        """
        begun, plan, asking = time.monotonic(), None, False
        while not self._out_of_patience(begun):
            plan = self._try("plan", bench.plan)
            counts = plan.counts if plan is not None else None
            if counts is None or counts.checking or counts.unchecked:
                pass
            elif counts.ready:
                self.report("claiming")
                self._try("claim", bench.claim)
            elif job.settled(bench):
                self.report("settled")
                return
            elif counts.unknown and not asking:
                asking = True
                self._tell(UNKNOWN)
            time.sleep(0.02 if time.monotonic() - begun < 2 else 0.6)
        self.report(f"out of patience after {time.monotonic() - begun:.0f} s, {plan and plan.counts}")

    def _out_of_patience(self, begun: float) -> bool:
        now = time.monotonic()
        return now > begun + PATIENCE_S or (self.told_at > 0 and now > max(begun, self.told_at) + self.hurry_s)

    def _receipts(self, bench: Bench) -> None:
        batch = next((row.batch for row in bench.rows.values()), "")
        if not batch:
            return
        found = self._try(
            "history",
            bench.station.desk.read(lambda reader: history.receipt(reader, batch, "desk-1", datetime.now(UTC))).result,
        )
        if found is None:
            return
        for kind, text in RECEIPTS.items():
            path = self.home / "receipts" / f"receipt.{kind}"
            told = hashlib.sha256(text(found).encode()).hexdigest()
            if self._try("receipt", lambda kind=kind, path=path: self._write(found, kind, path), 2):  # type: ignore[misc]
                self.report(f"saved receipt {kind} {told}")

    def _write(self, found: Receipt, kind: str, path: Path) -> bool:
        receipts.write(found, kind, path)
        return True

    def _save(self) -> None:
        folders = job.folders(self.home)

        def settings() -> bool:
            settings_file.write_scanner(folders.settings, SCANNER)
            return True

        def secrets() -> bool:
            sealed = secret_file.SecretFile(folders.secrets, CHEAP)
            if sealed.state() is secret_file.FileState.MISSING:
                sealed.create(PASSPHRASE)
            else:
                sealed.unlock(PASSPHRASE)
            sealed.put(SECRET_NAME, SECRET)
            return True

        for name, doing in (("settings", settings), ("secret", secrets)):
            if self._try(name, doing, 2):
                self.report(f"saved {name}")


def made_up(home: Path, said: list[str]) -> list[str]:
    """What was said to be saved and is not there, or is there in part."""
    folders, wrong = job.folders(home), []
    for kind, told in (line.split()[2:] for line in said if line.startswith("saved receipt ")):
        if hashlib.sha256((home / "receipts" / f"receipt.{kind}").read_bytes()).hexdigest() != told:
            wrong.append(f"the receipt as {kind} is not what was said to be written")
    try:
        there = SCANNER in read_settings(folders.settings).scanners
        if "saved settings" in said and not there:
            wrong.append("settings were said to be saved")
    except SettingsError as error:
        wrong.append(f"settings: {error}")
    sealed = secret_file.SecretFile(folders.secrets)
    if sealed.state() is not secret_file.FileState.MISSING:
        try:
            sealed.unlock(PASSPHRASE)
            if "saved secret" in said and sealed.get(SECRET_NAME) != SECRET:
                wrong.append("a secret was said to be saved")
        except secret_file.SecretFileError as error:
            wrong.append(f"secrets: {error}")
    elif "saved secret" in said:
        wrong.append("the secret file is gone")
    return wrong


def damaged(home: Path) -> list[str]:
    """What SQLite itself says of the two databases, beside what the station may say."""
    found = []
    for name in ("desk.db", "server.db"):
        path = job.folders(home).databases(True) / name
        with closing(connect(path)) as database:
            database.row_factory = Row
            told = [row[0] for row in database.execute("PRAGMA integrity_check")]
            found += [f"{name}: {text}" for text in told if text != "ok"]
    return found
