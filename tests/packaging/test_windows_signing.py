"""What is signed for Windows, by which tool, and what happens where it refuses."""

import os
import shutil
from pathlib import Path, PurePosixPath
from types import ModuleType

import pytest

from tests.packaging.recipes import ROOT, recipes

TOOL = """#!/bin/sh
# Stands for the signing tool: notes what it is asked to sign, and passes it on.
case " $* " in *refused.pfx*) echo "no such certificate" >&2; exit 1 ;; esac
while [ $# -gt 0 ]; do
    case $1 in -in) from=$2 ;; -out) to=$2 ;; esac
    shift
done
cp "$from" "$to" && cp "$from" "$(dirname "$0")/signed.exe"
"""


def test_either_tool_signs_and_no_password_stands_in_the_command_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "geheim")
    with recipes(".", "windows.signing") as (signing,):
        ours = signing.Signature("osslsigncode", Path("c.pfx"), "")
        words = signing.command(ours, Path("a.exe"), Path("a.signed"))
        assert "geheim" not in words, "it goes by standard input"
        assert words[-4:] == ["-in", "a.exe", "-out", "a.signed"]
        theirs = signing.Signature(r"C:\kits\signtool.exe", Path("c.pfx"), "http://stamp.example")
        words = signing.command(theirs, Path("a.exe"), Path("a.signed"))
        assert words[-1] == "a.exe"
        assert "http://stamp.example" in words
        assert signing.sign(signing.Signature("none", None, ""), Path("not there")) is None


def test_without_a_certificate_nothing_is_asked_of_nsis() -> None:
    with recipes(".", "windows.signing") as (signing,):
        assert signing.uninstaller_line(signing.Signature("none", None, "")) == ""
        for odd in ("it's.pfx", "$HOME.pfx", "50%.pfx", 'a"b.pfx'):
            with pytest.raises(signing.BuildError, match="quote"):
                signing.uninstaller_line(signing.Signature("tool", Path(odd), ""))


def compile_with(nsis: ModuleType, signing: ModuleType, work: Path, certificate: str) -> None:
    """An installer of one file, with a certificate of that name."""
    tool = work / "tool.sh"
    tool.write_text(TOOL, "utf-8")
    tool.chmod(0o755)
    (work / "tree").mkdir(exist_ok=True)
    (work / "tree" / "a.txt").write_text("a", "utf-8")
    (work / "icon.ico").write_bytes(_icon())
    signature = signing.Signature(str(tool), work / certificate, "")
    signs = signing.uninstaller_line(signature)
    files = [PurePosixPath("a.txt")]
    text = nsis.render(
        work / "tree", files, work / "station-1.0.exe", work / "icon.ico", "1.0", 1000, ["en"], True, signs
    )
    nsis.compile_script(text, work, 1_700_000_000)


def _icon() -> bytes:
    with recipes(".", "windows.launcher") as (launcher,):
        return bytes(launcher.icon(ROOT / "resources" / "icons" / "app.png"))


@pytest.mark.skipif(os.name == "nt" or shutil.which("makensis") is None, reason="NSIS is not here, or no sh")
def test_the_uninstaller_is_signed_before_it_is_packed(tmp_path: Path) -> None:
    with recipes(".", "windows.nsis", "windows.signing") as (nsis, signing):
        compile_with(nsis, signing, tmp_path, "good one.pfx")
        assert (tmp_path / "signed.exe").read_bytes()[:2] == b"MZ"
        assert (tmp_path / "station-1.0.exe").stat().st_size > (tmp_path / "signed.exe").stat().st_size


@pytest.mark.skipif(os.name == "nt" or shutil.which("makensis") is None, reason="NSIS is not here, or no sh")
def test_an_uninstaller_that_cannot_be_signed_stops_the_build(tmp_path: Path) -> None:
    with recipes(".", "windows.nsis", "windows.signing") as (nsis, signing):
        with pytest.raises(nsis.BuildError, match="no such certificate"):
            compile_with(nsis, signing, tmp_path, "refused.pfx")
        assert not (tmp_path / "station-1.0.exe").exists()
