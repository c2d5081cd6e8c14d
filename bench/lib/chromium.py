# SPDX-License-Identifier: Apache-2.0
"""Real pages of a Chromium, driven over its debugging protocol by what Python brings along."""

import base64
import json
import os
import re
import socket
import subprocess
import tempfile
import threading
import time
from urllib.parse import urlparse


class Chromium:
    """A browser with pages; from one thread at a time."""

    def __init__(self, executable):
        self.home = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [executable, "--headless", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
             "--remote-debugging-port=0", f"--user-data-dir={self.home.name}", "about:blank"],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        address = None
        while address is None:
            line = self.process.stderr.readline()
            if not line:
                raise SystemExit("the browser does not start")
            found = re.search(r"listening on (ws://\S+)", line)
            address = found and urlparse(found.group(1))
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self.socket = socket.create_connection((address.hostname, address.port))
        self.socket.settimeout(30)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.socket.recv(65536)
        self.buffer = self.buffer.split(b"\r\n\r\n", 1)[1]
        self.number = 0

    def take(self, count):
        while len(self.buffer) < count:
            piece = self.socket.recv(65536)
            if not piece:
                raise OSError("the browser is gone")
            self.buffer += piece
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def message(self):
        text = b""
        while True:
            first, second = self.take(2)
            length = second & 127
            if length == 126:
                length = int.from_bytes(self.take(2), "big")
            elif length == 127:
                length = int.from_bytes(self.take(8), "big")
            text += self.take(length)
            if first & 128:
                return json.loads(text)

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        body = json.dumps(message).encode()
        mask = os.urandom(4)
        head = bytes([129])
        head += bytes([128 | 126]) + len(body).to_bytes(2, "big") if len(body) > 125 else bytes([128 | len(body)])
        self.socket.sendall(head + mask + bytes(each ^ mask[at % 4] for at, each in enumerate(body)))
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]

    def page(self, cookies):
        """A page of a window of its own; cookies by name, for loopback."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for name, value in cookies.items():
            self.call("Network.setCookie", session, name=name, value=value, domain="127.0.0.1", path="/", httpOnly=True)
        return session

    def evaluate(self, session, script):
        return self.call("Runtime.evaluate", session, expression=script, returnByValue=True)["result"].get("value")

    def load(self, session, url):
        """Loads a page, and says how many milliseconds that took, to the end of its scripts."""
        self.call("Page.navigate", session, url=url)
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            took = self.evaluate(session, "location.href === " + json.dumps(url) + " && document.readyState === 'complete'"
                                 " ? performance.getEntriesByType('navigation')[0]?.loadEventEnd || 0 : 0")
            if took:
                return took
            time.sleep(0.02)
        raise SystemExit(f"{url} has not loaded within 30 s")

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        self.home.cleanup()
