# SPDX-License-Identifier: Apache-2.0
"""The processes of the client matrix: the model, the gateways, and one process for the clients of each language."""
import asyncio
import itertools
import json
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE / "target"


class Server:
    """A process that says where it listens."""

    def __init__(self, command):
        self.command = command
        self.port = None
        self.said = []

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *self.command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        while line := (await asyncio.wait_for(self.process.stderr.readline(), 60)).decode():
            self.said.append(line)
            if found := re.search(r"listening at http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found.group(1))
                self.drain = asyncio.create_task(self._drain())
                return self
        raise RuntimeError("does not start: " + "".join(self.said))

    async def _drain(self):
        while line := (await self.process.stderr.readline()).decode():
            self.said.append(line)

    async def __aexit__(self, *_):
        self.process.kill()
        await self.process.wait()


class Worker:
    """A process that runs the clients of one language."""

    def __init__(self, command):
        self.command = command
        self.clients = []
        self.open = {}
        self.ids = itertools.count()

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=1 << 24,
        )
        hello = await asyncio.wait_for(self.process.stdout.readline(), 60)
        self.clients = json.loads(hello)["clients"]
        self.reading = asyncio.create_task(self._read())
        return self

    async def _read(self):
        while line := await self.process.stdout.readline():
            if line.startswith(b"{"):
                answer = json.loads(line)
                self.open.pop(answer["id"]).set_result(answer)

    async def ask(self, task):
        number = next(self.ids)
        self.open[number] = asyncio.get_running_loop().create_future()
        self.process.stdin.write((json.dumps({"id": number, **task}) + "\n").encode())
        await self.process.stdin.drain()
        return await self.open[number]

    async def __aexit__(self, *_):
        self.process.kill()
        await self.process.wait()


def commands(java):
    """The worker of each language."""
    classpath = BUILT / "java" / "classes"
    return [
        ["node", str(BUILT / "node" / "clients.mjs")],
        [str(BUILT / "python" / "bin" / "python"), str(HERE / "python" / "clients.py")],
        [
            java,
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            f"{classpath}:{(BUILT / 'java' / 'classpath').read_text()}",
            "io.anteroom.examples.clients.Clients",
        ],
    ]
