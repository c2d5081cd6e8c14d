# SPDX-License-Identifier: Apache-2.0
"""The table of the client matrix."""
import json
import re
import xml.etree.ElementTree as xml
from pathlib import Path

HERE = Path(__file__).resolve().parent


def versions():
    """The pinned versions, by package."""
    pinned = json.loads((HERE / "node" / "package.json").read_text())["dependencies"]
    pinned = {name: re.sub(r"^npm:.*@", "", version) for name, version in pinned.items()}
    for line in (HERE / "python" / "requirements.txt").read_text().split():
        name, version = line.split("==")
        pinned[name + "-python"] = version
    space = "{http://maven.apache.org/POM/4.0.0}"
    for dependency in xml.parse(HERE / "java" / "pom.xml").iter(space + "dependency"):
        pinned[dependency.findtext(space + "artifactId")] = dependency.findtext(space + "version")
    return pinned


def named(client):
    """A client with its version."""
    package, _, rest = client.partition(" ")
    artifact = {"langchain4j": "langchain4j-open-ai"}.get(package, package)
    return f"`{package.removesuffix('-6')}` {versions().get(artifact, '')}" + (f", {rest}" if rest else "")


def table(results):
    """Clients by scenarios, in Markdown."""
    clients = list(dict.fromkeys(client for cells in results.values() for client in cells))
    rows = ["| client | " + " | ".join(scenario.title for scenario in results) + " |"]
    rows.append("|---" * (len(results) + 1) + "|")
    for client in clients:
        rows.append(f"| {named(client)} | " + " | ".join(cells[client].cell for cells in results.values()) + " |")
    return "\n".join(rows) + "\n"


INTRODUCTION = """# Clients

What real clients make of Anteroom's queue. This page is written by `bench/clients --write`, which sends all of them at once
through the real gateway to a simulated model server; versions are pinned in [examples/clients](../examples/clients).

- **served at once**: the model is free; what every other column is compared with.
- **waits**: longer than `commit-after`, which is 1 s here, then served. *Statuses* are counted on the wire: comments, or
  lines of NDJSON for Ollama. *Reads position* tells what the client's own API gives of `Queue-Initial-Position`.
- **refused, comes back**: the queue is full, and is not when the client retries by itself. *Sooner than asked*: it does not
  heed `Retry-After`. A client that does not retry has to raise an error that says why.
- **sent away, comes back**: a JSON request that has waited for `json-hold`, 1 s here, is refused, its place kept, and found again.
- **over its rate limit**: its key may send one request in three seconds, and has just done so: 429, with the exact moment.
- **stays refused**: the error that the client raises in the end carries the gateway's own words. *Still tries* after 25 s.
- **fails, breaks off, is over after the beginning**: the status can no longer be changed; the client has to raise an error.
- **status chunks**: asked for with `Prefer: queue-status=chunk`. *Reads it*: the client hands the `queue` member on.
- **status events**: asked for with `Prefer: queue-status=event`, which is for clients of one's own that read named events. *Not for
  this client*: it takes every event for a piece of its answer and fails.

"""


def page(results):
    """The whole of docs/clients.md."""
    breakages = sum(not result.ok for cells in results.values() for result in cells.values())
    count = len({client for cells in results.values() for client in cells})
    return INTRODUCTION + table(results) + f"\n{count} clients, {len(results)} scenarios, {breakages} breakages.\n"
