# SPDX-License-Identifier: Apache-2.0
"""Fifty editors at once, each adding one to the same number of the settings over HTTP with If-Match."""

import http.client
import json
import sys
import threading
import time
from urllib.parse import urlparse

EDITORS = 50
SESSIONS = 10
PATH = "/v1/management/settings"
FIELD = ("pools", "llm", "slots")


def call(connection, method, path, body, headers):
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer, json.loads(answer.read() or b"{}")


def session(url):
    """The rate of calls is limited for each session: a few share the load."""
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    answer, body = call(connection, "POST", "/v1/management/session",
                        json.dumps({"user": "bench", "password": "violet kettle 9 orbits"}),
                        {"Content-Type": "application/json"})
    if answer.status >= 300:
        raise SystemExit(f"log-in: {answer.status} {body}")
    cookie = answer.getheader("Set-Cookie").split(";")[0]
    return {"Cookie": cookie, "X-CSRF-Token": body["csrf_token"], "Content-Type": "application/json"}


def number(document):
    for name in FIELD:
        document = document[name]
    return document


def wrong_in(body, answer, seen, proposed):
    """What a refusal lacks: both versions, their difference, and the ETag to go on from."""
    wrong = []
    if answer.getheader("Content-Type", "").split(";")[0] != "application/problem+json":
        wrong.append("no problem+json")
    if body.get("code") != "stale_edit":
        wrong.append("code")
    if answer.getheader("ETag") != f'"{body.get("current_revision")}"' or not body.get("current_revision", 0) > seen:
        wrong.append("revision")
    try:
        if number(body["proposed"]) != proposed:
            wrong.append("proposed")
        differs = number(body["current"]) != proposed
        if differs != any(each["path"] == ".".join(FIELD) for each in body["difference"]):
            wrong.append("difference")
    except (KeyError, TypeError):
        wrong.append("a version is missing")
    return wrong


class Run:
    def __init__(self, url, each):
        self.url, self.each = url, each
        self.lock = threading.Lock()
        self.begin = threading.Barrier(EDITORS)
        self.applied = self.stale = self.later = 0
        self.wrong = []

    def count(self, name, what=None):
        with self.lock:
            if what is None:
                setattr(self, name, getattr(self, name) + 1)
            else:
                self.wrong.append(what)

    def edit(self, headers):
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=60)
        done = 0
        answer, document = call(connection, "GET", PATH, None, headers)
        etag = answer.getheader("ETag")
        self.begin.wait()
        while done < self.each:
            proposed = number(document) + 1
            patch = json.dumps({"pools": {"llm": {"slots": proposed}}})
            answer, body = call(connection, "PATCH", PATH, patch, {**headers, "If-Match": etag})
            if answer.status == 200:
                done += 1
                self.count("applied")
                document, etag = {"pools": {"llm": {"slots": proposed}}}, answer.getheader("ETag")
            elif answer.status == 412:
                self.count("stale")
                lacks = wrong_in(body, answer, int(etag.strip('"')), proposed)
                if lacks:
                    self.count("wrong", f"412 without {lacks}: {str(body)[:300]}")
                    return
                document, etag = body["current"], answer.getheader("ETag")
            elif answer.status in (429, 503) and answer.getheader("Retry-After"):
                self.count("later")
                time.sleep(float(answer.getheader("Retry-After")))
            else:
                self.count("wrong", f"{answer.status} {str(body)[:300]}")
                return

    def guarded(self, headers):
        try:
            self.edit(headers)
        except Exception as broken:  # Whatever ends an editor early is a finding, never silence.
            self.count("wrong", repr(broken))
            self.begin.abort()


def main():
    operator, each = sys.argv[1:]
    url = urlparse(operator)
    sessions = [session(url) for _ in range(SESSIONS)]
    look = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    before = number(call(look, "GET", PATH, None, sessions[0])[1])
    run = Run(url, int(each))
    threads = [threading.Thread(target=run.guarded, args=(sessions[i % SESSIONS],)) for i in range(EDITORS)]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begin
    look.close()
    counted = number(call(look, "GET", PATH, None, sessions[0])[1]) - before
    wanted = EDITORS * run.each
    holds = counted == run.applied == wanted and not run.wrong
    for each in run.wrong[:3]:
        print("  refused:", each)
    print(f"over HTTP: {EDITORS} at once, {run.applied} edits applied, {counted} counted: {run.applied - counted} lost; "
          f"{run.stale} refused by 412 with both versions, {len(run.wrong)} refused otherwise, "
          f"{run.later} told to come later; {took:.1f} s: {'holds' if holds else 'falls short'}")
    sys.exit(0 if holds else 1)


main()
