/** `npm run issuer` of an example: starts its issuer and says what to tell the deployment about it. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Account } from "./accounts.js";
import { startIssuer } from "./server.js";
import { openSigningKey } from "./signing-key.js";

const HELP = `A service that has the accounts of an example: npm run issuer -- [options]

Options:
  --config FILE   what it is for, and its accounts (default issuer.json)
  --port N        port on 127.0.0.1 (default 4100)
  --key FILE      file of the signing key, made at the first start (default .issuer-key.json)
  --seconds N     how long a token for the app lives (default 300)
  --help          this text

ISSUER_APPS lists origins of apps, separated by commas, that people may be sent back to. Those on this machine always may.
`;

/** What is in the file of `--config`. */
interface Config {
  readonly app: string;
  readonly audience: string;
  /** The variable by which the deployment learns where the issuer is. */
  readonly variable: string;
  readonly accounts: readonly Account[];
}

const { values } = parseArgs({
  options: {
    config: { type: "string", default: "issuer.json" },
    port: { type: "string", default: "4100" },
    key: { type: "string", default: ".issuer-key.json" },
    seconds: { type: "string", default: "300" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(HELP);
} else {
  await main(JSON.parse(readFileSync(values.config, "utf8")) as Config, wholeNumber("port", values.port, 1, 65_535), values.key, wholeNumber("seconds", values.seconds, 10, 86_400));
}

async function main({ app, audience, variable, accounts }: Config, port: number, keyFile: string, seconds: number): Promise<void> {
  const appOrigins = (process.env["ISSUER_APPS"] ?? "").split(",").filter((origin) => origin !== "");
  try {
    const { url } = await startIssuer({ app, key: await openSigningKey(keyFile), audience, seconds, accounts, appOrigins }, port);
    console.log(`The issuer is ready at ${url}\n\nTell the deployment whose tokens it may accept:\n  npx convex env set ${variable} ${url}`);
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
