"""Packs the staged tree as the copy that needs no installation."""

import time
import zipfile
from pathlib import Path, PurePosixPath

from .stage import PORTABLE

TOP = "Claiming Station"


def pack(tree: Path, files: list[PurePosixPath], output: Path, epoch: int) -> None:
    """Write a zip of the tree's files, in order, and the mark that keeps its data beside it; same tree, same bytes."""
    when = time.gmtime(epoch)[:6]
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for file in files:
            _add(packed, f"{TOP}/{file}", (tree / file).read_bytes(), when)
        _add(packed, f"{TOP}/portable.txt", PORTABLE.encode(), when)


def _add(packed: zipfile.ZipFile, name: str, data: bytes, when: tuple[int, ...]) -> None:
    info = zipfile.ZipInfo(name, when)  # type: ignore[arg-type]  # six numbers, as time gives them
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 0, 0
    packed.writestr(info, data, compresslevel=9)
