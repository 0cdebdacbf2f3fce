"""What a Windows program needs is read from its bytes, whatever they are."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packaging.recipes import recipes

ADDRESS, OFFSET = 0x1000, 0x200
NAME = "Qt6Core.dll"


def program(names: list[str], later: list[str]) -> bytes:
    """A PE32+ file of one section that holds the two tables of imports and nothing else."""
    texts, tables, text_at = b"", [], 0x800
    for group, size, where in ((names, 20, 12), (later, 32, 4)):
        table = b""
        for name in group:
            entry = bytearray(size)
            struct.pack_into("<I", entry, where, ADDRESS + text_at + len(texts))
            table += entry
            texts += name.encode() + b"\0"
        tables.append(table + bytes(size))
    body = tables[0].ljust(0x400, b"\0") + tables[1].ljust(0x400, b"\0") + texts
    optional = bytearray(112 + 16 * 8)
    struct.pack_into("<H", optional, 0, 0x20B)
    struct.pack_into("<I", optional, 108, 16)
    struct.pack_into("<I", optional, 112 + 8 * 1, ADDRESS)
    struct.pack_into("<I", optional, 112 + 8 * 13, ADDRESS + 0x400 if later else 0)
    head = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    head += b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, len(optional), 0) + optional
    head += b".data\0\0\0" + struct.pack("<IIII", len(body), ADDRESS, len(body), OFFSET) + bytes(16)
    return head.ljust(OFFSET, b"\0") + body


def test_names_are_read_in_lower_case() -> None:
    with recipes(".", "windows.imports") as (imports,):
        needs = imports.find_needs(program([NAME, "KERNEL32.dll"], ["icuuc.dll"]))
        assert needs == imports.Needs(frozenset({"qt6core.dll", "kernel32.dll"}), frozenset({"icuuc.dll"}))


@given(st.integers(0, 0x900), st.integers(0, 255), st.integers(0, 0x900))
def test_a_spoilt_file_is_read_or_refused(place: int, value: int, length: int) -> None:
    data = bytearray(program([NAME], ["icuuc.dll"]))
    if place < len(data):
        data[place] = value
    with recipes(".", "windows.imports") as (imports,):
        try:
            imports.find_needs(bytes(data[:length]))
            imports.find_needs(bytes(data))
        except imports.NotAProgram:
            pass


@given(st.binary(max_size=300))
def test_what_is_no_program_is_refused(data: bytes) -> None:
    with recipes(".", "windows.imports") as (imports,), pytest.raises(imports.NotAProgram):
        imports.find_needs(data)


def test_a_compiled_program_is_read_as_the_compilers_own_tools_read_it(tmp_path: Path) -> None:
    compiler, reader = shutil.which("x86_64-w64-mingw32-gcc"), shutil.which("x86_64-w64-mingw32-objdump")
    if not compiler or not reader:
        pytest.skip("mingw-w64 is not here")
    (tmp_path / "a.c").write_text("int main(void) { return 0; }", "utf-8")
    subprocess.run([compiler, "a.c", "-o", "a.exe", "-lshell32"], cwd=tmp_path, check=True)
    told = subprocess.run([reader, "-p", "a.exe"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    expected = {line.split()[-1].lower() for line in told.splitlines() if "DLL Name:" in line}
    with recipes(".", "windows.imports") as (imports,):
        assert imports.read_needs(tmp_path / "a.exe").at_start == expected


def test_the_blas_has_what_it_is_asked_for_and_a_build_stops_at_what_it_has_not(tmp_path: Path) -> None:
    compiler = shutil.which("x86_64-w64-mingw32-gcc")
    if not compiler:
        pytest.skip("mingw-w64 is not here")
    names = {"scipy_cblas_ddot64_", "scipy_cblas_cgemm64_"}
    with recipes(".", "windows.blas", "windows.imports") as (blas, imports):
        for folder in (tmp_path / "one", tmp_path / "another"):
            blas.compile_into(folder / "blas.dll", names, folder)
        assert (tmp_path / "one" / "blas.dll").read_bytes() == (tmp_path / "another" / "blas.dll").read_bytes()
        calls = "".join(f"void {each}(void); " for each in sorted(names))
        uses = "".join(f"{each}(); " for each in sorted(names))
        (tmp_path / "a.c").write_text(f"{calls}int main(void) {{ {uses}return 0; }}", "utf-8")
        subprocess.run([compiler, "a.c", "one/blas.dll", "-o", "a.exe"], cwd=tmp_path, check=True)
        assert imports.find_functions((tmp_path / "a.exe").read_bytes(), "BLAS.dll") == names
        with pytest.raises(blas.BuildError, match="dgesv"):
            blas.compile_into(tmp_path / "lapack.dll", {"scipy_dgesv_64_"}, tmp_path)
