/**
 * Ferry in a terminal, on the same generated `api` as the web client: lists that stay live until Ctrl+C, and the two or
 * three things that one does on the way.
 */
import { parseArgs } from "node:util";
import { ConvexClient } from "convex/browser";
import { isCrmError } from "../../../convex/model/errors";
import { COMMANDS } from "./commands";
import { signIn } from "./sign-in";

const HELP = `Ferry in a terminal: npm run terminal -- <command> [options]

Commands:
${COMMANDS.map(({ usage, summary }) => `  ${usage.padEnd(22)}${summary}`).join("\n")}

Options:
  --watch        stay and show every change, until Ctrl+C
  --url URL      the deployment (default CONVEX_SELF_HOSTED_URL, or http://127.0.0.1:3210)
  --issuer URL   who signs you in (default http://127.0.0.1:4100)
  --help         this text

FERRY_ID_TOKEN takes the place of signing in, for scripts.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    watch: { type: "boolean", default: false },
    url: { type: "string", default: process.env["CONVEX_SELF_HOSTED_URL"] ?? "http://127.0.0.1:3210" },
    issuer: { type: "string", default: "http://127.0.0.1:4100" },
    help: { type: "boolean", default: false },
  },
});

const [name, ...words] = positionals;
const command = COMMANDS.find((candidate) => candidate.name === name);

if (values.help || command === undefined) {
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  const token = process.env["FERRY_ID_TOKEN"];
  const fetchToken = token === undefined ? await signIn(values.issuer) : async () => token;
  const client = new ConvexClient(values.url, { logger: false });
  client.setAuth(fetchToken);
  try {
    await command.run(client, words, values.watch);
  } catch (error) {
    console.error(isCrmError(error) ? error.data.message : error);
    process.exitCode = 1;
  } finally {
    await client.close();
  }
}
