# SPDX-License-Identifier: Apache-2.0
"""Fills the queue of a gateway, opens windows on its pages, overloads it, and measures what the pages cost and take."""

import asyncio
import http.client
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from urllib.parse import urlparse

from chromium import Chromium

WAITING = 10_000
WINDOWS = 50
REAL = 3
OF_USER = 8
SERVED_A_SECOND = 20
OVERLOAD = 10
PASSWORD = "violet kettle 9 orbits"
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello"}]}).encode()
PAGES = ["/overview", "/pools/llm", "/pools/llm?q=caller-7&sort=-waited", "/cluster", "/upstreams", "/settings",
         "/callers", "/webhooks"]


# Callers, in a process of their own. -----------------------------------------------------------------------------------


def request(host, number):
    return (f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer caller-{number % 100}\r\n"
            f"Sim-Service-Micros: {2 * 1_000_000 // SERVED_A_SECOND}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n").encode() + BODY


async def answer(reader):
    status = await reader.readline()
    length = 0
    while (line := await reader.readline()) not in (b"\r\n", b""):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    await reader.readexactly(length)
    return status.split(b" ")[1].decode()


async def patient(host, port, number, counts):
    """One that waits, and comes again as soon as it has been answered."""
    reader, writer = await asyncio.open_connection(host, port)
    while True:
        writer.write(request(host, number))
        kind = await answer(reader)
        counts[kind] = counts.get(kind, 0) + 1
        if kind != "200":
            await asyncio.sleep(1)


async def hurried(host, port, number, every, counts):
    """One of those who find the queue full, at a steady rate."""
    reader = writer = None
    due = time.monotonic() + every * (number % 20) / 20
    while True:
        await asyncio.sleep(max(0, due - time.monotonic()))
        due += every
        if writer is None:
            reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(request(host, number))
            kind = await asyncio.wait_for(answer(reader), 2)
            counts[kind] = counts.get(kind, 0) + 1
        except (asyncio.TimeoutError, OSError, IndexError, asyncio.IncompleteReadError):
            # It has got a place in the queue, or has been cut off: it leaves, and another one comes.
            counts["left"] = counts.get("left", 0) + 1
            writer.close()
            writer = None


async def crowd(address):
    """Fills the queue; hurries from the next line of input on; tells on each line what has been answered so far."""
    host, port = address.hostname, address.port
    counts, tasks = {}, []
    for number in range(WAITING + 50):
        tasks.append(asyncio.create_task(patient(host, port, number, counts)))
        if number % 50 == 49:
            await asyncio.sleep(0.02)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() == "hurry":
            rate = SERVED_A_SECOND * OVERLOAD
            tasks += [asyncio.create_task(hurried(host, port, each, 40 / rate, counts)) for each in range(40)]
        print(json.dumps(counts), flush=True)


class Crowd:
    def __init__(self, callers):
        self.process = subprocess.Popen([sys.executable, __file__, "crowd", callers], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def say(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.kill()
        self.process.wait()


# Operators. ------------------------------------------------------------------------------------------------------------


def call(address, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request(method, path, None if body is None else json.dumps(body), headers or {})
    got = connection.getresponse()
    text = got.read()
    if got.status >= 300:
        raise SystemExit(f"{method} {path}: {got.status} {text[:300]}")
    return got, json.loads(text or b"{}")


def sessions(operator, token):
    """Cookies of as many users as it takes to open all windows."""
    cookies = []
    as_admin = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for number in range(-(-WINDOWS // OF_USER)):
        name = f"watcher-{number}"
        call(operator, "POST", "/v1/management/users", {"name": name, "role": "viewer", "password": PASSWORD}, as_admin)
        got, _ = call(operator, "POST", "/v1/management/session", {"user": name, "password": PASSWORD},
                      {"Content-Type": "application/json"})
        cookies.append(got.getheader("Set-Cookie").split(";")[0])
    return cookies


class Window(threading.Thread):
    """What the overview does once it is loaded: it holds its stream, and takes what comes."""

    def __init__(self, operator, cookie):
        super().__init__(daemon=True)
        self.connection = http.client.HTTPConnection(operator.hostname, operator.port, timeout=30)
        self.connection.request("GET", "/admin/live?period=15m", headers={"Cookie": cookie, "Accept": "text/event-stream"})
        self.stream = self.connection.getresponse()
        if self.stream.status != 200:
            raise SystemExit(f"a stream: {self.stream.status} {self.stream.read()[:300]}")
        self.told = 0
        self.start()

    def run(self):
        try:
            while line := self.stream.readline():
                self.told += line.startswith(b"data: {")
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            return


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_a_second(pid, seconds):
    """The median of looks of a second: a compiler that is at work for some of them does not count."""
    return statistics.median(cpu_in_a_second(pid) for _ in range(int(seconds)))


def cpu_in_a_second(pid):
    before, begin = cpu_seconds(pid), time.monotonic()
    time.sleep(1)
    return 1000 * (cpu_seconds(pid) - before) / (time.monotonic() - begin)


def loads(operator, cookie, ends):
    """Milliseconds for each load of a page, one after the other, over one connection as a browser's."""
    took, failed, at = {}, [], 0
    connection = http.client.HTTPConnection(operator.hostname, operator.port, timeout=30)
    while time.monotonic() < ends:
        path = PAGES[at % len(PAGES)]
        at += 1
        begin = time.monotonic()
        connection.request("GET", "/admin" + path, headers={"Cookie": cookie})
        got = connection.getresponse()
        text = got.read()
        took.setdefault(path, []).append(1000 * (time.monotonic() - begin))
        if got.status != 200 or b"</html>" not in text:
            failed.append((path, got.status))
        time.sleep(0.05)
    return took, failed


def share(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


def waiting(operator, token):
    _, pools = call(operator, "GET", "/v1/management/queue/status", headers={"Authorization": f"Bearer {token}"})
    return pools["current_size"]


def main():
    callers, operator, token, pid, chromium, seconds = sys.argv[1:]
    operator, seconds = urlparse(operator), float(seconds)
    cookies = sessions(operator, token)
    crowd_of_callers, browser = Crowd(callers), Chromium(chromium)
    try:
        ends = time.monotonic() + 90
        while waiting(operator, token) < WAITING:
            if time.monotonic() > ends:
                raise SystemExit(f"only {waiting(operator, token)} wait after 90 s")
            time.sleep(0.5)
        hold = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        call(operator, "POST", "/v1/management/pools/llm/hold", {"confirm": 10_000_000}, hold)
        time.sleep(3)
        first = cpu_a_second(pid, seconds)

        name, value = cookies[0].split("=", 1)
        pages = [browser.page({name: value}) for _ in range(REAL)]
        address = f"http://127.0.0.1:{operator.port}/admin"
        for page in pages:
            browser.load(page, address + "/overview")
        windows = [Window(operator, cookies[at // OF_USER]) for at in range(REAL, WINDOWS)]
        time.sleep(3)
        before = [each.told for each in windows]
        with_windows = cpu_a_second(pid, seconds)
        told = sum(each.told for each in windows) - sum(before)
        fresh = [browser.evaluate(page, "document.querySelector('[data-freshness]').dataset.state") for page in pages]
        for page in pages:
            browser.call("Page.navigate", page, url="about:blank")
        for each in windows:
            each.connection.close()
            each.stream.close()
        time.sleep(2)
        without = min(first, cpu_a_second(pid, seconds))
        still = waiting(operator, token)

        call(operator, "POST", "/v1/management/pools/llm/resume", {}, hold)
        for page in pages:
            browser.load(page, address + "/overview")
        windows = [Window(operator, cookies[at // OF_USER]) for at in range(REAL, WINDOWS)]
        begun, begin = crowd_of_callers.say("hurry"), time.monotonic()
        ends = begin + 2 * seconds
        real = []

        def real_loads():
            while time.monotonic() < ends - 1:
                real.append(browser.load(pages[len(real) % REAL], address + PAGES[len(real) % len(PAGES)]))
                time.sleep(0.1)

        beside = threading.Thread(target=real_loads)
        beside.start()
        took, failed = loads(operator, cookies[-1], ends)
        beside.join()
        lasted, ended = time.monotonic() - begin, crowd_of_callers.say("tell")
        full = waiting(operator, token)
    finally:
        crowd_of_callers.close()
        browser.close()
    came = {kind: ended[kind] - begun.get(kind, 0) for kind in sorted(ended)}
    over = sum(came.values()) / max(1, came.get("200", 0))
    every = [each for values in took.values() for each in values]
    cost, p95 = with_windows - without, share(every, 0.95)
    print(f"windows: {REAL} real pages ({', '.join(map(str, fresh))}) and {WINDOWS - REAL} streams, each told "
          f"{told / len(windows) / seconds:.2f} times a second, {still} requests waiting")
    print(f"processor time of the gateway: {with_windows:.0f} ms a second with them, {without:.0f} without")
    print(f"overload: in {lasted:.0f} s by status {came}: {over:.1f} times what is served; {full} waiting")
    for path, values in took.items():
        print(f"  {path:38} p50 {share(values, 0.5):5.0f} ms, p95 {share(values, 0.95):5.0f} ms")
    print(f"  real pages, to the end of their scripts: {len(real)} loads, p50 {share(real, 0.5):.0f} ms, "
          f"p95 {share(real, 0.95):.0f} ms")
    holds = (cost < 200 and p95 < 500 and not failed and over >= OVERLOAD and still >= WAITING and full >= 0.99 * WAITING
             and told >= 0.8 * len(windows) * seconds and fresh == ["live"] * REAL)
    print(f"ui-load: {cost:.0f} ms of processor time a second for {WINDOWS} windows (200 at most), {len(every)} pages "
          f"loaded, p95 {p95:.0f} ms (500 at most), {len(failed)} failed: {'holds' if holds else 'falls short'}")
    sys.exit(0 if holds else 1)


if sys.argv[1] == "crowd":
    asyncio.run(crowd(urlparse(sys.argv[2])))
else:
    main()
