/** All parts, in the order in which they are run and shown. */
import { CEILING_PARTS } from "./ceiling.js";
import { DASHBOARD_PARTS } from "./dashboard.js";
import { FANOUT_PARTS } from "./fanout.js";
import { HOT_PARTS } from "./hot.js";
import { MEMORY_PARTS } from "./memory.js";
import type { Part } from "./part.js";
import { PARSE_PARTS } from "./parse.js";
import { PEER_PARTS } from "./peer.js";
import { QUERIES_PARTS } from "./queries.js";
import { READ_PARTS } from "./read.js";
import { RECONNECT_PARTS } from "./reconnect.js";
import { START_PARTS } from "./start.js";
import { TRANSFER_PARTS } from "./transfer.js";
import { WRK_PARTS } from "./wrk.js";

export const PARTS: readonly Part[] = [
  ...CEILING_PARTS,
  ...TRANSFER_PARTS,
  ...PEER_PARTS,
  ...WRK_PARTS,
  ...FANOUT_PARTS,
  ...PARSE_PARTS,
  ...QUERIES_PARTS,
  ...DASHBOARD_PARTS,
  ...HOT_PARTS,
  ...READ_PARTS,
  ...START_PARTS,
  ...MEMORY_PARTS,
  ...RECONNECT_PARTS,
];
