# SPDX-License-Identifier: Apache-2.0
"""Overloads a gateway from many connections, and measures calls of its management API meanwhile."""

import asyncio
import http.client
import json
import sys
import threading
import time
from urllib.parse import urlparse

TIMES = 10
CALIBRATING = 40
MOST_CONNECTIONS = 4000
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello"}]}).encode()


class Crowd:
    """Callers of the gateway: first as many as keep it busy, then ten times the requests that it has served then."""

    def __init__(self, url):
        self.host, self.port = url.hostname, url.port
        self.idle, self.open, self.number = [], 0, 0
        self.sent, self.counts = 0, {}

    def count(self, kind):
        self.counts[kind] = self.counts.get(kind, 0) + 1

    async def ask(self):
        """One request, on a connection that is free or a new one; its kind, or "broken"."""
        self.number += 1
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer caller-{self.number % 100}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
        ).encode()
        pair = self.idle.pop() if self.idle else None
        try:
            if pair is None:
                if self.open >= MOST_CONNECTIONS:
                    self.count("no connection left")
                    return "broken"
                self.open += 1
                pair = await asyncio.open_connection(self.host, self.port)
            reader, writer = pair
            writer.write(head + BODY)
            status = await reader.readline()
            length, closes = 0, False
            while (line := await reader.readline()) not in (b"\r\n", b""):
                lower = line.lower()
                if lower.startswith(b"content-length:"):
                    length = int(lower.split(b":")[1])
                closes |= lower.startswith(b"connection:") and b"close" in lower
            await reader.readexactly(length)
            kind = status.split(b" ")[1].decode()
        except (OSError, ValueError, IndexError, asyncio.IncompleteReadError):
            kind, closes = "broken", True
        if closes:
            self.open -= 1
            if pair is not None:
                pair[1].close()
        else:
            self.idle.append(pair)
        self.count(kind)
        return kind

    async def busy(self, ends):
        """Sends again as soon as it is answered."""
        while time.monotonic() < ends:
            if await self.ask() != "200":
                await asyncio.sleep(0.05)

    async def calibrate(self, seconds):
        """How many requests are served in a second while enough wait for every slot; of a gateway that is warm."""
        tasks = [asyncio.create_task(self.busy(float("inf"))) for _ in range(CALIBRATING)]
        patience = time.monotonic() + 60
        while self.counts.get("200", 0) < 5 * CALIBRATING and time.monotonic() < patience:
            await asyncio.sleep(0.1)
        before = self.counts.get("200", 0)
        begin = time.monotonic()
        await asyncio.sleep(seconds)
        rate = (self.counts.get("200", 0) - before) / (time.monotonic() - begin)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.idle.clear()
        self.open = 0
        return rate

    async def flood(self, rate, ends):
        """So many a second, whatever becomes of those before."""
        tasks, begin, sent = set(), time.monotonic(), 0
        while (now := time.monotonic()) < ends:
            while sent < (now - begin) * rate:
                task = asyncio.create_task(self.ask())
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                sent += 1
            await asyncio.sleep(0.005)
        self.sent = sent
        for task in tasks:
            task.cancel()


def operate(url, session, csrf, ends):
    paths = ["/pools", "/pools/llm/waiting?limit=200&sort=position", "/queue/status", "/settings", "/callers",
             "/analytics/queue?period=1h", "/audit"]
    headers = {"Cookie": f"anteroom-session={session}", "X-CSRF-Token": csrf, "Content-Type": "application/json"}
    took, failed, waiting, i = [], [], [], 0
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    while time.monotonic() < ends:
        isEdit = i % 20 == 19
        method, path = ("POST", "/api-keys") if isEdit else ("GET", paths[i % len(paths)])
        body = json.dumps({"name": f"key-{i}"}) if isEdit else None
        begin = time.monotonic()
        try:
            connection.request(method, "/v1/management" + path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as broken:
            failed.append((path, f"call {i}", repr(broken)))
            connection.close()
            continue
        took.append((time.monotonic() - begin) * 1000)
        if answer.status >= 400:
            failed.append((path, answer.status, text[:200]))
        elif path == "/queue/status":
            waiting.append(json.loads(text)["current_size"])
        i += 1
        time.sleep(0.12)
    return took, failed, waiting


def main():
    callers, operator, session, csrf, seconds = sys.argv[1:]
    crowd = Crowd(urlparse(callers))
    loop = asyncio.new_event_loop()
    rate = loop.run_until_complete(crowd.calibrate(min(10.0, float(seconds) / 2)))
    if rate == 0:
        sys.exit(f"management-latency: the gateway serves nothing, {crowd.counts}: falls short")
    crowd.counts.clear()
    begin = time.monotonic()
    ends = begin + 5 + float(seconds)
    load = threading.Thread(target=lambda: loop.run_until_complete(crowd.flood(TIMES * rate, ends)))
    load.start()
    time.sleep(5)
    took, failed, waiting = operate(urlparse(operator), session, csrf, ends)
    load.join()
    lasted = time.monotonic() - begin
    took.sort()
    share = lambda part: took[min(len(took) - 1, int(len(took) * part))]
    print(f"callers: {rate:.1f} served in a second when all slots are busy, {crowd.sent / lasted:.1f} sent, "
          f"answers by status {dict(sorted(crowd.counts.items()))}, waiting {min(waiting)} to {max(waiting)} requests")
    print(f"management calls: {len(took)}, failed {len(failed)}, ms p50 {share(0.5):.0f}, p95 {share(0.95):.0f}, "
          f"p99 {share(0.99):.0f}, longest {took[-1]:.0f}")
    isTenfold = crowd.sent / lasted >= 0.95 * TIMES * rate
    good = share(0.95) < 500 and not failed and isTenfold
    print(f"management-latency: p95 {share(0.95):.0f} ms of {len(took)} calls at {crowd.sent / lasted / rate:.1f} times the load "
          f"that is served (goal: less than 500 ms at {TIMES} times): {'holds' if good else f'falls short {failed[:3]}'}")
    sys.exit(0 if good else 1)


main()
