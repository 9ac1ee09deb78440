/** All parts, in the order in which they are run and shown. */
import { CEILING_PARTS } from "./ceiling.js";
import { LATENCY_PARTS } from "./latency.js";
import type { Part } from "./part.js";
import { PEER_PARTS } from "./peer.js";
import { TRANSFER_PARTS } from "./transfer.js";
import { WRK_PARTS } from "./wrk.js";

export const PARTS: readonly Part[] = [...CEILING_PARTS, ...TRANSFER_PARTS, ...PEER_PARTS, ...WRK_PARTS, ...LATENCY_PARTS];
