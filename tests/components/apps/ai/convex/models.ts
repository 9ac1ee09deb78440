/**
 * Models for tests, with no network: what they say follows from what they are asked.
 *
 * The language model answers "add 2 3" by a call of the tool "add" and then with its result, "fail" by failing, "wait at door" by streaming
 * half of its answer, and the rest when the gate of that name is open. Anything else it repeats, and says how many messages it saw.
 */
import type { EmbeddingModelV4, LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4Content, LanguageModelV4StreamPart } from "@ai-sdk/provider";

const usage = {
  inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 5, text: 5, reasoning: 0 },
};

type Prompt = LanguageModelV4CallOptions["prompt"];

/** Text of the last message of this role. */
function lastText(prompt: Prompt, role: "user" | "system"): string {
  const message = prompt.filter((candidate) => candidate.role === role).at(-1);
  if (message === undefined) return "";
  if (typeof message.content === "string") return message.content;
  return message.content.map((part) => (part.type === "text" ? part.text : `<${part.type}>`)).join("");
}

function answer({ prompt, tools, responseFormat }: LanguageModelV4CallOptions): LanguageModelV4Content[] {
  const last = prompt.at(-1)!;
  const asked = lastText(prompt, "user");
  if (last.role === "tool") {
    const results = last.content.map((part) => (part.type === "tool-result" ? JSON.stringify("value" in part.output ? part.output.value : part.output) : part.type));
    return [{ type: "text", text: `The tool says ${results.join(", ")}.` }];
  }
  if (responseFormat?.type === "json") return [{ type: "text", text: JSON.stringify({ asked, length: asked.length }) }];
  if (asked.startsWith("fail")) throw new Error("the model is out of order");
  const numbers = /^add (\d+) (\d+)/.exec(asked);
  if (numbers !== null && tools !== undefined) {
    return [{ type: "tool-call", toolCallId: `call-${prompt.length}`, toolName: "add", input: JSON.stringify({ a: Number(numbers[1]), b: Number(numbers[2]) }) }];
  }
  const system = lastText(prompt, "system");
  return [{ type: "text", text: `You said: ${asked} (${prompt.length} messages${system === "" ? "" : `, told: ${system}`})` }];
}

const words = (text: string): string[] => text.split(/(?<= )/);

async function gateOpened(name: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${process.env["CONVEX_SITE_URL"]}/gate?name=${encodeURIComponent(name)}`);
    if (response.status === 200) return;
  }
}

async function* parts(options: LanguageModelV4CallOptions): AsyncGenerator<LanguageModelV4StreamPart> {
  const content = answer(options);
  const gate = /^wait at (\S+)/.exec(lastText(options.prompt, "user"))?.[1];
  yield { type: "stream-start", warnings: [] };
  for (const [n, part] of content.entries()) {
    if (part.type !== "text") {
      yield part as LanguageModelV4StreamPart;
      continue;
    }
    const id = `text-${n}`;
    yield { type: "text-start", id };
    const all = words(part.text);
    const half = Math.ceil(all.length / 2);
    for (const delta of all.slice(0, half)) yield { type: "text-delta", id, delta };
    if (gate !== undefined) await gateOpened(gate);
    for (const delta of all.slice(half)) yield { type: "text-delta", id, delta };
    yield { type: "text-end", id };
  }
  yield { type: "finish", finishReason: { unified: content.some(({ type }) => type === "tool-call") ? "tool-calls" : "stop", raw: undefined }, usage };
}

export const languageModel: LanguageModelV4 = {
  specificationVersion: "v4",
  provider: "tests",
  modelId: "parrot",
  supportedUrls: {},
  doGenerate: async (options) => {
    const content = answer(options);
    return { content, finishReason: { unified: content.some(({ type }) => type === "tool-call") ? "tool-calls" : "stop", raw: undefined }, usage, warnings: [] };
  },
  doStream: async (options) => {
    const source = parts(options);
    return {
      stream: new ReadableStream<LanguageModelV4StreamPart>({
        pull: async (controller) => {
          const next = await source.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value);
        },
      }),
    };
  },
};

export const DIMENSIONS = 128;

/** Texts that share words are near each other: each word has a place of its own in the vector, as far as there is room. */
export function embedding(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const word of text.toLowerCase().match(/[a-z0-9]+/g) ?? []) {
    let hash = 2166136261;
    for (const character of word) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619) >>> 0;
    vector[hash % DIMENSIONS]! += 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

export const embeddingModel: EmbeddingModelV4 = {
  specificationVersion: "v4",
  provider: "tests",
  modelId: "bag-of-words",
  maxEmbeddingsPerCall: 50,
  supportsParallelCalls: true,
  doEmbed: async ({ values }) => {
    if (values.some((value) => value.includes("unembeddable"))) throw new Error("the embedding model is out of order");
    return { embeddings: values.map(embedding), usage: { tokens: values.length }, warnings: [] };
  },
};
