"""OpenCV, imported at the first picture and set up once."""

from functools import cache
from types import ModuleType


@cache
def opencv() -> ModuleType:
    """The module ``cv2``, on one thread and silent.

    It is imported here and not at the top of a file because that takes 0.2 s, which the window would feel at
    the start. One thread: a picture is read beside a window and a camera that need the other cores. Silent:
    it prints about each damaged picture, and the caller gives its own answer to that.
    """
    import cv2

    cv2.setNumThreads(1)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2  # type: ignore[no-any-return, unused-ignore]
