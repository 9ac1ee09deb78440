/**
 * Answers while modules are evaluated, when no execution is responsible: a clock that stands still and randomness of its
 * own, so that what a module computes does not depend on which function happened to load it; no database.
 */
import { DeterministicRandom } from "../deterministic-random.js";
import type { LogLevel } from "./console.js";
import type { SandboxHost } from "./host.js";
import type { Realm } from "./realm.js";

export interface ImportOptions {
  readonly nowMs: number;
  /** 32 bits. */
  readonly seed: number;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly log: (level: LogLevel, args: unknown[]) => void;
}

export class ImportHost implements SandboxHost {
  readonly #random: DeterministicRandom;

  constructor(
    private readonly options: ImportOptions,
    private readonly realm: Realm,
  ) {
    this.#random = new DeterministicRandom(options.seed);
  }

  nowMs(): number {
    return this.options.nowMs;
  }

  random(): number {
    return this.#random.next();
  }

  randomBytes(length: number): Uint8Array {
    return this.#random.bytes(length);
  }

  randomUUID(): string {
    return this.#random.uuid();
  }

  log(level: LogLevel, args: unknown[]): void {
    this.options.log(level, args);
  }

  syscall(op: string): string {
    throw this.#unavailable(op);
  }

  asyncSyscall(op: string): Promise<string> {
    return this.realm.reject(this.#unavailable(op));
  }

  jsSyscall(op: string): unknown {
    throw this.#unavailable(op);
  }

  env(name: string): string | undefined {
    return Object.hasOwn(this.options.environmentVariables, name) ? this.options.environmentVariables[name] : undefined;
  }

  environmentNames(): string[] {
    return Object.keys(this.options.environmentVariables);
  }

  #unavailable(op: string): Error {
    return this.realm.makeError(`Can't use ${op} at import time: the database, auth, scheduler and storage are only there while a function runs. Move the call into a function.`);
  }
}
