"""The small BLAS that takes OpenBLAS's place on Windows, compiled for this machine and held against numpy's answers."""

import ctypes
import itertools
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.packaging.recipes import ROOT

Array = npt.NDArray[Any]
SOURCE = ROOT / "packaging" / "windows" / "blas" / "blas.c"
KINDS = {"s": np.float32, "d": np.float64, "c": np.complex64, "z": np.complex128}
ROWS, COLUMNS = 101, 102
AS_IS, TRANSPOSED, CONJUGATED = 111, 112, 113
UPPER, LOWER = 121, 122
TURNS: dict[int, Callable[[Array], Array]] = {AS_IS: lambda a: a, TRANSPOSED: lambda a: a.T,
                                              CONJUGATED: lambda a: a.conj().T}  # fmt: skip
ROOM = 2
"""How many elements lie between the end of a row (or column) and the beginning of the next."""


@pytest.fixture(scope="module")
def blas(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler is here")
    library = tmp_path_factory.mktemp("blas") / "blas.so"
    how = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run([compiler, *how, SOURCE, "-o", library], check=True)
    return ctypes.CDLL(str(library))


class Numbers:
    """Arrays of one element type, the same each time."""

    def __init__(self, letter: str) -> None:
        self.letter, self.type = letter, KINDS[letter]
        self._chance = np.random.default_rng(7)

    def some(self, *shape: int) -> Array:
        drawn = self._chance.normal(size=(*shape, 2))
        complex_ = drawn[..., 0] + 1j * drawn[..., 1]
        return (complex_ if self.letter in "cz" else drawn[..., 0]).astype(self.type)

    def scalar(self, value: complex) -> Any:
        if self.letter == "s":
            return ctypes.c_float(value.real)
        return ctypes.c_double(value.real) if self.letter == "d" else np.array(value, self.type)

    def laid_out(self, order: int, matrix: Array) -> tuple[Array, int]:
        """The matrix as rows or columns with room between them, in one vector; and the step between these."""
        lines = matrix if order == ROWS else matrix.T
        room = np.full((lines.shape[0], lines.shape[1] + ROOM), np.nan, self.type)
        room[:, : lines.shape[1]] = lines
        return room, room.shape[1]

    def close(self, found: Array, expected: Array) -> bool:
        return np.allclose(found, expected, rtol=1e-5 if self.letter in "sc" else 1e-12, atol=1e-5)


def _at(array: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def call(blas: ctypes.CDLL, numbers: Numbers, name: str, *given: Any) -> None:
    """Call a function: bare numbers are sizes and steps, arrays go by address."""
    words = [ctypes.c_int64(each) if isinstance(each, int) else _at(each) if isinstance(each, np.ndarray) else each
             for each in given]  # fmt: skip
    function = getattr(blas, f"scipy_cblas_{numbers.letter}{name}64_")
    function.restype = None
    function(*words)


def seen(order: int, laid_out: Array) -> Array:
    lines = laid_out[:, :-ROOM]
    return lines if order == ROWS else lines.T


@pytest.mark.parametrize("letter", KINDS)
def test_a_product_of_matrices(blas: ctypes.CDLL, letter: str) -> None:
    numbers = Numbers(letter)
    for order, (turn_a, a_of), (turn_b, b_of), before in itertools.product(
        (ROWS, COLUMNS), TURNS.items(), TURNS.items(), (0.0, 0.5)
    ):
        left, right, there = numbers.some(3, 5), numbers.some(5, 4), numbers.some(3, 4)
        # What is handed over is such that its turn gives left and right: each turn undoes itself.
        (a, by_a), (b, by_b) = numbers.laid_out(order, a_of(left)), numbers.laid_out(order, b_of(right))
        c, by_c = numbers.laid_out(order, there if before else np.full_like(there, np.nan))
        call(blas, numbers, "gemm", ctypes.c_int(order), ctypes.c_int(turn_a), ctypes.c_int(turn_b), 3, 4, 5,
             numbers.scalar(2.0), a, by_a, b, by_b, numbers.scalar(before), c, by_c)  # fmt: skip
        expected = 2 * np.einsum("ik,kj->ij", left, right) + (before * there if before else 0)
        assert numbers.close(seen(order, c), expected), (order, turn_a, turn_b, before)
        assert np.isnan(c[:, -ROOM:]).all(), "nothing is written between the lines"


@pytest.mark.parametrize("letter", KINDS)
@pytest.mark.parametrize("step", [1, 3, -2])
def test_a_matrix_and_a_vector(blas: ctypes.CDLL, letter: str, step: int) -> None:
    numbers = Numbers(letter)
    for order, (turn, of), before in itertools.product((ROWS, COLUMNS), TURNS.items(), (0.0, -1.0)):
        matrix, x, y = numbers.some(4, 6), numbers.some(6 * abs(step)), numbers.some(4 * abs(step))
        a, by_a = numbers.laid_out(order, of(matrix))
        rows, columns = of(matrix).shape
        expected = np.einsum("ik,k->i", matrix, x[::step]) + before * y[::step]
        call(blas, numbers, "gemv", ctypes.c_int(order), ctypes.c_int(turn), rows, columns,
             numbers.scalar(1.0), a, by_a, *_walked(x, step), numbers.scalar(before), *_walked(y, step))  # fmt: skip
        assert numbers.close(y[::step], expected), (order, turn, before)


@pytest.mark.parametrize("letter", KINDS)
def test_a_matrix_with_itself_fills_one_half(blas: ctypes.CDLL, letter: str) -> None:
    numbers = Numbers(letter)
    for order, turn, half in itertools.product((ROWS, COLUMNS), (AS_IS, TRANSPOSED), (UPPER, LOWER)):
        matrix, there = numbers.some(4, 3), numbers.some(4, 4)
        (a, by_a), (c, by_c) = numbers.laid_out(order, TURNS[turn](matrix)), numbers.laid_out(order, there)
        call(blas, numbers, "syrk", ctypes.c_int(order), ctypes.c_int(half), ctypes.c_int(turn), 4, 3,
             numbers.scalar(1.0), a, by_a, numbers.scalar(0.5), c, by_c)  # fmt: skip
        filled = np.triu(np.ones((4, 4), bool)) if half == UPPER else np.tril(np.ones((4, 4), bool))
        product = np.einsum("ik,jk->ij", matrix, matrix) + 0.5 * there
        assert numbers.close(seen(order, c), np.where(filled, product, there)), (order, turn, half)


@pytest.mark.parametrize("letter", KINDS)
@pytest.mark.parametrize("step", [1, 2, -1])
def test_sums_of_vectors(blas: ctypes.CDLL, letter: str, step: int) -> None:
    numbers = Numbers(letter)
    x, y = numbers.some(7 * abs(step)), numbers.some(7 * abs(step))
    expected = y[::step] + numbers.type(2) * x[::step]
    mirrored, plain = (np.einsum("i,i->", each, y[::step]) for each in (x[::step].conj(), x[::step]))
    if letter in "cz":
        for kind, told in (("u", plain), ("c", mirrored)):
            found = np.zeros(1, numbers.type)
            call(blas, numbers, f"dot{kind}_sub", 7, *_walked(x, step), *_walked(y, step), found)
            assert numbers.close(found, told)
    else:
        function = getattr(blas, f"scipy_cblas_{letter}dot64_")
        function.restype = ctypes.c_float if letter == "s" else ctypes.c_double
        steps = ctypes.c_int64(step)
        assert numbers.close(function(ctypes.c_int64(7), _at(x), steps, _at(y), steps), plain)
    call(blas, numbers, "axpy", 7, numbers.scalar(2.0), *_walked(x, step), *_walked(y, step))
    assert numbers.close(y[::step], expected)


def _walked(vector: Array, step: int) -> tuple[Array, int]:
    """A vector and its step as BLAS takes them. With a negative one it is told where its last element lies; and
    ``vector[::step]`` begins at the end, which is not always a whole number of steps from there."""
    return (vector if step > 0 else vector[(len(vector) - 1) % -step :], step)
