"""A proxy between a desk and a real server that spoils single exchanges, as networks and vendors do."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum

LATE_S = 1.2
"""How long a late request is kept back, and an answer stalls: longer than the desk waits in these suites."""
MOST_BYTES = 4_000_000


class Fault(StrEnum):
    """What becomes of one exchange; those before the bar leave the server untouched."""

    NONE = "none"
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
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    # ------ what follows has its effect at the server
    DROP_AFTER = "drop after send"
    CLOSE_AFTER = "commit then close"
    STALL_AFTER = "commit then stall"
    CUT = "cut in mid-answer"
    LOST_500 = "500 after commit"
    LOST_502 = "502 after commit"
    LOST_503 = "503 after commit"
    LOST_504 = "504 after commit"
    LOST_IN_PORTAL = "captive portal after commit"
    LOST_IN_GARBAGE = "garbage after commit"
    TWICE = "delivered twice"
    LATE = "late commit"
    TRICKLE = "one byte at a time"


AFTER = tuple(Fault)[tuple(Fault).index(Fault.DROP_AFTER) :]
"""The faults that let the request have its effect."""
_SAID: dict[Fault, tuple[int, str, str]] = {
    Fault.GARBAGE: (200, "application/json", "\x00\xff{]"),
    Fault.LOST_IN_GARBAGE: (200, "application/json", "\x00\xff{]"),
    Fault.PORTAL: (200, "text/html", "<html><body>Welcome to the guest network</body></html>"),
    Fault.LOST_IN_PORTAL: (200, "text/html", "<html><body>Welcome to the guest network</body></html>"),
    Fault.REDIRECT: (302, "text/html", ""),
    Fault.WRONG_SHAPE: (200, "application/json", json.dumps({"hello": ["world"]})),
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
    Fault.FORBIDDEN: (403, "application/json", '{"error": "forbidden"}'),
    Fault.NOT_FOUND: (404, "application/json", '{"error": "not found"}'),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One request on its way to the server."""

    method: str
    path: str
    body: bytes


Plan = Callable[[Seen], Fault]


@dataclass
class Proxy:
    """Listens on a loopback port of its own; ``plan`` says what becomes of each request, and is asked on one thread."""

    upstream: int
    plan: Plan = lambda _seen: Fault.NONE
    port: int = 0
    exchanges: list[tuple[Seen, Fault]] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, ready: Callable[[], None], leave: asyncio.Event) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=MOST_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        await leave.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (asked := await _read_request(reader)) is not None:
                if not await self._exchange(asked, writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the desk gave up: its own matter
        finally:
            self._tasks.discard(task)
            _break(writer)

    async def _exchange(self, asked: "_Asked", writer: asyncio.StreamWriter) -> bool:
        """One exchange; False where the connection is at its end."""
        fault = self.plan(asked.seen)
        self.exchanges.append((asked.seen, fault))
        if fault is Fault.DROP_BEFORE:
            return False
        if fault is Fault.LATE:
            keeper = asyncio.ensure_future(self._deliver_late(asked))
            self._tasks.add(keeper)
            keeper.add_done_callback(self._tasks.discard)
            await asyncio.sleep(LATE_S)
            return False
        if fault not in (Fault.NONE, *AFTER):
            writer.write(_said(fault))
            await writer.drain()
            return True
        answer = await self._ask(asked)
        if fault is Fault.TWICE:
            answer = await self._ask(asked)
        return await _pass_on(fault, answer, writer)

    async def _deliver_late(self, asked: "_Asked") -> None:
        await asyncio.sleep(LATE_S)
        with suppress(OSError, asyncio.IncompleteReadError, ValueError):
            await self._ask(asked)

    async def _ask(self, asked: "_Asked") -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream, limit=MOST_BYTES)
        try:
            writer.write(asked.wire)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, and its bytes for a connection that carries nothing else."""

    seen: Seen
    wire: bytes


async def _read_request(reader: asyncio.StreamReader) -> _Asked | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    lines = head[:-4].split(b"\r\n")
    method, path, _version = lines[0].decode("latin-1").split(" ")
    headers = [line for line in lines[1:] if not line.lower().startswith((b"connection:", b"accept-encoding:"))]
    sizes = [int(line.partition(b":")[2]) for line in headers if line.lower().startswith(b"content-length:")]
    body = await reader.readexactly(sizes[0]) if sizes else b""
    wire = b"\r\n".join([lines[0], *headers, b"Connection: close", b"", body])
    return _Asked(Seen(method, path, body), wire)


async def _pass_on(fault: Fault, answer: bytes, writer: asyncio.StreamWriter) -> bool:
    """Let the answer through, whole, in part or not at all."""
    if fault in (Fault.DROP_AFTER, Fault.CLOSE_AFTER):
        return False
    if fault in _SAID:
        writer.write(_said(fault))
        await writer.drain()
        return True
    if fault is Fault.STALL_AFTER:
        await asyncio.sleep(LATE_S)
        return False
    if fault is Fault.CUT:
        writer.write(answer[: max(len(answer) - 7, 20)])
        await writer.drain()
        return False
    if fault is Fault.TRICKLE:
        for begin in range(len(answer)):
            writer.write(answer[begin : begin + 1])
            await writer.drain()
            await asyncio.sleep(0.05)
        return False
    writer.write(answer)
    await writer.drain()
    return False


def _said(fault: Fault) -> bytes:
    status, kind, text = _SAID[fault]
    body = text.encode("latin-1")
    lines = [f"HTTP/1.1 {status} spoiled", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    if fault is Fault.TOO_MANY_SECONDS:
        lines.append("Retry-After: 3")
    if fault is Fault.TOO_MANY_DATE:
        now = datetime.now(UTC)
        lines += [f"Date: {_date(now)}", f"Retry-After: {_date(now + timedelta(seconds=3))}"]
    if fault is Fault.REDIRECT:
        lines.append("Location: https://portal.example/login")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _break(writer: asyncio.StreamWriter) -> None:
    """End the connection at once, without the courtesy that would look like an answer's end."""
    transport_socket = writer.get_extra_info("socket")
    if transport_socket is not None:
        with suppress(OSError):
            transport_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()


@contextmanager
def proxy_to(port: int, plan: Plan) -> Iterator[Proxy]:
    """A running proxy before a server on that loopback port; stopped and joined at the end."""
    proxy, ready = Proxy(port, plan), threading.Event()
    held: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def live() -> None:
        leave = asyncio.Event()
        held.append((asyncio.get_running_loop(), leave))
        await proxy.serve(ready.set, leave)

    thread = threading.Thread(target=asyncio.run, args=(live(),), name="fault proxy")
    thread.start()
    try:
        assert ready.wait(10)
        yield proxy
    finally:
        loop, leave = held[0]
        loop.call_soon_threadsafe(leave.set)
        thread.join(20)
