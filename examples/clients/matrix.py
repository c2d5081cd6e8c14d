# SPDX-License-Identifier: Apache-2.0
"""Runs every client through every scenario against the real gateway; see bench/clients."""
import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path

from report import page, table
from scenarios import SCENARIOS, Result, breaks
from wire import Relay, request, until, whole
from workers import Server, Worker, commands

HOGS = {"waits": 1, "full": 32, "kept": 1, "limited": 32}

CONFIG = """
listen: {{port: 0, idle: 120s}}
upstream: {{url: 'http://127.0.0.1:{model}'}}
pools:
  llm: {{slots: {slots}, order: fifo, max-waiting: {waiting}, early-refusal: false, per-ip: {{max-waiting: 1000}}}}
routes: [{{path: '/v1/*', pool: llm}}, {{path: '/api/*', pool: llm}}]
waiting: {{commit-after: 1s, heartbeat: 500ms, json-hold: {hold}}}
log: {{access: false}}
{more}
"""

LIMITS = "limits: [{name: key-requests, by: key, requests: 20, per: 1m, burst: 1}]"


class Hall:
    """A gateway, and those who keep its slots busy."""

    def __init__(self, gateway, model, slots):
        self.gateway = gateway
        self.model = model
        self.slots = slots
        self.hogs = []

    async def running(self):
        metrics = await whole(self.model.port, "GET", "/metrics")
        line = next(line for line in metrics.splitlines() if line.startswith("vllm:num_requests_running"))
        return int(float(line.split()[-1]))

    async def fill(self, count):
        body = json.dumps({"model": "hog", "messages": [], "max_tokens": 2}).encode()
        for number in range(count):
            fields = ("Sim-Service-Micros: 300000000", f"Authorization: Bearer hog-{number}")
            self.hogs.append(await request(self.gateway.port, "POST", "/v1/chat/completions", body, fields))

    async def occupy(self, waiting):
        await self.fill(self.slots)

        async def full():
            return await self.running() == self.slots

        await until(full, "busy slots")
        await self.fill(waiting)

    async def free(self):
        for _, writer in reversed(self.hogs):
            writer.close()
        self.hogs.clear()

        async def empty():
            return await self.running() == 0

        await until(empty, "free slots", 120)


async def learn(hall):
    """Lets a gateway see how long requests take."""
    body = json.dumps({"model": "simulated", "messages": [], "max_tokens": 6}).encode()
    for _ in range(3):
        await asyncio.gather(
            *(whole(hall.gateway.port, "POST", "/v1/chat/completions", body) for _ in range(hall.slots))
        )


def key_of(client):
    return "sk-" + client.replace(" ", "-").replace("/", "-").replace("@", "")


async def spend(hall, clients):
    """Uses up what the limits leave to each client, and to those who send no key."""
    body = json.dumps({"model": "simulated", "messages": [], "max_tokens": 2}).encode()
    for fields in [(f"Authorization: Bearer {key_of(client)}",) for client in clients] + [()]:
        # To the end: a request that is given up gets its token back.
        await whole(hall.gateway.port, "POST", "/v1/chat/completions", body, fields)


async def play(scenario, hall, workers, wanted):
    """One scenario with all clients at once: the result of each."""
    if scenario.busy:
        await hall.occupy(waiting=1 if scenario.gateway == "full" else 0)
    async with contextlib.AsyncExitStack() as stack:
        relays, asked = {}, {}
        if scenario.gateway == "limited":
            await spend(hall, [client for worker in workers for client in worker.clients])
        for worker in workers:
            for client in worker.clients:
                if wanted and wanted not in client:
                    continue
                relay = relays[client] = await stack.enter_async_context(Relay(hall.gateway.port))
                task = {
                    "client": client,
                    "base": relay.base,
                    "key": key_of(client),
                    "model": scenario.model,
                    "stream": scenario.stream,
                    "headers": scenario.headers,
                }
                asked[client] = asyncio.create_task(worker.ask(task))
        if scenario.busy == "committed":
            await until(lambda: all(relay.asked for relay in relays.values()), "requests")
            await asyncio.sleep(2.2)  # beyond commit-after, so that statuses are sent; a client is to see them
            await hall.free()
        elif scenario.busy == "answered":
            await until(lambda: all(relay.told_at for relay in relays.values()), "refusals")
            await hall.free()
        await asyncio.wait(asked.values(), timeout=scenario.patience)
        results = {client: judged(scenario, client, asked[client], relays[client]) for client in asked}
        for task in asked.values():
            task.cancel()
    await hall.free()
    return results


def judged(scenario, client, task, relay):
    if task.done():
        return scenario.judge(client, task.result(), relay)
    if scenario.name == "refused-for-good":
        return scenario.judge(client, None, relay)
    return breaks(f"no end within {scenario.patience} s")


async def run(options):
    scenarios = [s for s in SCENARIOS if (s.quick or not options.quick) and options.scenario in s.name]
    java = [options.java, "-Xmx256m", "-XX:TieredStopAtLevel=1", "-jar", str(options.jar)]
    results = {}
    async with contextlib.AsyncExitStack() as stack:
        enter = stack.enter_async_context
        model = await enter(Server([*java, "model", "--port", "0", "--slots", "200", "--speed", "5"]))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        halls = {}
        for name, slots in HOGS.items():
            config = folder / f"{name}.yaml"
            waiting = 1 if name == "full" else 1000
            hold = "1s" if name == "kept" else "55s"
            config.write_text(CONFIG.format(model=model.port, slots=slots, waiting=waiting, hold=hold, more=LIMITS if name == "limited" else ""))
            halls[name] = Hall(await enter(Server([*java, "serve", "--config", str(config)])), model, slots)
            if name != "limited":
                await learn(halls[name])
        workers = [await enter(Worker(command)) for command in commands(options.java)]
        for scenario in scenarios:
            started = time.monotonic()
            results[scenario] = await play(scenario, halls[scenario.gateway], workers, options.client)
            bad = {client: result for client, result in results[scenario].items() if not result.ok}
            print(f"{scenario.title}: {len(results[scenario]) - len(bad)} of {len(results[scenario])} clients, "
                  f"{time.monotonic() - started:.1f} s", flush=True)
            for client, result in bad.items():
                print(f"  {client} breaks: {result.reason}", flush=True)
    return results


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jar", type=Path, required=True)
    parser.add_argument("--java", default="java")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", type=Path, help="the page to write the table to")
    parser.add_argument("--client", default="", help="only clients with this in their name")
    parser.add_argument("--scenario", default="", help="only scenarios with this in their name")
    options = parser.parse_args()
    results = asyncio.run(run(options))
    if options.write:
        options.write.write_text(page(results))
    else:
        print()
        print(table(results))
    breakages = sum(not result.ok for cells in results.values() for result in cells.values())
    clients = {client for cells in results.values() for client in cells}
    verdict = "holds" if results and breakages == 0 else "falls short"
    print(f"clients: {len(clients)} clients, {len(results)} scenarios, {breakages} breakages: {verdict}")
    return 0 if verdict == "holds" else 1


if __name__ == "__main__":
    sys.exit(main())
