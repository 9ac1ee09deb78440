/** The line that our script for `wrk` prints, within what `wrk` prints itself. */
import { expect, test } from "vitest";
import { readWrkOutput } from "../../bench/load/wrk-output.js";

const REPORT = "Running 2s test @ http://127.0.0.1:41000\n  2 threads and 64 connections\nRequests/sec:   5001.00\n";

test("figures are told in the units of the report", () => {
  const output = `${REPORT}RESULT requests=10002 micros=2000400 p50=12345 p99=45678 failed=0 connect=0 read=0 write=0 timeout=0 first=\n`;
  expect(readWrkOutput(output)).toEqual({ ops: 10_002, seconds: 2.0004, p50Ms: 12.345, p99Ms: 45.678, failed: 0, firstFailure: "" });
});

test("answers that are no success count as failed, as do connections", () => {
  const output = `${REPORT}RESULT requests=100 micros=1000000 p50=1 p99=2 failed=7 connect=1 read=2 write=3 timeout=4 first=500 {"status":"error"}\n`;
  expect(readWrkOutput(output)).toMatchObject({ failed: 17, firstFailure: '500 {"status":"error"}' });
});

test("no result and no answer are errors that show what was printed", () => {
  expect(() => readWrkOutput("unable to connect to 127.0.0.1:1\n")).toThrow("unable to connect");
  expect(() => readWrkOutput(`${REPORT}RESULT requests=0 micros=1000000 p50=0 p99=0 failed=0 connect=64 read=0 write=0 timeout=0 first=\n`)).toThrow("no answer at all");
});
