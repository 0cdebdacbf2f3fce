"""A stream of bytes cut into lines of text, piece by piece, whatever its encoding and line ends."""

import codecs
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .list_rows import BadRow, ListProblem

LONGEST_LINE = 65536
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Line(NamedTuple):
    """A line without its end, from 1 on."""

    number: int
    text: str


def lines_of(chunks: Iterator[bytes]) -> Iterator[Line | BadRow]:
    """The lines of UTF-8, UTF-16 with a byte order mark, or Windows-1252; what is none of these is a bad row."""
    first = next(chunks, b"")
    mark, encoding = next(((mark, name) for mark, name in _BOMS if first.startswith(mark)), (b"", "utf-8"))
    first = first[len(mark):]
    if encoding == "utf-8":
        if b"\x00" in first:
            yield BadRow(0, ListProblem.WRONG_ENCODING, "NUL")
            return
        pieces: Iterable[bytes] = _chain(first, chunks)
    else:
        pieces = _as_utf8(_chain(first, chunks), encoding)
    try:
        yield from _decoded(_cut(pieces))
    except UnicodeError:
        yield BadRow(0, ListProblem.WRONG_ENCODING, encoding)


def _chain(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks


def _as_utf8(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _cut(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    """Lines at LF, CR LF and CR; a line of more than LONGEST_LINE bytes gives None."""
    rest, dropping = b"", False
    for chunk in chunks:
        held = b"\r" if chunk.endswith(b"\r") else b""  # its LF may be in the next chunk
        block = rest + chunk[: len(chunk) - len(held)]
        *whole, rest = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            yield None if dropping or len(line) > LONGEST_LINE else line
            dropping = False
        rest += held
        if len(rest) > LONGEST_LINE:
            rest, dropping = rest[-1:] if held else b"", True
    rest = rest.removesuffix(b"\r")
    if rest or dropping:
        yield None if dropping else rest


def _decoded(lines: Iterator[bytes | None]) -> Iterator[Line | BadRow]:
    guessed = False
    for number, line in enumerate(lines, start=1):
        if line is None:
            yield BadRow(number, ListProblem.TOO_LONG)
            continue
        try:
            text = line.decode()
        except UnicodeDecodeError:
            if not guessed:
                guessed = True
                yield BadRow(number, ListProblem.GUESSED_ENCODING, "cp1252")
            try:
                text = line.decode("cp1252")
            except UnicodeDecodeError:
                yield BadRow(number, ListProblem.WRONG_ENCODING, "cp1252")
                continue
        if "\x00" in text:
            yield BadRow(number, ListProblem.WRONG_ENCODING, "NUL")
            continue
        yield Line(number, text)
