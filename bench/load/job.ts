/** The loads that a generator process can run, each with what it measures. */
import type { EngineLoad } from "./engine-load.js";
import type { HttpLoad } from "./http-load.js";
import type { LatencyLoad, LatencyMeasurement } from "./latency-load.js";
import type { Measurement } from "./meter.js";
import type { SocketLoad } from "./socket-load.js";
import type { WrkLoad } from "./wrk-load.js";

export type Job = SocketLoad | HttpLoad | WrkLoad | LatencyLoad | EngineLoad;

export type ResultOf<J extends Job> = J extends LatencyLoad ? LatencyMeasurement : Measurement;

export type Reply = { readonly ok: true; readonly measurement: Measurement } | { readonly ok: false; readonly message: string };
