// SPDX-License-Identifier: Apache-2.0
// The clients of Node, each as its documentation shows it. Reads one task a line from standard input, as
// {"id":1,"client":"openai chat","base":"http://127.0.0.1:8080","model":"m","stream":true,"headers":{}},
// and answers each with a line {"id":1,"text":"...","position":"3","seen":true,"error":null}: the text that the
// client got, the position that it read from the header fields, whether it saw a queue object in the stream, and the
// error that it raised.
import { createInterface } from 'node:readline';
import Anthropic from '@anthropic-ai/sdk';
import { ChatOpenAI } from '@langchain/openai';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText } from 'ai';
import { Ollama } from 'ollama';
import OpenAI7 from 'openai';
import OpenAI6 from 'openai-6';

const TOKENS = 6;
const QUESTION = 'Hello';
const messages = [{ role: 'user', content: QUESTION }];

/** What a client saw while it read. */
class Seen {
  text = '';
  position = null;
  queue = false;

  header(headers) {
    this.position = headers?.get?.('queue-initial-position') ?? headers?.['queue-initial-position'] ?? null;
  }

  chunk(chunk, text) {
    this.queue ||= Boolean(chunk?.queue);
    this.text += text ?? '';
  }
}

const openAi = (OpenAI, ask) => async (task, seen) => {
  const client = new OpenAI({ baseURL: `${task.base}/v1`, apiKey: task.key, defaultHeaders: task.headers });
  const { data, response } = await ask(client, task).withResponse();
  seen.header(response.headers);
  return data;
};

const openAiChat = (OpenAI) => async (task, seen) => {
  const ask = openAi(OpenAI, (client) =>
    client.chat.completions.create({ model: task.model, messages, max_tokens: TOKENS, stream: task.stream }));
  const data = await ask(task, seen);
  if (!task.stream) return seen.chunk(data, data.choices[0].message.content);
  for await (const chunk of data) seen.chunk(chunk, chunk.choices[0].delta.content); // naive on purpose
};

/** The helper that collects a stream's events. */
const openAiHelper = (OpenAI) => async (task, seen) => {
  const client = new OpenAI({ baseURL: `${task.base}/v1`, apiKey: task.key, defaultHeaders: task.headers });
  if (!task.stream) return openAiChat(OpenAI)(task, seen);
  const runner = client.chat.completions.stream({ model: task.model, messages, max_tokens: TOKENS });
  runner.on('chunk', (chunk) => seen.chunk(chunk, ''));
  seen.text = await runner.finalContent();
};

const openAiResponses = (OpenAI) => async (task, seen) => {
  const ask = openAi(OpenAI, (client) =>
    client.responses.create({ model: task.model, input: QUESTION, max_output_tokens: 16, stream: task.stream }));
  const data = await ask(task, seen);
  if (!task.stream) return seen.chunk(data, data.output_text);
  for await (const event of data) {
    if (event.type === 'response.failed') throw new Error(event.response.error.message);
    seen.chunk(event, event.type === 'response.output_text.delta' ? event.delta : '');
  }
};

const anthropic = async (task, seen) => {
  const client = new Anthropic({ baseURL: task.base, apiKey: task.key, defaultHeaders: task.headers });
  const { data, response } = await client.messages
    .create({ model: task.model, messages, max_tokens: TOKENS, stream: task.stream })
    .withResponse();
  seen.header(response.headers);
  if (!task.stream) return seen.chunk(data, data.content[0].text);
  for await (const event of data) seen.chunk(event, event.type === 'content_block_delta' ? event.delta.text : '');
};

const anthropicHelper = async (task, seen) => {
  if (!task.stream) return anthropic(task, seen);
  const client = new Anthropic({ baseURL: task.base, apiKey: task.key, defaultHeaders: task.headers });
  const stream = client.messages.stream({ model: task.model, messages, max_tokens: TOKENS });
  stream.on('streamEvent', (event) => seen.chunk(event, ''));
  seen.text = await stream.finalText();
};

const vercel = (provider) => async (task, seen) => {
  const options = {
    model: provider(task),
    prompt: QUESTION,
    maxOutputTokens: TOKENS < 16 ? 16 : TOKENS,
    headers: task.headers,
    includeRawChunks: true,
    onError: () => {},
  };
  if (!task.stream) {
    const result = await generateText(options);
    seen.header((await result.response).headers);
    return seen.chunk(result, result.text);
  }
  const result = streamText(options);
  for await (const part of result.fullStream) {
    if (part.type === 'error') throw part.error;
    seen.chunk(part.rawValue, part.type === 'text-delta' ? part.text : '');
  }
  seen.header((await result.response).headers);
};

const langchain = async (task, seen) => {
  const model = new ChatOpenAI({
    model: task.model,
    apiKey: task.key,
    maxTokens: TOKENS,
    useResponsesApi: false,
    configuration: { baseURL: `${task.base}/v1`, defaultHeaders: task.headers },
    __includeRawResponse: true,
  });
  if (!task.stream) return seen.chunk(null, (await model.invoke(QUESTION)).text);
  for await (const chunk of await model.stream(QUESTION)) {
    seen.chunk(chunk.additional_kwargs?.__raw_response, chunk.text);
  }
};

const ollama = (ask) => async (task, seen) => {
  const client = new Ollama({ host: task.base, headers: { ...task.headers, Authorization: `Bearer ${task.key}` } });
  const { data, words } = await ask(client, { model: task.model, stream: task.stream, options: { num_predict: TOKENS } });
  if (!task.stream) return seen.chunk(data, words(data));
  for await (const chunk of data) seen.chunk(chunk, words(chunk));
};

const compatible = (task) =>
  createOpenAICompatible({ name: 'anteroom', baseURL: `${task.base}/v1`, apiKey: task.key })(task.model);

const clients = {
  'openai chat': openAiChat(OpenAI7),
  'openai chat helper': openAiHelper(OpenAI7),
  'openai responses': openAiResponses(OpenAI7),
  'openai-6 chat': openAiChat(OpenAI6),
  'openai-6 chat helper': openAiHelper(OpenAI6),
  'openai-6 responses': openAiResponses(OpenAI6),
  '@anthropic-ai/sdk': anthropic,
  '@anthropic-ai/sdk helper': anthropicHelper,
  '@ai-sdk/openai chat': vercel((task) => createOpenAI({ baseURL: `${task.base}/v1`, apiKey: task.key }).chat(task.model)),
  '@ai-sdk/openai responses': vercel((task) => createOpenAI({ baseURL: `${task.base}/v1`, apiKey: task.key })(task.model)),
  '@ai-sdk/openai-compatible': vercel(compatible),
  '@ai-sdk/anthropic': vercel((task) => createAnthropic({ baseURL: `${task.base}/v1`, apiKey: task.key })(task.model)),
  '@langchain/openai': langchain,
  'ollama chat': ollama(async (client, body) => ({
    data: await client.chat({ ...body, messages }),
    words: (chunk) => chunk.message.content,
  })),
  'ollama generate': ollama(async (client, body) => ({
    data: await client.generate({ ...body, prompt: QUESTION }),
    words: (chunk) => chunk.response,
  })),
};

/** The innermost error that carries a status, for the clients that wrap it. */
function described(error) {
  let inner = error;
  while (inner && !(inner.status ?? inner.statusCode ?? inner.status_code) && (inner.lastError ?? inner.cause)) {
    inner = inner.lastError ?? inner.cause;
  }
  const told = inner ?? error;
  return {
    name: error?.constructor?.name ?? typeof error,
    status: told?.status ?? told?.statusCode ?? told?.status_code ?? null,
    message: String(told?.message ?? (typeof told === 'object' ? JSON.stringify(told) : told)),
  };
}

async function run(task) {
  const seen = new Seen();
  let error = null;
  try {
    await clients[task.client](task, seen);
  } catch (e) {
    error = described(e);
  }
  const { text, position, queue } = seen;
  process.stdout.write(`${JSON.stringify({ id: task.id, text, position, seen: queue, error })}\n`);
}

process.stdout.write(`${JSON.stringify({ clients: Object.keys(clients) })}\n`);
createInterface({ input: process.stdin }).on('line', (line) => void run(JSON.parse(line)));
