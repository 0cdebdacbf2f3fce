"""What can become of one exchange with a vendor, and what stands in the answers that are not the vendor's."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """What becomes of one exchange. The first three meet a connection before a byte of the request has left."""

    NONE = "none"
    REFUSED = "connection refused"
    UNTRUSTED = "TLS failure"
    NO_NAME = "DNS failure"
    # ------ what follows meets the request, which the server never sees
    DROP_BEFORE = "drop before send"
    GARBAGE = "garbage"
    PORTAL = "captive portal"
    REDIRECT = "redirect"
    WRONG_SHAPE = "wrong shape"
    FAIL_500 = "500 before"
    FAIL_502 = "502 before"
    FAIL_503 = "503 before"
    FAIL_504 = "504 before"
    TOO_MANY = "429 plain"
    TOO_MANY_SECONDS = "429 seconds"
    TOO_MANY_DATE = "429 date"
    UNAUTHORIZED = "401 once"
    REVOKED = "401 until renewed"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    NO_RIGHTS = "403 of the target"
    NO_TARGET = "404 of the target"
    # ------ what follows has its effect at the server
    DROP_AFTER = "drop after send"
    CLOSE_AFTER = "commit then close"
    STALL_AFTER = "commit then stall"
    CUT = "cut in mid-answer"
    LOST_500 = "500 after commit"
    LOST_502 = "502 after commit"
    LOST_503 = "503 after commit"
    LOST_504 = "504 after commit"
    LOST_IN_PORTAL = "portal after commit"
    LOST_IN_GARBAGE = "garbage after commit"
    LOST_IN_SHAPE = "wrong shape after commit"
    FEWER = "fewer devices than sent"
    TWICE = "delivered twice"
    AT_ONCE = "delivered twice at once"
    LATE = "late commit"
    TRICKLE = "one byte at a time"


_ALL = tuple(Fault)
AT_THE_DOOR = (Fault.REFUSED, Fault.UNTRUSTED, Fault.NO_NAME)
AFTER = _ALL[_ALL.index(Fault.DROP_AFTER) :]
"""The faults that let the request have its effect."""
BEFORE = tuple(fault for fault in _ALL[1:] if fault not in AFTER and fault not in AT_THE_DOOR)
CLEAR = frozenset({Fault.NONE, Fault.TWICE, Fault.AT_ONCE, *AT_THE_DOOR, *(f for f in BEFORE if "429" in f)})
"""What leaves no doubt behind: an answer that says all, or a request that surely did not leave."""

PORTAL = "<html><body>Welcome to the guest network</body></html>"
_SAID: dict[Fault, tuple[int, str, str]] = {
    Fault.GARBAGE: (200, "application/json", "\x00\xff{]"),
    Fault.LOST_IN_GARBAGE: (200, "application/json", "\x00\xff{]"),
    Fault.PORTAL: (200, "text/html", PORTAL),
    Fault.LOST_IN_PORTAL: (200, "text/html", PORTAL),
    Fault.REDIRECT: (302, "text/html", ""),
    Fault.WRONG_SHAPE: (200, "application/json", json.dumps({"hello": ["world"]})),
    Fault.LOST_IN_SHAPE: (200, "application/json", json.dumps({"hello": ["world"]})),
    Fault.FAIL_500: (500, "application/json", "{}"),
    Fault.FAIL_502: (502, "text/html", "<html>bad gateway</html>"),
    Fault.FAIL_503: (503, "text/html", "<html>unavailable</html>"),
    Fault.FAIL_504: (504, "text/html", "<html>gateway timeout</html>"),
    Fault.LOST_500: (500, "application/json", "{}"),
    Fault.LOST_502: (502, "text/html", "<html>bad gateway</html>"),
    Fault.LOST_503: (503, "text/html", "<html>unavailable</html>"),
    Fault.LOST_504: (504, "text/html", "<html>gateway timeout</html>"),
    Fault.TOO_MANY: (429, "application/json", "{}"),
    Fault.TOO_MANY_SECONDS: (429, "application/json", "{}"),
    Fault.TOO_MANY_DATE: (429, "application/json", "{}"),
    Fault.UNAUTHORIZED: (401, "application/json", "{}"),
    Fault.REVOKED: (401, "application/json", "{}"),
    Fault.FORBIDDEN: (403, "text/html", "<html>forbidden</html>"),
    Fault.NOT_FOUND: (404, "text/html", "<html>not found</html>"),
}
IN_OWN_WORDS = (Fault.NO_RIGHTS, Fault.NO_TARGET)
"""Answers that only the protocol itself can word: its ``words`` are given to ``said``."""


def is_said(fault: Fault) -> bool:
    """Whether the proxy itself gives the answer."""
    return fault in _SAID or fault in IN_OWN_WORDS


def said(fault: Fault, words: str = "") -> bytes:
    """The whole answer that a fault gives in place of the server's; ``words`` is its body where that is a vendor's."""
    status, kind, text = _SAID.get(fault, (403 if fault is Fault.NO_RIGHTS else 404, "application/json", words))
    body = text.encode("latin-1")
    lines = [f"HTTP/1.1 {status} spoiled", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close"]
    if fault is Fault.TOO_MANY_SECONDS:
        lines.append("Retry-After: 3")
    if fault is Fault.TOO_MANY_DATE:
        now = datetime.now(UTC)
        lines += [f"Date: {_date(now)}", f"Retry-After: {_date(now + timedelta(seconds=3))}"]
    if fault is Fault.REDIRECT:
        lines.append("Location: https://portal.example/login")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def fewer(answer: bytes, lists: tuple[str, ...]) -> bytes:
    """An answer without the last of the devices that one of ``lists`` holds (a list, or an object of aliases)."""
    head, _, body = answer.partition(b"\r\n\r\n")
    try:
        value = json.loads(body)
    except ValueError:
        return answer
    _drop_one(value, lists)
    short = json.dumps(value).encode("utf-8")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-length:", b"transfer-"))]
    return b"\r\n".join([*kept, b"Content-Length: %d" % len(short), b"", short])


def without_end(answer: bytes) -> bytes | None:
    """An answer that does not end its connection; None where only the connection's end would tell its own."""
    head, gap, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    if not any(line.lower() == b"content-length: %d" % len(body) for line in lines):
        return None
    return b"\r\n".join(lines) + gap + body


def _drop_one(value: Any, lists: tuple[str, ...]) -> None:
    for name in lists:
        held = value.get(name) if isinstance(value, dict) else None
        if isinstance(held, list) and held:
            held.pop()
            return
        if isinstance(held, dict) and held:
            held.popitem()
            return


def _date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
