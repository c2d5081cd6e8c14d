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


def page(results):
    return ""
