/** `npm run issuer` of an example: starts its issuer and says what to tell the deployment about it. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { startIssuer } from "./server.js";
import type { IssuerSettings } from "./settings.js";
import { dataUri, openSigningKey } from "./signing-key.js";

const HELP = `A service that has the accounts of an example: npm run issuer -- [options]

Options:
  --settings FILE   a module: what it is for, and its accounts (default issuer/settings.ts)
  --port N          port on 127.0.0.1 (default 4100)
  --key FILE        file of the signing key, made at the first start (default .issuer-key.json)
  --seconds N       how long a token for the app lives (default 300)
  --help            this text

ISSUER_APPS lists origins of apps, separated by commas, that people may be sent back to. Those on this machine always may.
`;

const { values } = parseArgs({
  options: {
    settings: { type: "string", default: "issuer/settings.ts" },
    port: { type: "string", default: "4100" },
    key: { type: "string", default: ".issuer-key.json" },
    seconds: { type: "string", default: "300" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(HELP);
} else {
  await main(values.settings, wholeNumber("port", values.port, 1, 65_535), values.key, wholeNumber("seconds", values.seconds, 10, 86_400));
}

async function main(settingsFile: string, port: number, keyFile: string, seconds: number): Promise<void> {
  const { default: settings } = (await import(pathToFileURL(resolve(settingsFile)).href)) as { default: IssuerSettings };
  const appOrigins = (process.env["ISSUER_APPS"] ?? "").split(",").filter((origin) => origin !== "");
  try {
    const key = await openSigningKey(keyFile, settings.algorithm);
    const { url } = await startIssuer({ ...settings, key, seconds, appOrigins }, port);
    const commands = Object.entries(settings.variables({ url, keys: dataUri(key.publicKeys) })).map(([name, value]) => `  npx convex env set ${name} ${value}`);
    console.log(`The issuer is ready at ${url}\n\nTell the deployment whose tokens it may accept:\n${commands.join("\n")}`);
  } catch (error) {
    console.error(`The issuer could not listen on port ${port}: ${error instanceof Error ? error.message : String(error)}. Choose another with --port.`);
    process.exitCode = 1;
  }
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`--${flag} must be a whole number from ${min} to ${max}, not "${text}".`);
}
