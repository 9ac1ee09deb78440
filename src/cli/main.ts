#!/usr/bin/env node
/** Entry of the `rivulet` command. */
import { processIo } from "./io.js";
import { runCommandLine } from "./program.js";

process.exit(await runCommandLine(process.argv.slice(2), processIo()));
