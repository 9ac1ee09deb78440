/** Stands in for a service that computes embeddings: texts that share words are near each other. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

const DIMENSIONS = 1536;

export interface EmbeddingService extends AsyncDisposable {
  readonly url: string;
  readonly key: string;
  /** What it was asked for, in order. */
  readonly inputs: readonly string[];
}

export async function startEmbeddings(): Promise<EmbeddingService> {
  const key = "sk-stand-in";
  const inputs: string[] = [];
  const service = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${key}`) {
      response.writeHead(401).end("Incorrect key provided");
      return;
    }
    void json(request).then((body) => {
      const { input } = body as { input: string };
      inputs.push(input);
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ data: [{ embedding: embeddingOf(input) }] }));
    });
  }).listen(0, "127.0.0.1");
  await once(service, "listening");
  return {
    url: `http://127.0.0.1:${(service.address() as AddressInfo).port}/v1/embeddings`,
    key,
    inputs,
    [Symbol.asyncDispose]: async () => {
      service.closeAllConnections();
      service.close();
      await once(service, "close");
    },
  };
}

/** One dimension for each word. */
function embeddingOf(text: string): number[] {
  const embedding = Array.from({ length: DIMENSIONS }, () => 0);
  for (const word of text.toLowerCase().match(/\w+/g) ?? []) embedding[hashOf(word) % DIMENSIONS]! += 1;
  return embedding;
}

const hashOf = (word: string): number => Array.from(word).reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)!) % 1_000_003, 7);
