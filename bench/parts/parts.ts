/** All parts, in the order in which they are run and shown. */
import { CEILING_PARTS } from "./ceiling.js";
import { LATENCY_PARTS } from "./latency.js";
import type { Part } from "./part.js";
import { TRANSFER_PARTS } from "./transfer.js";

export const PARTS: readonly Part[] = [...CEILING_PARTS, ...TRANSFER_PARTS, ...LATENCY_PARTS];
