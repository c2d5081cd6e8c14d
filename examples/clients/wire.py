# SPDX-License-Identifier: Apache-2.0
"""The sockets of the client matrix: a recording relay before the gateway, and a plain HTTP client."""
import asyncio
import re
import time


class Relay:
    """Listens on a port of its own and hands every byte on, both ways, writing them down as they pass."""

    def __init__(self, target_port):
        self.target_port = target_port
        self.asked = []  # the times of request lines
        self.told = b""  # all that the gateway said
        self.told_at = []  # (time, status) of each answer's beginning
        self.server = None
        self.tasks = set()

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self.server.close()
        for task in list(self.tasks):
            task.cancel()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    async def _connected(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
            await asyncio.gather(
                self._pump(reader, there_writer, self._heard), self._pump(there_reader, writer, self._said)
            )
        except (OSError, asyncio.CancelledError):
            writer.close()
        finally:
            self.tasks.discard(asyncio.current_task())

    @staticmethod
    async def _pump(reader, writer, note):
        try:
            while data := await reader.read(65536):
                note(data)
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    def _heard(self, data):
        self.asked += [time.monotonic()] * len(re.findall(rb"(?:^|\n)POST /\S+ HTTP/1\.1\r\n", data))

    def _said(self, data):
        for status in re.findall(rb"(?:^|\n)HTTP/1\.1 (\d\d\d)", data):
            self.told_at.append((time.monotonic(), int(status)))
        self.told += data

    def field(self, name):
        """The values of a header field in all answers."""
        return [value.decode() for value in re.findall(rb"\r\n" + name.encode() + rb": ([^\r]*)", self.told, re.I)]


async def request(port, method, path, body=b"", fields=()):
    """Sends a request and returns the reader and writer of its connection; whoever closes it, gives it up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    head += [f"Content-Length: {len(body)}", "Content-Type: application/json", *fields]
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    await writer.drain()
    return reader, writer


async def whole(port, method, path, body=b"", fields=()):
    reader, writer = await request(port, method, path, body, fields)
    try:
        return (await reader.read()).decode()
    finally:
        writer.close()


async def until(condition, what, seconds=30):
    """Waits for a condition, which may be a coroutine function."""
    end = time.monotonic() + seconds
    while True:
        met = condition()
        if asyncio.iscoroutine(met):
            met = await met
        if met:
            return
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        await asyncio.sleep(0.05)
