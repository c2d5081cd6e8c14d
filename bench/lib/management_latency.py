# SPDX-License-Identifier: Apache-2.0
"""Overloads a gateway from many connections, and measures calls of its management API meanwhile."""

import asyncio
import http.client
import json
import sys
import threading
import time
from urllib.parse import urlparse

CALLERS = 1000
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello"}]}).encode()


async def caller(host, port, number, ends, counts):
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer caller-{number % 100}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    ).encode()
    reader = writer = None
    while time.monotonic() < ends:
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection(host, port)
            writer.write(head + BODY)
            status = await reader.readline()
            length = 0
            while (line := await reader.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            await reader.readexactly(length)
            kind = status.split(b" ")[1].decode()
            counts[kind] = counts.get(kind, 0) + 1
            if kind != "200":
                await asyncio.sleep(0.25)
        except (OSError, ValueError, IndexError, asyncio.IncompleteReadError):
            counts["broken"] = counts.get("broken", 0) + 1
            writer = None
            await asyncio.sleep(0.25)


async def crowd(url, ends, counts):
    tasks = [asyncio.create_task(caller(url.hostname, url.port, i, ends, counts)) for i in range(CALLERS)]
    await asyncio.sleep(max(0, ends - time.monotonic()))
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
    counts = {}
    ends = time.monotonic() + 5 + float(seconds)
    load = threading.Thread(target=lambda: asyncio.run(crowd(urlparse(callers), ends, counts)))
    load.start()
    time.sleep(5)
    took, failed, waiting = operate(urlparse(operator), session, csrf, ends)
    load.join()
    took.sort()
    share = lambda part: took[min(len(took) - 1, int(len(took) * part))]
    served = counts.get("200", 0)
    print(f"callers: {CALLERS} at once, answers by status {dict(sorted(counts.items()))}, "
          f"waiting {min(waiting)} to {max(waiting)} requests")
    print(f"management calls: {len(took)}, failed {len(failed)}, ms p50 {share(0.5):.0f}, p95 {share(0.95):.0f}, "
          f"p99 {share(0.99):.0f}, longest {took[-1]:.0f}")
    print("served by the gateway:", served)
    good = share(0.95) < 500 and not failed
    print("PASS" if good else f"FAIL {failed[:3]}")
    sys.exit(0 if good else 1)


main()
