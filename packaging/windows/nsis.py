"""Renders the installer's script from the staged tree, each file by name, and lets NSIS compile it."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from .launcher import BuildError, numbers

SCRIPT = Path(__file__).with_name("station.nsi")
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".pdf")
LISTS = (".csv", ".tsv", ".xlsx")
"""What is offered under "Open with". Not .txt and .json: too many of those have nothing to do with devices."""

COMPRESSORS = {
    False: "SetCompressor /SOLID lzma\nSetCompressorDictSize 64",
    True: "SetCompress off",  # for a try: four times the size, a hundredth of the time
}

NAMES = {"en": "English"}
"""A language of the station -> what NSIS calls it."""
SENTENCES = {
    "en": {
        "RUNS_ALREADY": "The Claiming Station is running. Finish what you are doing, close its window, then try again."
        " Nothing was changed.",
        "WRONG_WINDOWS": "The Claiming Station needs 64-bit Windows 10 or newer. Nothing was installed.",
        "NO_SUCH_FILE": "There is no file $R1. Check the name behind /SETTINGS or /CA, then start the set-up again."
        " Nothing was installed.",
        "NOT_WRITTEN": "Some files could not be written to $INSTDIR. Make room on the disk or choose another folder,"
        " then start the set-up again. Your data was not touched.",
        "NOT_PROVIDED": "The station is installed, but the settings or authorities that came with it were refused:"
        "$\\r$\\n$\\r$\\n$1$\\r$\\n$\\r$\\nMend the file, then start the set-up again.",
        "REMOVE_DATA": "Remove the station's data too? That is every batch, receipt, setting and log of this account,"
        " and what still waits to be claimed. It cannot be brought back.$\\r$\\n$\\r$\\nNo keeps it for a later"
        " installation.",
        "PICTURE": "Picture with labels",
        "LIST": "List of devices",
    },
}


def languages(wanted: Iterable[str]) -> str:
    """The language lines: those of the station's languages that the installer has sentences for; English is first."""
    lines = []
    for code in ["en", *sorted(set(wanted) - {"en"})]:
        if code not in SENTENCES:
            continue
        lines.append(f'!insertmacro MUI_LANGUAGE "{NAMES[code]}"')
        for key, sentence in SENTENCES[code].items():
            lines.append(f'LangString {key} ${{LANG_{NAMES[code].upper()}}} "{sentence}"')
    return "\n".join(lines)


def _windows(path: PurePosixPath) -> str:
    return "" if path == PurePosixPath(".") else "\\" + str(path).replace("/", "\\")


def _quoted(text: str) -> str:
    if set(text) & set('"$\n\r'):
        raise BuildError(f"a file's name would break the installer's script: {text!r}")
    return f'"{text}"'


def file_lines(tree: Path, files: list[PurePosixPath]) -> list[str]:
    """Lines that install each file; ``files`` are relative to the tree, in order."""
    lines, folder = [], None
    for file in files:
        if file.parent != folder:
            folder = file.parent
            lines.append(f'  SetOutPath "$INSTDIR{_windows(folder)}"')
        lines.append(f"  File {_quoted(str(tree / file))}")
    return lines


def removal_lines(files: list[PurePosixPath]) -> list[str]:
    """Lines that remove each file, what Python may have compiled beside it, and then every folder that is empty."""
    _ = [_quoted(str(file)) for file in files]
    lines = [f'  Delete "$INSTDIR{_windows(file)}"' for file in files]
    folders = {parent for file in files for parent in file.parents if parent != PurePosixPath(".")}
    sources = {file.parent for file in files if file.suffix == ".py"}
    lines += [f'  RMDir /r "$INSTDIR{_windows(folder / "__pycache__")}"' for folder in sorted(sources)]
    deepest_first = sorted(folders, key=lambda folder: (-len(folder.parts), folder))
    return lines + [f'  RMDir "$INSTDIR{_windows(folder)}"' for folder in deepest_first]


def render(tree: Path, files: list[PurePosixPath], output: Path, icon: Path, version: str, size: int,
           spoken: Iterable[str], quick: bool = False, signs: str = "") -> str:  # fmt: skip
    """The whole script; ``size`` in bytes is what Windows shows as the program's, ``signs`` a line about signatures."""
    kinds = [(ending, "Picture") for ending in PICTURES] + [(ending, "List") for ending in LISTS]
    told = {
        "OUTPUT": str(output), "ICON": str(icon), "VERSION": version,
        "NUMBERS": ".".join(map(str, numbers(version))), "KILOBYTES": str(size // 1024),
        "LANGUAGES": languages(spoken), "COMPRESSOR": COMPRESSORS[quick], "SIGNS": signs,
        "FILES": "\n".join(file_lines(tree, files)), "REMOVALS": "\n".join(removal_lines(files)),
        "OFFERS": "\n".join(f'  !insertmacro OFFER "{ending}" "{kind}"' for ending, kind in kinds),
        "WITHDRAWALS": "\n".join(f'  !insertmacro WITHDRAW "{ending}" "{kind}"' for ending, kind in kinds),
    }  # fmt: skip
    text = SCRIPT.read_text("utf-8")
    for key, value in told.items():
        text = text.replace(f"@{key}@", value)
    return text


def compile_script(text: str, work: Path, epoch: int) -> None:
    """Let NSIS write the installer that the script names; BuildError with its last words where it cannot."""
    program = shutil.which("makensis") or shutil.which("makensis", path=r"C:\Program Files (x86)\NSIS")
    if program is None:
        raise BuildError("NSIS is not here (makensis); packaging/setup.sh windows installs it")
    script = work / "station.nsi"
    script.write_text(text, "utf-8-sig")
    done = subprocess.run(
        [program, "-V2", "-WX", "-INPUTCHARSET", "UTF8", str(script)], capture_output=True, text=True, check=False,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "PYTHONPATH": str(SCRIPT.parents[1])},
    )  # fmt: skip
    if done.returncode:
        raise BuildError(f"NSIS failed: {(done.stdout + done.stderr).strip()[-3000:]}")
