# SPDX-License-Identifier: Apache-2.0
"""The scenarios of the client matrix: what is set up, what a client is asked for, and what must come of it."""
import re
from dataclasses import dataclass, field
from typing import Callable

WORDS = "Please take a seat in the anteroom. Everyone is called in a fair order, the urgent before the patient, and".split()


@dataclass(frozen=True)
class Result:
    ok: bool
    cell: str
    reason: str = ""


def works(cell):
    return Result(True, cell)


def breaks(reason):
    return Result(False, "**breaks**", reason)


@dataclass(frozen=True, eq=False)
class Scenario:
    """What is asked, and how the answer is judged.

    gateway: long queue ("waits"), full ("full"), one that sends JSON away after a second ("kept"), or one that lets each
        key through once in three seconds ("limited"), which each key has just been
    busy: when the slots are given free again: None (they always are), "committed", "answered" or "never"
    """

    name: str
    title: str
    judge: Callable
    gateway: str = "waits"
    busy: str | None = "committed"
    stream: bool = True
    model: str = "simulated"
    headers: dict = field(default_factory=dict)
    quick: bool = True
    patience: int = 100


def whole(answer):
    """Why this is not the model's whole answer, or None."""
    if answer["error"]:
        return "raised {name}: {message}".format(**answer["error"])[:300]
    text = answer["text"]
    if text.split() != WORDS[: len(text.split())] or len(text.split()) not in (6, 16):
        return f"got the text {text!r}"
    return None


def served(client, answer, relay):
    if reason := whole(answer):
        return breaks(reason)
    if len(relay.asked) != 1:
        return breaks(f"sent {len(relay.asked)} requests")
    return works("yes")


def waited(client, answer, relay):
    result = served(client, answer, relay)
    if not result.ok:
        return result
    frames = len(re.findall(rb"queue position=\d+|\"queue_position\":\d+", relay.told))
    if "ollama" not in client and frames == 0:
        return breaks("was never told that it waits")
    told = f"{frames} statuses" if frames else "in silence"
    return works(f"yes, {told}" + (f", reads position {answer['position']}" if answer["position"] else ""))


def waited_json(client, answer, relay):
    result = served(client, answer, relay)
    if result.ok and not relay.field("queue-initial-position"):
        return breaks("did not wait")
    return works("yes" + (f", reads position {answer['position']}" if answer["position"] else "")) if result.ok else result


def came_back(client, answer, relay, statuses=(503, 529)):
    first = relay.told_at[0][1] if relay.told_at else None
    if first not in statuses:
        return breaks(f"was told {first} at first")
    if len(relay.asked) == 1:  # a client without retries
        error = answer["error"]
        if not error or "Please try again in" not in error["message"]:
            return breaks(f"does not retry, and does not say why: {error}")
        return works("does not retry; says why")
    if reason := whole(answer):
        return breaks(f"after {len(relay.asked)} requests: {reason}")
    asked_to_wait = float(relay.field("retry-after-ms")[0]) / 1000
    gap = relay.asked[1] - relay.told_at[0][0]
    note = "" if gap >= 0.9 * asked_to_wait else ", sooner than asked"
    return works(f"{len(relay.asked)} requests{note}")


def came_back_to_its_place(client, answer, relay):
    if b'"place_kept":true' not in relay.told:
        return breaks("its place was not kept")
    return came_back(client, answer, relay)


def came_back_within_its_limit(client, answer, relay):
    if not relay.field("ratelimit-policy"):
        return breaks("was not told its limit")
    error = answer["error"]
    if error and len(relay.asked) > 1 and "Please try again in" in error["message"]:
        asked_to_wait = float(relay.field("retry-after-ms")[0]) / 1000
        if relay.asked[1] - relay.told_at[0][0] < 0.9 * asked_to_wait:
            return works(f"{len(relay.asked)} requests, sooner than asked, in vain; says why")
    return came_back(client, answer, relay, (429,))


def says_why(client, answer, relay):
    if answer is None:
        return works(f"still tries, {len(relay.asked)} requests so far")
    error = answer["error"]
    if not error:
        return breaks("an empty success: " + repr(answer["text"]))
    if "is taken" not in error["message"] and "Please try again in" not in error["message"]:
        return breaks("does not say why: " + error["message"][:200])
    return works(f"yes, {len(relay.asked)} request" + ("s" if len(relay.asked) > 1 else ""))


def raised(client, answer, relay):
    if not answer["error"]:
        return breaks("an error that came late passed for success: " + repr(answer["text"]))
    late = b"queue position=" in relay.told or b'"queue_position":' in relay.told
    if "ollama" not in client and not late:
        return breaks("the failure was not late")
    return works("raises")


def broke_off(client, answer, relay):
    if not answer["error"]:
        return breaks("half an answer passed for a whole one: " + repr(answer["text"]))
    return works("raises")


def for_those_who_read_events(client, answer, relay):
    """Named events are for clients that know them: one that does not is told of, and is no breakage."""
    result = applied("event")(client, answer, relay)
    return result if result.ok else works("not for this client")


def applied(mode):
    def judge(client, answer, relay):
        if not any(f"queue-status={mode}" in value for value in relay.field("preference-applied")):
            return works("not in this dialect") if not (reason := whole(answer)) else breaks(reason)
        result = served(client, answer, relay)
        if not result.ok:
            return result
        return works("yes, reads it" if answer["seen"] else "yes")

    return judge


SCENARIOS = [
    Scenario("free-stream", "served at once, streaming", served, busy=None),
    Scenario("free-json", "served at once, JSON", served, busy=None, stream=False),
    Scenario("wait-stream", "waits, streaming", waited),
    Scenario("wait-json", "waits, JSON", waited_json, stream=False),
    Scenario("refused-stream", "refused, comes back, streaming", came_back, gateway="full", busy="answered"),
    Scenario("refused-json", "refused, comes back, JSON", came_back, gateway="full", busy="answered", stream=False, quick=False),
    Scenario(
        "place-kept",
        "sent away, comes back to its place, JSON",
        came_back_to_its_place,
        gateway="kept",
        busy="answered",
        stream=False,
        quick=False,
    ),
    Scenario(
        "limited",
        "over its rate limit, comes back, JSON",
        came_back_within_its_limit,
        gateway="limited",
        busy=None,
        stream=False,
        quick=False,
    ),
    Scenario("late-500", "upstream fails after the beginning", raised, model="failing"),
    Scenario("late-cut", "upstream breaks off half-way", broke_off, model="breaking", quick=False),
    Scenario(
        "late-timeout",
        "wait is over after the beginning",
        raised,
        busy="never",
        headers={"Queue-Max-Wait-Ms": "2000"},
        quick=False,
    ),
    Scenario(
        "refused-for-good",
        "stays refused, says why",
        says_why,
        gateway="full",
        busy="never",
        stream=False,
        quick=False,
        patience=25,
    ),
    Scenario(
        "chunk",
        "asks for status chunks (opt-in)",
        applied("chunk"),
        headers={"Prefer": "queue-status=chunk"},
        quick=False,
    ),
    Scenario(
        "event",
        "asks for status events (opt-in)",
        for_those_who_read_events,
        headers={"Prefer": "queue-status=event"},
        quick=False,
    ),
]
