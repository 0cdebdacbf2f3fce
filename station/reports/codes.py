"""Codes to be scanned from the screen or from paper, as dark and light squares."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Modules:
    """A code's rows from the top, a byte a module, 1 for dark; bars have one row. Without the light edge round it."""

    rows: tuple[bytes, ...]
    edge: int
    """How many modules must stay light on each side."""

    @property
    def width(self) -> int:
        return len(self.rows[0])


def square_code(text: str) -> Modules:
    """A QR code."""
    return _made(text, "QRCode", 4)


def bar_code(text: str) -> Modules:
    """A Code 128."""
    return Modules(_made(text, "Code128", 10).rows[:1], 10)


def separated_code(text: str) -> Modules:
    """A GS1 DataMatrix of fields like ``(10)ABC(21)7``; scanners send a separator after those of no fixed length."""
    return _made(text, "DataMatrix", 2, gs1=True)


def _made(text: str, kind: str, edge: int, **options: bool) -> Modules:
    import zxingcpp  # with the first code: most windows never show one

    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat[kind], **options)
    picture = memoryview(made.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]  # it has the protocol
    high, wide = (picture.shape or (0, 0))[:2]
    flat = picture.tobytes()
    return Modules(tuple(bytes(each < 128 for each in flat[y * wide:(y + 1) * wide]) for y in range(high)), edge)
