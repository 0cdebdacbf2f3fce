"""One measured figure beside its yardstick, measured in the same run on the same machine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: ``name`` says its unit ("painted, ms"); ``ratio`` is value to yardstick; ``goal`` is said in words.

    ``met`` is None where the figure has no goal: it is told, not judged.
    """

    name: str
    value: float
    yardstick: float | None = None
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None


def at_most(name: str, value: float, yardstick: float, times: float) -> Figure:
    """A figure that may be at most ``times`` its yardstick."""
    ratio = value / yardstick
    return Figure(name, value, yardstick, ratio, f"at most {times:g}x", ratio <= times)


def at_least(name: str, value: float, yardstick: float, times: float) -> Figure:
    """A figure that must be at least ``times`` its yardstick."""
    ratio = value / yardstick
    return Figure(name, value, yardstick, ratio, f"at least {times:g}x", ratio >= times)
