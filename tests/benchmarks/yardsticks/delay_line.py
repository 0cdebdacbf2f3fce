"""A TCP proxy that holds back all that goes through it, as a far network does, without making the way narrower.

``python -m tests.benchmarks.yardsticks.delay_line PORT MILLISECONDS`` passes on to that port of this machine, prints
its own, and adds so much to every round trip: half of it each way. Opening a connection costs nothing here, unlike
over a real distance, so that whoever opens many is not worse off than they would be there.
"""

import asyncio
import sys
from collections.abc import Awaitable

CHUNK = 64 * 1024


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hold_s: float) -> None:
    """All that comes in goes out ``hold_s`` later, in order; the end of it too."""
    line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    async def take() -> None:
        try:
            while data := await reader.read(CHUNK):
                line.put_nowait((loop.time() + hold_s, data))
        except OSError:
            pass  # cut off: for the other side that is an end as well
        line.put_nowait((loop.time() + hold_s, b""))

    taking = asyncio.create_task(take())
    try:
        while True:
            due, data = await line.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not data:
                break
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        writer.close()
    await taking


async def serve(port: int, hold_s: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        both: list[Awaitable[None]] = [pass_on(reader, far_writer, hold_s), pass_on(far_reader, writer, hold_s)]
        await asyncio.gather(*both)
        for each in (writer, far_writer):
            each.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 2000))
