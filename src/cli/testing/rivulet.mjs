/** The rivulet command before a scripted engine, as a process of its own: run with `node --import tsx`. */
import { processIo } from "../io.ts";
import { runCommandLine } from "../program.ts";

const engineWorkerUrl = new URL("../../server/network/testing/fake-engine.mjs", import.meta.url);
process.exit(await runCommandLine(process.argv.slice(2), { ...processIo(), engineWorkerUrl }));
