/** Calls any function, internal ones too, as the dashboard does: with the admin key, as nobody or as a user. */
import { convexToJson, jsonToConvex, type Value } from "convex/values";
import { ADMIN_KEY, type TestServer } from "../../harness.js";

export class AdminCaller {
  readonly #authorization: string;

  constructor(
    private readonly server: TestServer,
    identity?: Readonly<Record<string, string>>,
  ) {
    const user = identity === undefined ? "" : `:${Buffer.from(JSON.stringify(identity)).toString("base64")}`;
    this.#authorization = `Convex ${ADMIN_KEY}${user}`;
  }

  /** Throws the text of what the function throws. */
  async call<Result>(path: string, args: Record<string, Value> = {}): Promise<Result> {
    const response = await fetch(`${this.server.url}/api/function`, {
      method: "POST",
      headers: { Authorization: this.#authorization, "Content-Type": "application/json" },
      body: JSON.stringify({ path, args: [convexToJson(args)], format: "convex_encoded_json" }),
    });
    const answer = (await response.json()) as { status: "success"; value: never } | { status: "error"; errorMessage: string };
    if (answer.status !== "success") throw new Error(answer.errorMessage);
    return jsonToConvex(answer.value) as Result;
  }
}
