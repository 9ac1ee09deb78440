/** The loads that a generator process can run, each with what it measures. */
import type { DashboardLoad, DashboardMeasurement } from "./dashboard-load.js";
import type { EngineLoad } from "./engine-load.js";
import type { FanoutLoad, FanoutMeasurement } from "./fanout-load.js";
import type { HttpLoad } from "./http-load.js";
import type { IncrementLoad, IncrementMeasurement } from "./increment-load.js";
import type { Measurement } from "./meter.js";
import type { ParseLoad, ParseMeasurement } from "./parse-load.js";
import type { QueriesLoad, QueriesMeasurement } from "./queries-load.js";
import type { EngineReadLoad, HttpReadLoad } from "./read-load.js";
import type { SocketLoad } from "./socket-load.js";
import type { WrkLoad } from "./wrk-load.js";

export type Job = SocketLoad | HttpLoad | WrkLoad | ParseLoad | EngineLoad | FanoutLoad | QueriesLoad | DashboardLoad | IncrementLoad | HttpReadLoad | EngineReadLoad;

/** Those that measure more than operations. */
interface Results {
  readonly fanout: FanoutMeasurement;
  readonly parse: ParseMeasurement;
  readonly queries: QueriesMeasurement;
  readonly dashboard: DashboardMeasurement;
  readonly increments: IncrementMeasurement;
}

export type ResultOf<J extends Job> = J["kind"] extends keyof Results ? Results[J["kind"]] : Measurement;

export type Reply = { readonly ok: true; readonly measurement: Measurement } | { readonly ok: false; readonly message: string };
