/** What can be seen only in a process of its own. Argument: "memory" or "rejections"; prints a line of JSON. */
import { compile, TestApp } from "./bundle.suite.js";
import type { ModuleCode } from "./module-code.js";

const FILES = {
  "main.ts": `import { mutation, query } from "./_generated/server";
export const big = Array.from({ length: 5_000 }, (_, i) => ({ i }));
export const size = query({ args: {}, handler: async () => { await null; return big.length; } });
export const drops = mutation({ args: {}, handler: async () => { void Promise.reject(new Error("dropped")); return "done"; } });
export const late = mutation({ args: {}, handler: async () => { const rejected = Promise.reject(new Error("caught later")); await null; await rejected.catch(() => {}); return "done"; } });
`,
};

const WARM_UP = 20;
const SANDBOXES = 100;

function collectGarbage(): void {
  (globalThis as unknown as { gc: () => void }).gc();
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function useSandboxes(modules: ReadonlyMap<string, ModuleCode>, count: number): Promise<number> {
  for (let i = 0; i < count; i++) {
    const app = new TestApp(modules);
    app.run("main.js", "size");
    app.sandbox.dispose();
    if (i % 10 === 9) await turn();
  }
  // Contexts are freed in steps: weak callbacks of one collection make garbage for the next.
  for (let i = 0; i < 5; i++) {
    collectGarbage();
    await turn();
  }
  return process.memoryUsage().heapUsed;
}

async function memory(): Promise<object> {
  const modules = await compile(FILES);
  const before = await useSandboxes(modules, WARM_UP);
  const after = await useSandboxes(modules, SANDBOXES);
  return { bytesPerSandbox: Math.round((after - before) / SANDBOXES) };
}

async function rejections(): Promise<object> {
  const told: string[] = [];
  const app = await TestApp.of(FILES, { onUnhandledRejection: (error) => told.push((error as Error).message) });
  const outcomes = [app.run("main.js", "drops"), app.run("main.js", "late")];
  await turn();
  process.on("uncaughtException", (error) => {
    process.stdout.write(JSON.stringify({ outcomes, told, others: error.message }) + "\n");
  });
  void Promise.reject(new Error("the server's own"));
  await turn();
  return {};
}

const mode = process.argv[2];
const result = mode === "memory" ? await memory() : await rejections();
process.stdout.write(JSON.stringify(result) + "\n");
