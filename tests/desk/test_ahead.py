"""What is fetched ahead of a delivery is known where there is no network, the devices of its kits one by one, too."""

from station.core.errors import Cause, NotSentError
from station.core.finding import ClaimStatus
from station.core.item import Check, Item
from station.core.news import FetchedAhead, Refused
from station.desk import ahead, pauses
from station.desk.work import Work
from station.labels import read

from .bench import PATIENCE_S, Bench
from .conftest import Open
from .scripted import Script, wait_for
from .test_queue import DOWN, KIT, SINGLE, do

UNKNOWN = "zz-unknown-zz"


def fetch(bench: Bench, *texts: str) -> None:
    assert do(bench, ahead.begin, "delivery.csv")
    assert do(bench, ahead.add, [read(each) for each in texts], 1)
    bench.station.desk.do(ahead.add, [], last=True).result(PATIENCE_S)


def last(bench: Bench) -> FetchedAhead:
    told = [each for each in bench.news if isinstance(each, FetchedAhead)]
    return told[-1] if told else FetchedAhead("")


def done(bench: Bench) -> FetchedAhead:
    assert wait_for(lambda: last(bench).done), last(bench)
    return last(bench)


def kept(bench: Bench, item: Item) -> Item:
    """A row as it is on disk."""
    row = bench.station.desk.read(lambda reader: reader.item(item.id)).result(PATIENCE_S)
    assert row is not None
    return row


def test_kits_devices_and_what_nobody_knows_are_told_of_and_known_offline(opened: Open) -> None:
    bench = opened()
    bench.choose()
    fetch(bench, KIT, KIT, UNKNOWN, "https://example.com/no-device")
    told = done(bench)
    assert (told.name, told.total, told.known, told.not_found, told.bad) == ("delivery.csv", 2, 1, 1, 2)
    assert told.devices > 1
    found = bench.station.desk.do(ahead.found).result(PATIENCE_S)
    assert [text for text, _ in found] == [UNKNOWN, KIT]  # what is no good comes first
    kit = found[1][1]
    assert kit is not None
    assert not bench.rows  # nothing came onto the table
    do(bench, pauses.pause, "local")
    item = bench.scan(KIT).item
    assert item is not None
    row = kept(bench, item)
    assert (row.claim_status, row.check, row.looked_up_at) == (ClaimStatus.UNCLAIMED, Check.OFFLINE, kit.at)
    number, oldest, newest = bench.station.desk.read(lambda reader: reader.findings_kept("local")).result(PATIENCE_S)
    assert number == 2 + len(kit.devices)
    assert (oldest is None, newest is None) == (False, False)


def test_a_single_device_of_a_kit_is_known_without_the_kit(opened: Open) -> None:
    bench = opened()
    bench.choose()
    fetch(bench, KIT)
    done(bench)
    kit = bench.station.desk.do(ahead.found).result(PATIENCE_S)[0][1]
    assert kit is not None
    do(bench, pauses.pause, "local")
    item = bench.scan(kit.devices[0].device_id).item
    assert item is not None
    row = kept(bench, item)
    assert (row.claim_status, row.what, row.check) == (ClaimStatus.UNCLAIMED, "device", Check.OFFLINE)


def test_without_a_network_it_waits_says_why_and_goes_on(opened: Open, script: Script) -> None:
    bench = opened()
    bench.choose()
    script.down = DOWN
    fetch(bench, KIT, SINGLE)
    assert wait_for(lambda: last(bench).problem == Cause.CONNECT), last(bench)
    assert not last(bench).done
    script.down = None
    do(bench, pauses.try_now)
    told = done(bench)
    assert (told.known, told.problem) == (2, "")


def test_a_pause_that_the_vendor_asks_for_is_kept(opened: Open, script: Script) -> None:
    bench = opened()
    bench.choose()
    script.down = NotSentError(Cause.RATE_LIMIT, "slow", status=429, retry_after=600.0)
    fetch(bench, SINGLE)
    assert wait_for(lambda: last(bench).problem == Cause.RATE_LIMIT), last(bench)
    reads = script.reads
    script.down = None
    assert not last(bench).done
    assert script.reads == reads


def test_it_can_be_stopped_and_what_is_known_stays(opened: Open, script: Script) -> None:
    bench = opened()
    bench.choose()
    fetch(bench, SINGLE)
    done(bench)
    script.down = DOWN
    assert do(bench, ahead.begin, "again")
    assert do(bench, ahead.add, [read(KIT)])
    do(bench, ahead.stop)
    assert done(bench).known == 0
    assert not do(bench, ahead.add, [read(SINGLE)])
    assert bench.station.desk.read(lambda reader: reader.findings_kept("local")).result(PATIENCE_S)[0] == 1


def nobody(work: Work) -> None:
    work.state.chosen = "nobody"


def test_with_no_connection_that_can_be_asked_it_is_refused(opened: Open) -> None:
    bench = opened()
    do(bench, nobody)
    assert not do(bench, ahead.begin, "delivery")
    assert wait_for(lambda: any(isinstance(each, Refused) and each.wish == "fetch_ahead" for each in bench.news))
