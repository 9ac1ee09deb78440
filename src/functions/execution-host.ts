/** Answers the sandbox's questions on behalf of the execution that runs in it; see SandboxHost for who asks what. */
import type { Execution } from "./execution.js";
import type { LogLevel } from "./sandbox/console.js";
import type { SandboxHost } from "./sandbox/sandbox.js";
import type { Syscalls } from "./syscalls.js";

export class ExecutionHost implements SandboxHost {
  constructor(
    private readonly execution: Execution,
    private readonly syscalls: Syscalls,
  ) {}

  nowMs(): number {
    return this.execution.nowMs;
  }

  random(): number {
    return this.execution.random.next();
  }

  randomBytes(length: number): Uint8Array {
    return this.execution.random.bytes(length);
  }

  randomUUID(): string {
    return this.execution.random.uuid();
  }

  log(level: LogLevel, args: unknown[]): void {
    this.execution.logs.add(level, args);
  }

  syscall(op: string, jsonArgs: string, componentPath: string): string {
    return this.syscalls.sync(op, jsonArgs, componentPath);
  }

  asyncSyscall(op: string, jsonArgs: string, componentPath: string): Promise<string> {
    return this.syscalls.async(op, jsonArgs, componentPath);
  }

  jsSyscall(op: string, args: unknown): unknown {
    return this.syscalls.js(op, args);
  }

  env(name: string): string | undefined {
    return this.execution.environmentVariables[name];
  }

  environmentNames(): string[] {
    return Object.keys(this.execution.environmentVariables);
  }
}
