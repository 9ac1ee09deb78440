import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { engineLimits, environmentVariable, readSettings, SETTING_NAMES, SETTINGS, type SettingName } from "./settings.js";

test("CL-1, CL-11: defaults", () => {
  const settings = readSettings({}, {});
  expect(settings).toMatchObject({ dataFolder: resolve("rivulet-data"), host: "127.0.0.1", port: 3210, sitePort: null, origin: null, redactErrors: false, logLevel: "info", socketsMax: 20_000, bodyBytesMax: 256 * 2 ** 20 });
  expect(engineLimits(settings)).toEqual({
    bytesReadMax: 16 * 2 ** 20, documentsReadMax: 32_000, rangesReadMax: 4096, bytesWrittenMax: 16 * 2 ** 20, documentsWrittenMax: 16_000, functionMsMax: 1000, scheduledFunctionsMax: 1000, scheduledArgumentBytesMax: 16 * 2 ** 20,
    filesReadMax: 1000, fileBytesReadMax: 16 * 2 ** 20, filesWrittenMax: 1000, fileBytesWrittenMax: 16 * 2 ** 20,
    argumentBytesMax: 16 * 2 ** 20, resultBytesMax: 16 * 2 ** 20, heapMbMax: 2048, warmQueryMs: 5000, subscriptionsPerSocketMax: 10_000,
    actionsMax: 64, nodeActionsMax: 64, actionMsMax: 600_000, actionMemoryMbMax: 64, nodeActionMemoryMbMax: 512,
  });
});

test("CL-2: a flag wins over the environment, the environment over the default, nothing over an empty variable", () => {
  const port = (flags: { port?: string }, environment: NodeJS.ProcessEnv) => readSettings(flags, environment).port;
  expect([port({ port: "1" }, { RIVULET_PORT: "2" }), port({}, { RIVULET_PORT: "2" }), port({}, { RIVULET_PORT: "" })]).toEqual([1, 2, 3210]);
});

test("CL-2: every setting has a flag and a variable of its own", () => {
  expect(new Set(SETTING_NAMES.map((name) => SETTINGS[name].flag)).size).toBe(SETTING_NAMES.length);
  expect(environmentVariable("sitePort")).toBe("RIVULET_SITE_PORT");
});

describe("CL-3: values", () => {
  test.each<[SettingName, string, unknown]>([
    ["port", "0", 0],
    ["bodyBytesMax", "1000", 1000],
    ["bodyBytesMax", "64KiB", 65_536],
    ["bodyBytesMax", "1.5 mb", 1_500_000],
    ["functionMsMax", "250ms", 250],
    ["logAgeMax", "12h", 43_200_000],
    ["redactErrors", "no", false],
    ["redactErrors", "TRUE", true],
    ["origin", "https://api.example.com/", "https://api.example.com"],
    ["origin", "https://example.com/rivulet", "https://example.com/rivulet"],
  ])("%s of %j is %j", (name, text, value) => {
    expect(readSettings({ [name]: text }, {})[name]).toBe(value);
  });

  test.each<[SettingName, string, string]>([
    ["port", "abc", '--port must be a port from 0 to 65535, not "abc".'],
    ["port", "65536", '--port must be a port from 0 to 65535, not "65536".'],
    ["sitePort", "-1", '--site-port must be a port from 0 to 65535, not "-1".'],
    ["socketsMax", "0", '--sockets-max must be a whole number of at least 1, not "0".'],
    ["bodyBytesMax", "10 potatoes", '--body-bytes-max must be a size such as 64KiB, 16MiB or a number of bytes, not "10 potatoes".'],
    ["bodyBytesMax", "5constructor", '--body-bytes-max must be a size such as 64KiB, 16MiB or a number of bytes, not "5constructor".'],
    ["functionMsMax", "5", '--function-time-max must be a duration such as 500ms, 30s, 5m, 12h or 7d, not "5".'],
    ["redactErrors", "maybe", '--redact-errors must be yes or no, not "maybe".'],
    ["logLevel", "loud", '--log-level must be one of debug, info, warn, error, not "loud".'],
    ["origin", "example.com", '--origin must be a URL such as https://api.example.com, not "example.com".'],
    ["dataFolder", " ", '--data must be a text that is not empty, not " ".'],
  ])("%s cannot be %j", (name, text, message) => {
    expect(() => readSettings({ [name]: text }, {})).toThrow(message);
  });

  test("an error names the variable that the value came from", () => {
    expect(() => readSettings({}, { RIVULET_PORT: "x" })).toThrow('RIVULET_PORT must be a port from 0 to 65535, not "x".');
  });
});
