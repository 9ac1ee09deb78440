/**
 * Schemas of what comes from outside, made by zod when the first value is parsed: to load zod takes a good part of a start,
 * and a server that starts has nothing to parse.
 */
import { createRequire } from "node:module";
import type * as zod from "zod";

export type Zod = typeof zod;

export type Parsed<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; /** The cause, for people. */ readonly problem: string };

export interface LazySchema<T> {
  parse(value: unknown): Parsed<T>;
}

/** What passes a schema, by the function that makes it. */
export type SchemaOf<Make extends (z: Zod) => zod.ZodType> = zod.infer<ReturnType<Make>>;

export function lazySchema<Schema extends zod.ZodType>(make: (z: Zod) => Schema): LazySchema<zod.infer<Schema>> {
  let schema: Schema | undefined;
  return {
    parse(value) {
      const z = loadZod();
      schema ??= make(z);
      const { success, data, error } = schema.safeParse(value);
      return success ? { ok: true, data } : { ok: false, problem: z.prettifyError(error) };
    },
  };
}

const require = createRequire(import.meta.url);

/** At once, since parsing does not wait; Node keeps what it loaded. */
function loadZod(): Zod {
  return require("zod") as Zod;
}
