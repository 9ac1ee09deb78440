/** `npm run issuer`: starts the issuer and says what to tell the deployment about it. */
import { parseArgs } from "node:util";
import { DEMO_ACCOUNTS } from "./accounts.js";
import { createIssuer } from "./server.js";
import { openSigningKey } from "./signing-key.js";
import { Tokens } from "./tokens.js";

const HELP = `The service that has the accounts: npm run issuer -- [options]

Options:
  --port N      port on 127.0.0.1 (default 4100)
  --key FILE    file of the signing key, made at the first start (default .issuer-key.json)
  --seconds N   how long an ID token lives (default 300)
  --help        this text

ISSUER_APPS lists origins of apps, separated by commas, that people may be sent back to. Those on this machine always may.
`;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4100" },
    key: { type: "string", default: ".issuer-key.json" },
    seconds: { type: "string", default: "300" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  process.stdout.write(HELP);
} else {
  await main(wholeNumber("port", values.port, 1, 65_535), values.key, wholeNumber("seconds", values.seconds, 10, 86_400));
}

async function main(port: number, keyFile: string, identitySeconds: number): Promise<void> {
  const key = await openSigningKey(keyFile);
  const address = `http://127.0.0.1:${port}`;
  const server = createIssuer({ key, tokens: new Tokens(key, address, identitySeconds), accounts: DEMO_ACCOUNTS, appOrigins: appOrigins() });
  server.once("error", (error) => {
    console.error(`The issuer could not listen on ${address}: ${error.message}. Choose another port with --port.`);
    process.exitCode = 1;
  });
  server.listen(port, "127.0.0.1", () => {
    console.log(`The issuer is ready at ${address}

Tell the deployment whose tokens it may accept:
  npx convex env set CRM_ISSUER ${address}`);
  });
}

function appOrigins(): string[] {
  return (process.env["ISSUER_APPS"] ?? "").split(",").filter((origin) => origin !== "");
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`--${flag} must be a whole number from ${min} to ${max}, not "${text}".`);
}
