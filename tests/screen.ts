/** What somebody has on screen: a live query of an official client, with all that it has shown. */
import type { ConvexClient } from "convex/browser";
import { queryNamed, until } from "./harness.js";

export class Screen<Result> {
  readonly results: Result[] = [];
  readonly unsubscribe: () => void;

  constructor(client: ConvexClient, query: string, args: Record<string, unknown>) {
    this.unsubscribe = client.onUpdate(queryNamed(query), args, (result) => this.results.push(result as Result));
  }

  static async open<Result>(client: ConvexClient, query: string, args: Record<string, unknown>): Promise<Screen<Result>> {
    const screen = new Screen<Result>(client, query, args);
    await screen.shows(() => true, `the first result of ${query}`);
    return screen;
  }

  get newest(): Result {
    return this.results.at(-1)!;
  }

  async shows(condition: (result: Result) => boolean, what: string): Promise<void> {
    await until(() => this.results.length > 0 && condition(this.newest), what);
  }
}
