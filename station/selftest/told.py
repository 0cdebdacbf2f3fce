"""What a step tells: a line for a person, and names that can be held against another installation's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """``names`` are what is there and can be used: the same in the source tree and in every installer of it."""

    detail: str
    names: tuple[str, ...] = ()
