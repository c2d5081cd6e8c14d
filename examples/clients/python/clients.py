# SPDX-License-Identifier: Apache-2.0
"""The clients of Python, each as its documentation shows it. Speaks the lines that node/clients.mjs describes."""
import json
import sys
import threading

import anthropic
import openai

TOKENS = 6
MESSAGES = [{"role": "user", "content": "Hello"}]


class Seen:
    """What a client saw while it read."""

    def __init__(self):
        self.text = ""
        self.position = None
        self.queue = False

    def header(self, headers):
        self.position = headers.get("queue-initial-position")

    def chunk(self, chunk, text):
        self.queue = self.queue or bool((getattr(chunk, "model_extra", None) or {}).get("queue"))
        self.text += text or ""


def open_ai(task):
    return openai.OpenAI(base_url=task["base"] + "/v1", api_key=task["key"], default_headers=task["headers"])


def chat(task, seen):
    raw = open_ai(task).chat.completions.with_raw_response.create(
        model=task["model"], messages=MESSAGES, max_tokens=TOKENS, stream=task["stream"]
    )
    seen.header(raw.headers)
    data = raw.parse()
    if not task["stream"]:
        return seen.chunk(data, data.choices[0].message.content)
    for chunk in data:
        seen.chunk(chunk, chunk.choices[0].delta.content)  # naive on purpose


def responses(task, seen):
    raw = open_ai(task).responses.with_raw_response.create(
        model=task["model"], input="Hello", max_output_tokens=16, stream=task["stream"]
    )
    seen.header(raw.headers)
    data = raw.parse()
    if not task["stream"]:
        return seen.chunk(data, data.output_text)
    for event in data:
        if event.type == "response.failed":
            raise RuntimeError(event.response.error.message)
        seen.chunk(event, event.delta if event.type == "response.output_text.delta" else "")


def messages(task, seen):
    client = anthropic.Anthropic(base_url=task["base"], api_key=task["key"], default_headers=task["headers"])
    raw = client.messages.with_raw_response.create(
        model=task["model"], messages=MESSAGES, max_tokens=TOKENS, stream=task["stream"]
    )
    seen.header(raw.headers)
    data = raw.parse()
    if not task["stream"]:
        return seen.chunk(data, data.content[0].text)
    for event in data:
        seen.chunk(event, event.delta.text if event.type == "content_block_delta" else "")


CLIENTS = {"openai-python chat": chat, "openai-python responses": responses, "anthropic-python": messages}
OUT = threading.Lock()


def run(task):
    seen = Seen()
    error = None
    try:
        CLIENTS[task["client"]](task, seen)
    except Exception as e:  # whatever a client raises is what we want to see
        error = {"name": type(e).__name__, "status": getattr(e, "status_code", None), "message": str(e)}
    answer = {"id": task["id"], "text": seen.text, "position": seen.position, "seen": seen.queue, "error": error}
    say(answer)


def say(line):
    with OUT:
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    say({"clients": list(CLIENTS)})
    for line in sys.stdin:
        threading.Thread(target=run, args=(json.loads(line),), daemon=True).start()
