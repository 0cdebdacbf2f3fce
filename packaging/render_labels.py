"""Renders the label pictures of the sample delivery into resources/labels; the same bytes on every run."""

import io
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import segno
import zxingcpp

Picture = npt.NDArray[np.uint8]

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "labels"

KIT = "maple-harbor-lantern"
LARGE_KIT = "oak-river-signal"
SINGLES = tuple(f"c1sample0000000000d{number}" for number in range(8))
EUIS = ("70b3d57ed0000011", "70b3d57ed0000012")
SERIAL = "SN-7788-0001"
UNKNOWN = "zz-unknown-zz"
TR005 = f"LW:D0:70B3D57ED0000000:{EUIS[1].upper()}:00110022:SSN77880012"
WIFI = "WIFI:S:warehouse-guests;T:WPA;P:not-a-real-password;;"

FONT = cv2.FONT_HERSHEY_SIMPLEX


def render_all() -> dict[str, bytes]:
    """File name -> file."""
    sheet = draw_sheet(SINGLES[2:])
    files = {
        "kit.png": draw_label("KIT OF 5", draw_qr(KIT), KIT),
        "large_kit.png": draw_label("KIT OF 25", draw_qr(LARGE_KIT), LARGE_KIT),
        "device_1.png": draw_label("TEMPERATURE", draw_qr(SINGLES[0]), SINGLES[0]),
        "device_2.png": draw_label("HUMIDITY", draw_qr(SINGLES[1]), SINGLES[1]),
        "device_small.png": draw_label("DOOR", draw_qr("SN-7788-0001", micro=True), "Micro QR"),
        "sheet.png": sheet,
        "eui.png": draw_label("LORAWAN", draw(EUIS[0].upper(), zxingcpp.BarcodeFormat.DataMatrix, 8), EUIS[0].upper()),
        "serial.png": draw_label("SERIAL", draw(SERIAL, zxingcpp.BarcodeFormat.Code128, 3), SERIAL),
        "tr005.png": draw_label("LORAWAN TR005", draw_qr(TR005, scale=5), EUIS[1].upper()),
        "wifi.png": draw_label("GUEST WI-FI", draw_qr(WIFI, scale=5), "not a device"),
        "unknown.png": draw_label("OLD STOCK", draw_qr(UNKNOWN), UNKNOWN),
    }
    rendered = {name: encode(picture, ".png") for name, picture in files.items()}
    rendered["kit_photograph.jpg"] = encode(photograph(files["kit.png"]), ".jpg")
    rendered["serial_turned.jpg"] = encode(turn(files["serial.png"], 27), ".jpg")
    return rendered


def draw_qr(text: str, *, scale: int = 8, micro: bool = False) -> Picture:
    """A QR or Micro QR code with its quiet zone."""
    code = segno.make_micro(text, error="M") if micro else segno.make_qr(text, error="M")
    file = io.BytesIO()
    code.save(file, kind="png", scale=scale)
    return decode(file.getvalue())


def draw(text: str, kind: zxingcpp.BarcodeFormat, scale: int) -> Picture:
    """A code of another kind with its quiet zone."""
    image = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, kind), scale=scale)
    return np.pad(np.array(image, np.uint8), 4 * scale, constant_values=255)


def draw_label(title: str, code: Picture, text: str) -> Picture:
    """A label: the title above the code and the text below it."""
    width = max(code.shape[1] + 40, 13 * len(text) + 60, 13 * len(title) + 60)
    label = np.full((code.shape[0] + 110, width), 255, np.uint8)
    left = (width - code.shape[1]) // 2
    label[50 : 50 + code.shape[0], left : left + code.shape[1]] = code
    write(label, title, 34)
    write(label, text, label.shape[0] - 26)
    cv2.rectangle(label, (4, 4), (width - 5, label.shape[0] - 5), 0, 2)
    return label


def write(label: Picture, text: str, baseline: int) -> None:
    (width, _), _ = cv2.getTextSize(text, FONT, 0.6, 1)
    cv2.putText(label, text, ((label.shape[1] - width) // 2, baseline), FONT, 0.6, 0, 1, cv2.LINE_8)


def draw_sheet(texts: tuple[str, ...]) -> Picture:
    """Labels in two columns on one page."""
    labels = [draw_label(f"DEVICE {number}", draw_qr(text, scale=6), text) for number, text in enumerate(texts, 1)]
    height = max(label.shape[0] for label in labels) + 20
    width = max(label.shape[1] for label in labels) + 20
    sheet = np.full((height * ((len(labels) + 1) // 2) + 20, width * 2 + 20), 255, np.uint8)
    for number, label in enumerate(labels):
        top, left = 20 + number // 2 * height, 20 + number % 2 * width
        sheet[top : top + label.shape[0], left : left + label.shape[1]] = label
    return sheet


def photograph(label: Picture) -> Picture:
    """The label as a hand-held camera sees it on a desk: from the side, unevenly lit, a little soft and noisy."""
    rows, columns = label.shape
    corners = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
    seen = np.array([(150, 120), (560, 60), (640, 500), (90, 440)], np.float32)
    desk = np.full((560, 760), 105, np.uint8)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    picture = cv2.warpPerspective(label, matrix, (760, 560), dst=desk, borderMode=cv2.BORDER_TRANSPARENT)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.8).astype(np.float32)
    light = np.linspace(0.95, 0.5, 760, dtype=np.float32)[np.newaxis, :]
    noise = np.random.default_rng(7).normal(0, 5, picture.shape)
    return np.asarray(np.clip(picture * light + noise, 0, 255), np.uint8)


def turn(label: Picture, degrees: float) -> Picture:
    """The label lying at an angle on a grey desk."""
    side = int(np.hypot(*label.shape)) + 20
    matrix = cv2.getRotationMatrix2D((label.shape[1] / 2, label.shape[0] / 2), degrees, 1.0)
    matrix[:, 2] += ((side - label.shape[1]) / 2, (side - label.shape[0]) / 2)
    turned = cv2.warpAffine(label, matrix, (side, side), flags=cv2.INTER_AREA, borderValue=120)
    return np.asarray(turned, np.uint8)


def decode(data: bytes) -> Picture:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def encode(picture: Picture, suffix: str) -> bytes:
    how = [cv2.IMWRITE_JPEG_QUALITY, 70] if suffix == ".jpg" else [cv2.IMWRITE_PNG_BILEVEL, 1]
    _, data = cv2.imencode(suffix, picture, how)
    return bytes(data)


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in render_all().items():
        (FOLDER / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
