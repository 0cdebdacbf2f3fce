"""A desk looks for a newer version, fetches its whole installer and opens it; nothing hostile gets that far."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from station.ui.about_doors import Step, Update
from station.updates.installer import open_file, platform_here
from tests.backends.loopback import Seen, make_certificate
from tests.updates.bench import INSTALLER, NOW, OTHER_KEY, body, desk, public, release, shelf, sign

INDEX = "/updates/index.json"


def offered(update: Update) -> bool:
    return update.step is Step.OFFERED


def has_problem(update: Update) -> bool:
    return bool(update.problem)


def test_a_newer_version_is_told_fetched_checked_and_opened(tmp_path: Path) -> None:
    with shelf() as web:
        web.put(INDEX, sign(body()))
        web.put("/updates/station.deb", INSTALLER)
        with desk(tmp_path, web.url + INDEX) as here:
            told = here.wait(offered)
            assert (told.version, told.size, told.looked_at) == ("0.2.0", len(INSTALLER), NOW)
            assert web.asked == [INDEX]  # nothing more until somebody wants it
            here.watch.open()
            here.watch.fetch()
            here.wait(lambda update: update.step is Step.FETCHED)
            assert here.opened == []
            here.watch.open()
            here.wait(lambda update: update.step is Step.OPENED)
            (path,) = here.opened
            assert (path.name, path.read_bytes()) == ("station.deb", INSTALLER)
            assert sys.platform == "win32" or path.parent.stat().st_mode & 0o777 == 0o700
        web.put(INDEX, sign(body(serial=11, releases=[])))
        with desk(tmp_path, web.url + INDEX) as later:
            later.wait(lambda update: update.looked_at is not None)
            assert not path.exists()  # what an earlier run fetched is cleared away


def test_nothing_newer_is_no_news(tmp_path: Path) -> None:
    with shelf() as web:
        web.put(INDEX, sign(body()))
        with desk(tmp_path, web.url + INDEX, current="0.2.0") as here:
            here.wait(lambda update: update.looked_at is not None)
            assert here.heard == [Update(looked_at=NOW)]


def test_authorities_of_the_computer_are_trusted_and_strangers_are_not(tmp_path: Path) -> None:
    context, authority = make_certificate(tmp_path)
    with shelf(context) as web:
        web.put(INDEX, sign(body()))
        with desk(tmp_path / "a", web.url + INDEX, ca_file=str(authority)) as here:
            here.wait(offered)
        with desk(tmp_path / "b", web.url + INDEX) as here:
            assert here.wait(has_problem).problem == "not_trusted"
        with desk(tmp_path / "c", web.url + INDEX, ca_file=str(tmp_path / "none.pem")) as here:
            assert here.wait(has_problem).problem == "not_trusted"


def test_an_index_that_was_seen_is_not_followed_by_an_older_one(tmp_path: Path) -> None:
    with shelf() as web:
        for serial, problem in ((10, ""), (9, "older"), (10, "")):
            web.put(INDEX, sign(body(serial=serial)))
            with desk(tmp_path, web.url + INDEX) as here:
                assert here.wait(lambda _any: True).problem == problem
        (tmp_path / "updates.json").write_bytes(b"\xff{")
        with desk(tmp_path, web.url + INDEX) as here:
            here.wait(offered)


@pytest.mark.parametrize(
    ("status", "data", "head", "problem"),
    [
        (404, b"", {}, "refused"),
        (500, b"", {}, "refused"),
        (200, b"<html>Sign in</html>", {}, "not_an_index"),
        (200, sign(body(), OTHER_KEY), {}, "wrong_key"),
        (200, b"x", {"Content_Length": "99999999"}, "too_large"),
        (200, b"\x1f\x8b", {"Content_Encoding": "gzip"}, "refused"),
        (302, b"", {"Location": "https://elsewhere.example/index.json"}, "elsewhere"),
        (302, b"", {"Location": "//127.0.0.1:1/"}, "elsewhere"),
        (302, b"", {"Location": "http://[::1"}, "unreachable"),
        (302, b"", {}, "elsewhere"),
        (302, b"", {"Location": INDEX}, "elsewhere"),
    ],
)
def test_what_a_web_server_may_do_is_told(
    tmp_path: Path, status: int, data: bytes, head: dict[str, str], problem: str
) -> None:
    with shelf() as web:
        web.put(INDEX, data, status, **head)
        with desk(tmp_path, web.url + INDEX) as here:
            told = here.wait(has_problem)
            assert (told.step, told.problem) == (Step.NONE, problem)


def test_another_path_of_the_same_server_is_followed(tmp_path: Path) -> None:
    with shelf() as web:
        web.put(INDEX, b"", 302, Location="/there")
        web.put("/there", sign(body()))
        with desk(tmp_path, web.url + INDEX) as here:
            here.wait(offered)


@pytest.mark.parametrize("url", ["http://example.com/i", "ftp://example.com/i", "file:///etc/passwd", "https://", "x",
                                 "https://a:b@example.com/", "https://[", "https://example.com:0/"])
def test_nothing_is_fetched_from_such_addresses(tmp_path: Path, url: str) -> None:
    with desk(tmp_path, url) as here:
        assert here.wait(has_problem).problem == "address"


def test_a_server_without_an_end_or_an_answer_is_given_up(tmp_path: Path) -> None:
    async def pour(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\n\r\n")
        while True:
            writer.write(b"x" * 100_000)
            await writer.drain()

    async def drip(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        for each in b"HTTP/1.1 200 X\r\n" + b"a: b\r\n" * 100:
            writer.write(bytes([each]))
            await writer.drain()
            await asyncio.sleep(0.05)

    for handle, problem in ((pour, "too_large"), (drip, "too_slow")):
        with shelf() as web:
            web.handle = handle
            with desk(tmp_path, web.url + INDEX, limit_s=0.5 if handle is drip else 5.0) as here:
                assert here.wait(has_problem).problem == problem


def test_nobody_there_is_told_and_the_next_look_finds_it(tmp_path: Path) -> None:
    with desk(tmp_path, "http://127.0.0.1:1/index.json") as here:
        assert here.wait(has_problem).problem == "unreachable"
    with shelf() as web:
        web.put(INDEX, b"", 503)
        with desk(tmp_path, web.url + INDEX) as here:
            here.wait(has_problem)
            web.put(INDEX, sign(body()))
            here.watch.look()
            here.wait(offered)


@pytest.mark.parametrize(
    ("told", "served", "problem"),
    [
        (release("1.0"), INSTALLER[:-1], "wrong_size"),
        (release("1.0"), INSTALLER + b"more", "wrong_size"),
        (release("1.0"), INSTALLER[:-1] + b"x", "wrong_sum"),
        (release("1.0", "station.exe"), INSTALLER, "wrong_name"),
        (release("1.0", "-rf.deb"), INSTALLER, "wrong_name"),
        (release("1.0", "http://elsewhere.example/station.deb"), INSTALLER, "address"),
        (release("1.0", "https://["), INSTALLER, "wrong_name"),
        (release("1.0", "gone.deb"), INSTALLER, "refused"),
    ],
)
def test_an_installer_that_is_not_what_was_signed_is_not_opened(
    tmp_path: Path, told: dict[str, object], served: bytes, problem: str
) -> None:
    with shelf() as web:
        web.put(INDEX, sign(body(releases=[told])))
        for name in ("station.deb", "station.exe"):
            web.put(f"/updates/{name}", served)
        with desk(tmp_path, web.url + INDEX) as here:
            here.wait(offered)
            here.watch.fetch()
            assert here.wait(has_problem).problem == problem
            here.watch.open()
        assert here.opened == []
        assert not list((tmp_path / "updates").glob("installer-*"))
        assert here.watch.update.step is Step.OFFERED


def test_a_file_that_was_exchanged_after_the_check_is_not_opened(tmp_path: Path) -> None:
    with shelf() as web:
        web.put(INDEX, sign(body()))
        web.put("/updates/station.deb", INSTALLER)
        with desk(tmp_path, web.url + INDEX) as here:
            here.wait(offered)
            here.watch.fetch()
            here.wait(lambda update: update.step is Step.FETCHED)
            (path,) = (tmp_path / "updates").glob("installer-*/station.deb")
            path.write_bytes(b"another program")
            here.watch.open()
            told = here.wait(has_problem)
            assert (told.problem, told.step, here.opened, path.exists()) == ("changed", Step.OFFERED, [], False)
            here.watch.fetch()  # it can be fetched anew
            here.wait(lambda update: update.step is Step.FETCHED and not update.problem)


def test_what_cannot_be_opened_stays_where_it_is(tmp_path: Path) -> None:
    def refuse(_path: Path) -> None:
        raise FileNotFoundError(2, "no opener")

    with shelf() as web:
        web.put(INDEX, sign(body()))
        web.put("/updates/station.deb", INSTALLER)
        with desk(tmp_path, web.url + INDEX, opener=refuse) as here:
            here.wait(offered)
            here.watch.fetch()
            here.watch.open()
            told = here.wait(has_problem)
            assert (told.problem, told.step) == ("not_opened", Step.FETCHED)


def test_stopping_does_not_wait_for_a_server_that_hangs(tmp_path: Path) -> None:
    async def hang(_seen: Seen, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    with shelf() as web:
        web.handle = hang
        with desk(tmp_path, web.url + INDEX, limit_s=60.0) as here:
            while not web.asked:
                time.sleep(0.01)
        assert here.heard == []


def test_a_key_that_is_none_is_told_before_anything_is_offered(tmp_path: Path) -> None:
    with shelf() as web:
        web.put(INDEX, sign(body()))
        with desk(tmp_path, web.url + INDEX, key="AAAA") as here:
            assert here.wait(has_problem).problem == "no_key"
        with desk(tmp_path, web.url + INDEX, key=public(OTHER_KEY)) as here:
            assert here.wait(has_problem).problem == "wrong_key"
        with desk(tmp_path, web.url + INDEX, channel="early") as here:
            assert here.wait(has_problem).problem == "other_channel"


def test_this_computer_has_a_name_in_the_index() -> None:
    assert platform_here().startswith("windows-" if sys.platform == "win32" else "linux-")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Windows opens files by itself")
def test_a_file_is_opened_by_the_desktop_without_this_programs_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1 [$LD_LIBRARY_PATH]" > {out}.new\nmv {out}.new {out}\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/frozen")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/own")
    open_file(tmp_path / "a b.deb")
    for _ in range(500):
        if out.exists():
            break
        time.sleep(0.01)
    assert out.read_text() == f"{tmp_path}/a b.deb [/own]\n"
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(FileNotFoundError):
        open_file(tmp_path / "a.deb")
