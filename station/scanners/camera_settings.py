"""The settings of a camera: which one, an address or a video file instead, and what is looked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from station.vision.symbol import LABELS, LINEAR, LIVE, MATRIX, Formats

from .base import Settings

_ADVANCED = {"advanced": True}
SCHEMES = frozenset({"rtsp", "rtsps", "http", "https"})
"""What an address may begin with: ffmpeg would also open files and lists of them by an address."""

FORMATS: Mapping[str, Formats] = {"labels": LIVE, "every": LABELS, "squares": MATRIX, "bars": LINEAR}
"""What can be looked for. ``labels`` is fast and leaves out the kinds whose checksums are weak."""


@dataclass(frozen=True, slots=True)
class CameraSettings(Settings):
    """``device`` is a camera's key (see ``Found``), its path or its name. An ``url`` (RTSP or MJPEG) or a video
    ``file`` takes its place; a file plays at its own pace, again and again with ``repeat``.

    ``width`` and ``height`` are wished for: the smallest size of the camera that has both is taken. ``limit_s`` is how
    long an address may take to answer. ``mirror`` turns the picture on the screen only, never what is read.
    """

    device: str = ""
    url: str = ""
    user: str = field(default="", metadata=_ADVANCED)
    password: str = field(default="", metadata={"secret": True, **_ADVANCED}, repr=False)
    file: str = ""
    repeat: bool = field(default=False, metadata=_ADVANCED)
    mirror: bool = False
    formats: str = field(default="labels", metadata={"choices": tuple(FORMATS)})
    width: int = field(default=1280, metadata=_ADVANCED)
    height: int = field(default=720, metadata=_ADVANCED)
    limit_s: float = field(default=5.0, metadata=_ADVANCED)

    @property
    def wanted(self) -> Formats:
        return FORMATS.get(self.formats, LIVE)

    @property
    def address(self) -> str:
        """The address with the name and the password in it, if they stand in fields of their own; never shown."""
        if not self.user or "@" in urlsplit(self.url).netloc:
            return self.url
        parts = urlsplit(self.url)
        who = quote(self.user, safe="") + (":" + quote(self.password, safe="") if self.password else "")
        return parts._replace(netloc=f"{who}@{parts.netloc}").geturl()


def shown_address(url: str) -> str:
    """An address as it may be shown: without a name and a password, and without what may stand for them."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
