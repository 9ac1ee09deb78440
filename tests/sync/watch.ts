/** Everything that one subscription of a `ConvexClient` has said, in order. */
import type { ConvexClient } from "convex/browser";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { until } from "../harness.js";

export type Said<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Error };

export class Watch<T> {
  readonly said: Said<T>[] = [];
  #unsubscribe: () => void = () => undefined;

  static on<Query extends FunctionReference<"query">>(client: ConvexClient, query: Query, args: FunctionArgs<Query>): Watch<FunctionReturnType<Query>> {
    const watch = new Watch<FunctionReturnType<Query>>();
    const subscription = client.onUpdate(
      query,
      args,
      (value) => watch.said.push({ ok: true, value: value as FunctionReturnType<Query> }),
      (error) => watch.said.push({ ok: false, error }),
    );
    watch.#unsubscribe = () => subscription.unsubscribe();
    return watch;
  }

  get last(): Said<T> | undefined {
    return this.said.at(-1);
  }

  /** Values only, in order. */
  get values(): T[] {
    return this.said.flatMap((said) => (said.ok ? [said.value] : []));
  }

  unsubscribe(): void {
    this.#unsubscribe();
  }

  /** Resolves with the newest value once it satisfies the condition. */
  async value(condition: (value: T) => boolean = () => true): Promise<T> {
    const said = await this.#until((last) => last.ok && condition(last.value), "a value");
    return (said as Said<T> & { ok: true }).value;
  }

  async error(): Promise<Error> {
    const said = await this.#until((last) => !last.ok, "an error");
    return (said as Said<T> & { ok: false }).error;
  }

  async #until(condition: (last: Said<T>) => boolean, what: string): Promise<Said<T>> {
    try {
      return await until(() => (this.last !== undefined && condition(this.last) ? this.last : null), what);
    } catch (error) {
      throw new Error(`${(error as Error).message}; said so far: ${describe(this.said)}`, { cause: error });
    }
  }
}

function describe(said: readonly Said<unknown>[]): string {
  return said.map((entry) => (entry.ok ? JSON.stringify(entry.value) : entry.error.message).slice(0, 200)).join(" | ");
}
