"""A proxy between a desk and a real server that spoils single exchanges, as networks and vendors do."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

from .door import GOOD, UNTRUSTED, Certificates
from .fault import AFTER, IN_OWN_WORDS, Fault, fewer, is_said, said, without_end

MOST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One request on its way to the server."""

    method: str
    path: str
    body: bytes
    host: str = ""


Plan = Callable[[Seen], Fault]
Beside = Callable[[Seen], AbstractContextManager[None]]
WHOLE = frozenset({Fault.NONE, Fault.TWICE, Fault.AT_ONCE, Fault.FEWER})
"""After these the connection may live on for the next request."""


@dataclass
class Proxy:
    """Listens with TLS on a loopback port of its own; ``plan`` says what becomes of each request, on one thread.

    ``words`` are a vendor's refusals by fault, ``lists`` the names under which its answers hold devices. ``keeps`` says
    of a host whether its connection is kept open after an exchange: a vendor mostly does, and a call comes on its own.
    """

    upstream: int
    certificates: Certificates
    plan: Plan = lambda _seen: Fault.NONE
    keeps: Callable[[str], bool] = lambda _host: False
    words: dict[Fault, str] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    late_s: float = 1.2
    """How long a late request is kept back, and an answer stalls: longer than the desk waits."""
    beside: Beside = lambda _seen: nullcontext()
    """Open from when a request is taken on until the server has answered it."""
    port: int = 0
    exchanges: list[tuple[Seen, Fault]] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, ready: Callable[[], None], leave: asyncio.Event) -> None:
        tls = self.certificates
        server = await asyncio.start_server(self._talk, GOOD, 0, limit=MOST_BYTES, ssl=tls.good)
        self.port = server.sockets[0].getsockname()[1]
        other = await asyncio.start_server(self._talk, UNTRUSTED, self.port, limit=MOST_BYTES, ssl=tls.untrusted)
        # What a desk turns away from is no fault of this program.
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        ready()
        await leave.wait()
        server.close()
        other.close()
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
            self._keep(self._deliver_late(asked))
            await asyncio.sleep(self.late_s)
            return False
        if fault not in (Fault.NONE, *AFTER):
            return await self._say(fault, writer)
        if fault is Fault.DROP_AFTER:
            # The server has it all and works on; the desk's side of the line is gone at once.
            self._keep(self._deliver(asked))
            return False
        if fault is Fault.AT_ONCE:
            answer = (await asyncio.gather(self._ask(asked), self._ask(asked)))[1]
        else:
            answer = await self._ask(asked)
        if fault is Fault.TWICE:
            answer = await self._ask(asked)
        return await self._pass_on(fault, answer, writer, keep=fault in WHOLE and self.keeps(asked.seen.host))

    async def _say(self, fault: Fault, writer: asyncio.StreamWriter) -> bool:
        writer.write(said(fault, self.words[fault] if fault in IN_OWN_WORDS else ""))
        await writer.drain()
        return False

    async def _pass_on(self, fault: Fault, answer: bytes, writer: asyncio.StreamWriter, *, keep: bool) -> bool:
        """Let the answer through, whole, in part or not at all."""
        if fault is Fault.CLOSE_AFTER:
            return False
        if is_said(fault):
            return await self._say(fault, writer)
        if fault is Fault.STALL_AFTER:
            await asyncio.sleep(self.late_s)
            return False
        if fault is Fault.TRICKLE:
            for begin in range(len(answer)):
                writer.write(answer[begin : begin + 1])
                await writer.drain()
                await asyncio.sleep(0.05)
            return False
        if fault is Fault.CUT:
            answer = answer[: max(len(answer) - 7, 20)]
        answer = fewer(answer, self.lists) if fault is Fault.FEWER else answer
        kept = without_end(answer) if keep else None
        writer.write(kept or answer)
        await writer.drain()
        return kept is not None

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        keeper = asyncio.ensure_future(work)
        self._tasks.add(keeper)
        keeper.add_done_callback(self._tasks.discard)

    async def _deliver_late(self, asked: "_Asked") -> None:
        with self.beside(asked.seen):
            await asyncio.sleep(self.late_s)
            await self._deliver(asked)

    async def _deliver(self, asked: "_Asked") -> None:
        with suppress(OSError, asyncio.IncompleteReadError, ValueError):
            await self._ask(asked)

    async def _ask(self, asked: "_Asked") -> bytes:
        with self.beside(asked.seen):
            reader, writer = await asyncio.open_connection(GOOD, self.upstream, limit=MOST_BYTES)
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
    hosts = [line.partition(b":")[2].strip() for line in headers if line.lower().startswith(b"host:")]
    body = await reader.readexactly(sizes[0]) if sizes else b""
    wire = b"\r\n".join([lines[0], *headers, b"Connection: close", b"", body])
    return _Asked(Seen(method, path, body, hosts[0].partition(b":")[0].decode("latin-1") if hosts else ""), wire)


def _break(writer: asyncio.StreamWriter) -> None:
    """End the connection at once, without the courtesy that would look like an answer's end."""
    transport_socket = writer.get_extra_info("socket")
    if transport_socket is not None and hasattr(transport_socket, "setsockopt"):
        with suppress(OSError):
            transport_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()


@contextmanager
def running(proxy: Proxy) -> Iterator[Proxy]:
    """The proxy on a thread of its own; stopped and joined at the end."""
    ready = threading.Event()
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
