/** A webhook as others write it: checks signatures, keeps events, and can be told to refuse. */
import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface ReceivedEvent {
  readonly topic: string;
  readonly timestamp: number;
  readonly message?: string;
  readonly function?: { readonly path: string; readonly request_id: string };
  readonly [field: string]: unknown;
}

export class WebhookReceiver implements AsyncDisposable {
  readonly events: ReceivedEvent[] = [];
  readonly contentTypes = new Set<string | undefined>();
  readonly #server: Server;
  /** Answered with this status instead of 200. */
  refuseWith: number | null = null;
  refused = 0;
  secret = "";
  badSignatures = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
        response.statusCode = this.#receive(Buffer.concat(chunks).toString("utf8"), request.headers);
        response.end();
      });
    });
  }

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ingest?token=in-the-url`;
  }

  of(topic: string): readonly ReceivedEvent[] {
    return this.events.filter((event) => event.topic === topic);
  }

  #receive(body: string, headers: NodeJS.Dict<string | string[]>): number {
    if (this.refuseWith !== null) {
      this.refused++;
      return this.refuseWith;
    }
    this.contentTypes.add(headers["content-type"] as string | undefined);
    if (headers["x-webhook-signature"] !== `sha256=${createHmac("sha256", this.secret).update(body).digest("hex")}`) this.badSignatures++;
    const events = body.startsWith("[") ? (JSON.parse(body) as ReceivedEvent[]) : body.split("\n").map((line) => JSON.parse(line) as ReceivedEvent);
    this.events.push(...events);
    return 200;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
