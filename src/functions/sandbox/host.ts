/** What the sandbox asks of the execution that is running now. Executions run strictly one after another. */
import type { LogLevel } from "./console.js";

export interface SandboxHost {
  /** The same for the whole execution. */
  nowMs(): number;
  /** 0 ≤ x < 1, as `Math.random`. */
  random(): number;
  randomBytes(length: number): Uint8Array;
  randomUUID(): string;
  log(level: LogLevel, args: unknown[]): void;
  /** `Convex.syscall` of the app (""), or of one of its components; throws errors of the realm. */
  syscall(op: string, jsonArgs: string, componentPath: string): string;
  /** `Convex.asyncSyscall`; the promise is the realm's. */
  asyncSyscall(op: string, jsonArgs: string, componentPath: string): Promise<string>;
  jsSyscall(op: string, args: unknown, componentPath: string): unknown;
  /** The app's environment; that of a component never changes while its code is loaded. */
  env(name: string): string | undefined;
  environmentNames(): string[];
}
