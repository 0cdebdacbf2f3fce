"""The recipes for Linux: manual, completion, menu entry and the package's own notes are true to the program."""

import configparser
import gzip
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.packaging.recipes import ROOT, recipes

FILES = ROOT / "packaging" / "linux" / "files"
WHEN = datetime(2026, 1, 2, tzinfo=UTC)


def test_the_command_line_is_read_whole() -> None:
    with recipes("linux", "commands") as (commands,):
        top = commands.read()
        typed = {" ".join(command.words): command for command in top.all()}
        assert {"", "claim", "queue decide", "registry target add", "secret set", "serve"} <= set(typed)
        claim = {option.names[0]: option for option in typed["claim"].options}
        assert claim["--dry-run"].names == ("--dry-run", "--no-dry-run")
        assert (claim["--dry-run"].default, claim["--wait"].default, claim["--by"].default) == ("--dry-run", "120", "")
        assert claim["--file"].is_file
        assert not claim["--target"].is_file
        assert typed["decode"].arguments[0].is_file
        assert "--try-window" not in {name for option in typed["doctor"].options for name in option.names}


def test_the_manual_names_each_command_and_is_right_roff() -> None:
    with recipes("linux", "commands", "manual") as (commands, manual):
        page = manual.page("1.0~rc1", WHEN)
        for command in commands.read().all():
            assert manual._text(" ".join(command.words)) in page
            for option in command.options:
                assert all(f"\\fB{manual._text(name)}\\fR" in page for name in option.names)
        assert manual._text(".a - b\\c") == "\\&.a \\- b\\ec"
    if shutil.which("groff"):
        told = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=page, text=True, capture_output=True,
                              check=True)
        assert told.stderr == ""


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.parametrize(("typed", "offered"), [
    ("station queue re", ["retry", "resume"]),
    ("station registry target a", ["add"]),
    ("station claim --dr", ["--dry-run"]),
    ("station --self", ["--self-test"]),
    ("station claim --target o", []),
    ("station decode kit.p", ["kit.png"]),
    ("station kit.p", ["kit.png"]),
    ("station claim --file kit.p", ["kit.png"]),
])
def test_a_tab_offers_what_comes_next(typed: str, offered: list[str], tmp_path: Path) -> None:
    (tmp_path / "kit.png").touch()
    with recipes("linux", "commands", "completion") as (commands, completion):
        (tmp_path / "station.bash").write_text(completion.bash(commands.read()), encoding="utf-8")
    script = f"""
        . ./station.bash
        COMP_WORDS=({typed}) COMP_CWORD={len(typed.split()) - 1}
        _station
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, text=True, capture_output=True, check=True)
    assert done.stdout.split() == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_take_their_completion(shell: str, tmp_path: Path) -> None:
    with recipes("linux", "commands", "completion") as (commands, completion):
        top = commands.read()
        script = getattr(completion, shell)(top)
        assert all(command.name in script for command in top.all())
    if shutil.which(shell):
        (tmp_path / "script").write_text(script, encoding="utf-8")
        done = subprocess.run([shell, "-n", "script"], cwd=tmp_path, text=True, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_menu_entry_opens_what_the_program_reads() -> None:
    entry = configparser.RawConfigParser(delimiters="=")
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(FILES / "claiming-station.desktop", encoding="utf-8")
    told = dict(entry["Desktop Entry"])
    assert told["Exec"] == "station %F"
    assert {"image/png", "image/jpeg", "text/csv", "application/pdf"} <= set(told["MimeType"].split(";"))
    app = (ROOT / "station" / "app.py").read_text(encoding="utf-8")
    assert f'setDesktopFileName("{told["Icon"]}")' in app
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", FILES / "claiming-station.desktop"], check=True)


def test_what_software_centres_show_has_the_version() -> None:
    with recipes("linux", "tree") as (tree,):
        shown = ElementTree.fromstring(tree.metainfo("1.2.3", WHEN))  # noqa: S314 - our own file
    release = shown.find("releases/release")
    assert release is not None
    assert release.attrib == {"version": "1.2.3", "date": "2026-01-02"}
    assert [each.text for each in shown.iter("launchable")] == ["claiming-station.desktop"]


def test_the_packages_notes() -> None:
    with recipes("linux", "deb", "tree") as (deb, tree):
        notes = deb.control("1.0~rc1", 1234, ["libc6 (>= 2.36)", "libzbar0"])
        fields = dict(line.split(": ", 1) for line in notes.splitlines() if not line.startswith(" "))
        assert fields["Depends"] == "libc6 (>= 2.36), libzbar0"
        assert (fields["Version"], fields["Installed-Size"], fields["Architecture"]) == ("1.0~rc1", "1234", "amd64")
        assert all(line.strip() and len(line) <= 80 for line in notes.splitlines() if line.startswith(" "))
        for bad in ("", "rc1", "1.0 beta", "1.0\nDepends: x"):
            with pytest.raises(ValueError, match="version"):
                deb.control(bad, 1, [])
        changes = tree.changelog("1.0", WHEN)
        assert changes.startswith("claiming-station (1.0) stable; urgency=medium\n")
        assert changes.rstrip().endswith("Fri, 02 Jan 2026 00:00:00 +0000")


def test_two_trees_of_one_program_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    program = tmp_path / "program"
    (program / "_internal").mkdir(parents=True)
    (program / "station").write_text("#!/bin/sh\n")
    (program / "station").chmod(0o700)
    (program / "_internal" / "libx.so.1").write_bytes(b"x")
    (program / "_internal" / "libx.so").symlink_to("libx.so.1")
    (program / "_internal/resources/licences").mkdir(parents=True)
    (program / "_internal/resources/licences/sbom.cdx.json").touch()
    with recipes("linux", "deb", "tree") as (deb, tree):
        for name in ("one", "other"):
            tree.lay_out(tmp_path / name, program, "1.0")
        one, other = (deb.sums(tmp_path / name) for name in ("one", "other"))
    assert one == other
    for path in sorted((tmp_path / "one").rglob("*")):
        assert path.lstat().st_mtime == 1700000000
        assert path.is_symlink() or path.stat().st_mode & 0o777 in (0o755, 0o644)
    home = tmp_path / "one" / "usr/lib/claiming-station"
    assert (tmp_path / "one/usr/bin/station").resolve() == home / "station"
    assert (tmp_path / "one/usr/share/doc/claiming-station/licences").resolve() == home / "_internal/resources/licences"
    assert (home / "station").stat().st_mode & 0o777 == 0o755
    assert (home / "_internal/libx.so.1").stat().st_mode & 0o777 == 0o644
    manual = (tmp_path / "one/usr/share/man/man1/station.1.gz").read_bytes()
    assert gzip.decompress(manual).startswith(b".TH STATION 1")


def test_the_recipe_for_rpm_lists_each_file(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.mkdir()
    (program / "station").touch()
    (program / "libqt++.so.6").touch()
    with recipes("linux", "rpm", "tree") as (rpm, tree):
        tree.lay_out(tmp_path / "root", program, "1.0-2")
        rpm._rearrange(tmp_path / "root")
        recipe = rpm.spec("1.0-2", tmp_path / "root", "xz")
    assert "Version: 1.0~2\n" in recipe
    assert "\n/usr/lib/claiming-station\n" in recipe
    assert "/usr/share/zsh/site-functions/_station" in recipe
    assert "lintian" not in recipe
    assert r"libqt\\+\\+\\.so\\.6" in recipe


def test_self_tests_are_compared_by_name(tmp_path: Path) -> None:
    line = '{{"step": "backends", "ok": {ok}, "names": [{names}]}}\n'
    source, installed = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    source.write_text(line.format(ok="true", names='"here", "local"') + '{"step": "x", "ok": true, "names": []}\n')
    installed.write_text(line.format(ok="true", names='"local", "new"'))
    with recipes("linux", "compare") as (compare,):
        assert compare.missing(source, source) == []
        assert compare.missing(source, installed) == [
            "no step x", "backends: here is missing", "backends: new is not in the source tree",
        ]
        installed.write_text(line.format(ok="false", names=""))
        with pytest.raises(SystemExit, match="backends"):
            compare.missing(source, installed)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can be somebody else")
def test_where_nothing_can_be_checked_it_is_said() -> None:
    check = ROOT / "packaging" / "linux" / "check.sh"
    done = subprocess.run(["sh", check], user="nobody", cwd="/", text=True, capture_output=True, check=False)
    if "denied" in done.stderr:
        pytest.skip("this tree is its owner's alone")
    assert (done.returncode, done.stdout) == (0, "check: SKIPPED: a clean system can be made by root only\n")


def test_the_scripts_are_right_shell() -> None:
    for path in sorted((ROOT / "packaging" / "linux").rglob("*")):
        if path.is_file() and path.read_bytes().startswith(b"#!/bin/sh"):
            subprocess.run(["sh", "-n", path], check=True)
