"""A desk's long day with its clocks sped up: a scan every two seconds, look-ups, claims, receipts, a bad network.

The desk, its database, its proxy and the bundled server on a port are the real ones, all in this process.
"""

import os
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

from station.clock import SystemClock
from station.core.news import LineState, News, Plan, Summary
from station.core.scan import Scan
from station.desk import batches, history, intake, pauses, queue_facts, rows
from station.desk.ports import Reader
from station.desk.work import Work
from station.folders import Folders
from station.parts import Station, assemble
from station.reports import receipt_csv, receipt_html
from station.server.app import build
from station.server.importing import import_file
from station.settings import ConnectionSettings, Settings
from tests.backends.worlds import on_a_port
from tests.checker.check import FAIL, check
from tests.faults import accounts
from tests.faults.door import DOMAIN, make_certificates, resolved
from tests.faults.protocols import LOCAL
from tests.faults.proxy import Proxy, running

from . import watch
from .watch import Sample
from .weather import Weather

SCAN_EVERY_S = 2.0
"""Simulated seconds."""
LIMIT_S = 1.0
"""The desk's time limits, in real seconds: shorter than the proxy's delays."""
PATIENCE_S = 60.0
NAME = "v0"
REPEATED, UNKNOWN, UNDONE = 0.02, 0.01, 0.005
"""Shares of the scans."""


Beside = Callable[[Station, Callable[[], None]], None]


class FastClock(SystemClock):
    """Both clocks, ``pace`` times as fast as the real ones from now on."""

    def __init__(self, pace: float) -> None:
        self.pace, self._begun, self._at = pace, time.monotonic(), datetime.now(UTC)

    def monotonic(self) -> float:
        return self._begun + self.elapsed()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=self.elapsed())

    def elapsed(self) -> float:
        """Simulated seconds since it was made."""
        return (time.monotonic() - self._begun) * self.pace


@dataclass(frozen=True)
class Wish:
    """What is asked for. ``sample_every`` and ``claim_every`` are counted in scans."""

    scans: int = 43_200
    pace: float = 60.0
    seed: int = 0
    sample_every: int = 300
    claim_every: int = 100
    longest_s: float = 1e9
    """Real seconds after which no more is scanned."""
    warm_up: int = 12
    """Samples that do not count yet."""


@dataclass
class Day:
    """What came of it; ``wrong`` is empty where all is as it must be."""

    scans: int = 0
    claims: int = 0
    receipts: int = 0
    exchanges: Counter[str] = field(default_factory=Counter)
    progress: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


def spend(folder: Path, wish: Wish, tell: Callable[[Sample], None] = lambda _sample: None,
          beside: Beside | None = None) -> Day:
    """Live the day and look at what came of it. ``beside`` runs the person's work where a window takes this thread."""
    day, begun = Day(), time.monotonic()
    with _opened(folder, wish) as (station, proxy, weather, clock):
        person = Person(station, proxy, weather, clock, wish, day, tell)

        def work() -> None:
            try:
                person.work()
            except Exception as error:
                day.wrong.append(f"the day ended early: {type(error).__name__}: {error}")

        beside(station, work) if beside else work()
    account = accounts.compare(LOCAL, folder / "data" / "desk.db", folder / "server.db")
    day.progress = account.progress
    day.wrong += account.wrong
    day.wrong += [str(each) for each in check(folder / "data" / "desk.db", folder / "server.db")
                  if each.verdict == FAIL]
    day.wrong += watch.judge(day.samples, wish.warm_up)
    day.exchanges = Counter({str(fault): count for fault, count in weather.counts.items()})
    day.seconds = time.monotonic() - begun
    return day


@contextmanager
def _opened(folder: Path, wish: Wish) -> Iterator[tuple[Station, Proxy, Weather, FastClock]]:
    url = f"sqlite:///{(folder / 'server.db').as_posix()}"
    certificates = make_certificates(folder)
    clock = FastClock(wish.pace)
    weather = Weather(LOCAL, random.Random(f"{wish.seed} weather"), clock.elapsed)
    with ExitStack() as stack:
        app = build(url, clock=clock.now, practice=True, token="practice-token")
        address = stack.enter_context(on_a_port(app))
        _wait_for_practice(folder / "server.db")  # a long import would be in the way of what it fills in
        delivery = folder / "delivery.csv"
        delivery.write_text(LOCAL.delivery(wish.scans), encoding="utf-8")
        imported = import_file(url, delivery, clock.now())
        assert imported.stored, imported.bad
        upstream = int(address.rpartition(":")[2])
        proxy = Proxy(
            upstream, certificates, plan=weather, keeps=lambda _host: True, words=dict(LOCAL.words), lists=LOCAL.lists
        )
        stack.enter_context(running(proxy))
        stack.enter_context(resolved(weather.knock))
        authority = str(certificates.authority)
        values, secrets = LOCAL.connection(f"https://{NAME}.{DOMAIN}:{proxy.port}")
        environment = {"NO_PROXY": DOMAIN, "no_proxy": DOMAIN, "SSL_CERT_FILE": authority}
        environment |= {f"STATION_SECRET_{NAME}_{what}".upper(): text for what, text in secrets.items()}
        stack.enter_context(patch.dict(os.environ, environment))
        limits: dict[str, object] = {"claim_timeout_s": LIMIT_S, "look_up_timeout_s": LIMIT_S, "ca_file": authority,
                                     "target": LOCAL.target}
        connection = ConnectionSettings(NAME, "local", {**values, **limits})
        folders = Folders(folder / "data", folder, folder / "state", folder / "logs")
        station = assemble(Settings(connections=(connection,)), folders, clock=clock)
        clock.__init__(wish.pace)  # type: ignore[misc]  # the day begins now
        stack.callback(station.stop, 5)
        yield station, proxy, weather, clock


def _wait_for_practice(server: Path) -> None:
    """On a busy computer the server takes longer than a short test may wait for it."""
    for _ in range(5):
        with suppress(LookupError):
            LOCAL.wait_for_practice(server)
            return
    raise LookupError("the server is not ready for practice")


class Person:
    """Scans, claims, undoes, keeps receipts, and resumes what was paused."""

    def __init__(
        self, station: Station, proxy: Proxy, weather: Weather, clock: FastClock, wish: Wish, day: Day,
        tell: Callable[[Sample], None],
    ) -> None:
        self.station, self.proxy, self.weather, self.clock = station, proxy, weather, clock
        self.wish, self.day, self.tell = wish, day, tell
        self._chance = random.Random(f"{wish.seed} person")
        self._plan: Plan | None = None
        self._sums: deque[str] = deque()
        self._next = 0
        station.desk.listen(self._hear)

    def _hear(self, news: News) -> None:
        if isinstance(news, Plan):
            self._plan = news
        elif isinstance(news, Summary) and news.settled:
            self._sums.append(news.batch.id)

    def work(self) -> None:
        """The whole day, then what is left of it on a good network."""
        if not self.station.desk.thread.is_alive():
            self.station.start()
            self.station.open_services()
        self._do(batches.choose, NAME, LOCAL.target, "Oslo-West")
        begun, end = self.clock.elapsed(), time.monotonic() + self.wish.longest_s
        for number in range(1, self.wish.scans + 1):
            if time.monotonic() > end:
                break
            late = begun + number * SCAN_EVERY_S - self.clock.elapsed()
            if late > 0:
                time.sleep(late / self.clock.pace)
            self._scan()
            if self._chance.random() < UNDONE:
                self._do(rows.undo, "Anna")
            if number % self.wish.claim_every == 0:
                self._claim()
            if number % self.wish.sample_every == 0:
                self._look(number)
        self.weather.on = False
        self._finish()

    def _do(self, verb: Callable[..., object], *args: object) -> object:
        return self.station.desk.do(verb, *args).result(PATIENCE_S)

    def _scan(self) -> None:
        draw, text = self._chance.random(), f"dev-{self._next}"
        if draw < REPEATED and self._next:
            text = f"dev-{self._chance.randrange(self._next)}"
        elif draw < REPEATED + UNKNOWN:
            text = f"zz-{self._next}-nobody-knows"
        else:
            self._next += 1
        self._do(intake.keep, Scan(text.encode(), "practice", self.clock.now()))
        self.day.scans += 1

    def _claim(self) -> bool:
        """What is on the screen; where it has changed meanwhile, once more."""
        for _ in range(20):
            self._do(batches.plan)
            plan = self._plan
            if plan is None or not plan.counts.ready:
                return False
            if self._do(batches.claim, [(batch.id, batch.revision) for batch in plan.batches], "Anna"):
                self.day.claims += 1
                return True
        return False

    def _look(self, number: int) -> None:
        self._see_to_pauses()
        self._keep_receipts()
        standing = self.station.desk.do(queue_facts.stand).result(PATIENCE_S)
        self.station.desk.read(lambda reader: queue_facts.read(reader, standing)).result(PATIENCE_S)
        self.proxy.exchanges.clear()
        sample = watch.look(self.station, self.clock.elapsed() / 3600, number)
        self.day.samples.append(sample)
        self.tell(sample)

    def _keep_receipts(self) -> None:
        while self._sums:
            wanted = partial(history.receipt, batch_id=self._sums.popleft(), desk="desk", now=self.clock.now())
            receipt = self.station.desk.read(wanted).result(PATIENCE_S)
            assert receipt is not None
            assert receipt_html(receipt)
            assert receipt_csv(receipt)
            self.day.receipts += 1

    def _see_to_pauses(self) -> None:
        paused = self.station.desk.read(_paused).result(PATIENCE_S)
        if paused or self._do(_is_paused, NAME):
            self._do(pauses.resume, NAME)

    def _finish(self) -> None:
        """Claim what came back to open, and wait until nothing waits."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            self._see_to_pauses()
            self._do(batches.plan)
            counts = self._plan.counts if self._plan else None
            if counts is not None and counts.ready and not counts.checking:
                self._claim()
            elif counts is not None and not (counts.queued or counts.sending or counts.unknown or counts.checking):
                break
            time.sleep(0.05)
        self._keep_receipts()


def _paused(reader: Reader) -> bool:
    return any(batch.paused for batch in reader.waiting_batches())


def _is_paused(work: Work, connection: str) -> bool:
    return work.state.line(connection).state is LineState.PAUSED
