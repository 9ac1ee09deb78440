#!/usr/bin/env node
/** Entry of the `rivulet` command. */
import { processIo } from "./io.js";
import { runCommandLine } from "./program.js";

// Functions see one time zone, whatever the machine's: a thread can't have one of its own.
process.env["TZ"] = "UTC";
process.exit(await runCommandLine(process.argv.slice(2), processIo()));
