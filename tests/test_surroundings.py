"""What the panels are told of connections that come and go while the station runs."""

from pathlib import Path

from station.connecting.set_up import SetUp
from station.folders import Folders
from station.parts import assemble
from station.settings import read_settings
from station.settings_file import write_connection
from station.surroundings import surroundings
from station.ui.connection_doors import Done, Draft
from tests.desk.bench import Bench


def test_a_connection_that_is_set_up_later_brings_its_defaults_at_once(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "data", tmp_path, tmp_path / "state", tmp_path / "logs")
    write_connection(folders.settings, "first", "local", {"base_url": "http://127.0.0.1:9"})
    bench = Bench(assemble(read_settings(folders.settings), folders))
    bench.start()
    try:
        terms, set_up = surroundings(bench.station).terms, SetUp(bench.station)

        def app() -> str:
            return next(field.default for field in terms("yard", "here").fields if field.name == "app_id")

        assert app() == ""
        yard = Draft("yard", "here", {"base_url": "http://127.0.0.1:9", "app_id": "app-12345678"}, {})
        assert set_up.save(yard) == Done()
        assert app() == "app-12345678"
        assert set_up.take_away("yard") == Done()
        assert app() == ""
    finally:
        bench.stop()
