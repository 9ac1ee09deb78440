/** The rivulet command: its commands, their options and help, and what becomes of errors. */
import { Command, CommanderError } from "commander";
import { VERSION } from "../server/version.js";
import { SettingsError } from "../server/settings.js";
import { EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from "./exit-codes.js";
import type { Io } from "./io.js";
import { addSettingOptions, settingFlags } from "./setting-options.js";

const HELP = `
Examples:
  $ rivulet dev                           in an app's folder: a server and the app's code on it, pushed as you edit
  $ rivulet start --data ./data           a server for production
  $ rivulet keys create --data ./data     an admin key, for pushing code
  $ rivulet backup shop.zip --url URL     everything a running server keeps, in one file

Every option can be given as an environment variable too; it is named in the help of each command.`;

const START_HELP = `
Sizes are written 64KiB, 16MiB or in bytes; durations 500ms, 30s, 5m, 12h, 7d.
RIVULET_ADMIN_KEY (name|secret) is one more valid admin key, for machines that are set up by scripts.

Examples:
  $ rivulet start --data /var/lib/rivulet --host 0.0.0.0 --origin https://api.example.com
  $ RIVULET_DATA=./data RIVULET_PORT=4000 rivulet start`;

const DEV_HELP = `
Everything is kept in .rivulet/; the address and the admin key are written to .env.local.
What follows -- goes to the app's own "convex dev".

Examples:
  $ rivulet dev
  $ rivulet dev --once                    push once and end, with the exit code of the push
  $ rivulet dev -- --tail-logs always --typecheck disable`;

const MCP_HELP = `
For tools that speak the Model Context Protocol. Server and admin key are those of .env.local, or of CONVEX_SELF_HOSTED_URL and
CONVEX_SELF_HOSTED_ADMIN_KEY; no account is needed. What follows -- goes to the app's own "convex mcp start".

Examples:
  $ rivulet mcp
  $ rivulet mcp -- --disable-tools run,envSet,envRemove`;

const KEYS_HELP = `
Examples:
  $ rivulet keys create --data ./data           the key goes to the output, once
  $ rivulet keys create github --data ./data    a key with a name of its own
  $ rivulet keys list --data ./data
  $ rivulet keys revoke github --data ./data`;

const LOG_STREAMS_HELP = `
Console lines, executions, the audit log and figures of the scheduler are sent as they happen. A server that runs on the folder
heeds changes within a second. --log-file and --log-webhook of rivulet start make one of each without this command.

Examples:
  $ rivulet log-streams add https://logs.example.com/ingest --data ./data     its id and its secret go to the output
  $ rivulet log-streams add-file /var/log/app/events.jsonl --topics audit_log,custom_audit --data ./data
  $ rivulet log-streams list --data ./data
  $ rivulet log-streams remove 0a1b2c3d4e5f6071 --data ./data`;

const SIGNING_KEYS_HELP = `
The deployment signs tokens of its own (ctx.auth.signJwt) with the newest key, and publishes the others for as
long as a token of theirs can be valid. A server that runs on the folder heeds changes at once.

Examples:
  $ rivulet signing-keys list --data ./data
  $ rivulet signing-keys rotate --data ./data
  $ rivulet signing-keys rotate --revoke --data ./data    the key was seen by others: end all its tokens`;

const BACKUP_HELP = `
The archive holds everything: data, files, code, environment variables, schedules, and admin keys. It is as of one
moment, and the server goes on serving. CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY stand for --url and --admin-key.

Examples:
  $ rivulet backup shop.zip --url http://127.0.0.1:3210 --admin-key 'admin|01…'
  $ rivulet backup shop.zip --data ./data       of a folder that no server runs on`;

const RESTORE_HELP = `
Into a new folder, or in place of everything that a running server has: that goes on serving the old state until the new one
is complete, and its clients stay connected. Its admin keys stay too, unless --with-keys is given.
Functions that were scheduled go on where they were: two deployments made of one backup both run them.

Examples:
  $ rivulet restore shop.zip --data ./new-data
  $ rivulet restore shop.zip --url http://127.0.0.1:3210 --admin-key 'admin|01…' --yes`;

/** Runs one command line; resolves to its exit code and never rejects. `args` are those after the program's name. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  let exitCode = EXIT_OK;
  const program = createProgram(io, (code) => (exitCode = code));
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    io.err(`error: ${(error as Error).message}`);
    return error instanceof SettingsError ? EXIT_USAGE : EXIT_FAILURE;
  }
}

function createProgram(io: Io, end: (exitCode: number) => void): Command {
  const program = new Command("rivulet")
    .description("An open, self-hosted reactive backend that speaks the Convex protocols.")
    .version(VERSION, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", HELP)
    .showHelpAfterError("Run \"rivulet --help\" for what there is.")
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) })
    .exitOverride();
  addStart(program, io, end);
  addDev(program, io, end);
  addMcp(program, io, end);
  addKeys(program, io);
  addSigningKeys(program, io);
  addLogStreams(program, io);
  addBackup(program, io);
  addRestore(program, io);
  return program;
}

function addStart(program: Command, io: Io, end: (exitCode: number) => void): void {
  addSettingOptions(program.command("start"))
    .description("run a server until it gets SIGINT or SIGTERM")
    .addHelpText("after", START_HELP)
    .action(async (options: Record<string, unknown>) => {
      const { start } = await import("./start.js");
      end(await start(settingFlags(options), io));
    });
}

function addDev(program: Command, io: Io, end: (exitCode: number) => void): void {
  addSettingOptions(program.command("dev"))
    .description("run a server and this folder's app on it, pushing code as it changes")
    .argument("[convex-dev-arguments...]", "arguments of the app's own convex dev, after --")
    .option("--once", "push once and end")
    .addHelpText("after", DEV_HELP)
    .action(async (convexArgs: string[], options: Record<string, unknown>) => {
      const { dev } = await import("./dev/dev.js");
      end(await dev({ flags: settingFlags(options), once: options["once"] === true, convexArgs }, io));
    });
}

function addMcp(program: Command, io: Io, end: (exitCode: number) => void): void {
  program
    .command("mcp")
    .description("let tools look at this folder's app: the MCP server of the app's own convex package")
    .argument("[mcp-arguments...]", "arguments of convex mcp start, after --")
    .addHelpText("after", MCP_HELP)
    .action(async (mcpArgs: string[]) => {
      const { mcp } = await import("./mcp.js");
      end(await mcp(mcpArgs, io));
    });
}

function addKeys(program: Command, io: Io): void {
  const keys = program.command("keys").description("make, list and revoke admin keys").addHelpText("after", KEYS_HELP);
  addSettingOptions(keys.command("create"), ["dataFolder"])
    .description("make an admin key and print it")
    .argument("[name]", "a name by which it can be revoked", "admin")
    .action(async (name: string, options: Record<string, unknown>) => (await import("./keys.js")).createKey(name, settingFlags(options), io));
  addSettingOptions(keys.command("list"), ["dataFolder"])
    .description("list the names of admin keys")
    .action(async (options: Record<string, unknown>) => (await import("./keys.js")).listKeys(settingFlags(options), io));
  addSettingOptions(keys.command("revoke"), ["dataFolder"])
    .description("make an admin key invalid at once")
    .argument("<name>", "its name")
    .action(async (name: string, options: Record<string, unknown>) => (await import("./keys.js")).revokeKey(name, settingFlags(options), io));
}

function addSigningKeys(program: Command, io: Io): void {
  const keys = program.command("signing-keys").description("list and change the keys by which the deployment signs tokens").addHelpText("after", SIGNING_KEYS_HELP);
  addSettingOptions(keys.command("list"), ["dataFolder"])
    .description("list the names of keys, the newest first")
    .action(async (options: Record<string, unknown>) => (await import("./signing-keys.js")).listSigningKeys(settingFlags(options), io));
  addSettingOptions(keys.command("rotate"), ["dataFolder"])
    .description("make a new key that signs from now on")
    .option("--revoke", "end the tokens that were signed by the others")
    .action(async (options: Record<string, unknown>) => (await import("./signing-keys.js")).rotateSigningKeys({ revoke: options["revoke"] === true }, settingFlags(options), io));
}

const FOLDER_SETTINGS = ["dataFolder", "s3Bucket", "s3Endpoint", "s3Region", "s3Prefix"] as const;

function addRemoteOptions(command: Command): Command {
  return command.option("--url <url>", "address of a running server").option("--admin-key <key>", "an admin key of that server");
}

function addBackup(program: Command, io: Io): void {
  addSettingOptions(addRemoteOptions(program.command("backup")), FOLDER_SETTINGS)
    .description("write everything that a deployment keeps into one file")
    .argument("<file>", "the archive to write, a zip file")
    .option("--force", "overwrite the file where it is there")
    .addHelpText("after", BACKUP_HELP)
    .action(async (file: string, { url, adminKey, force, ...options }: RemoteOptions & { force?: true }) => {
      const { backup } = await import("./backup.js");
      await backup(file, { url, adminKey, force: force === true, settings: settingFlags(options) }, io);
    });
}

function addRestore(program: Command, io: Io): void {
  addSettingOptions(addRemoteOptions(program.command("restore")), FOLDER_SETTINGS)
    .description("make a deployment of a backup")
    .argument("<file>", "an archive that backup wrote")
    .option("--yes", "replace everything that the running server has")
    .option("--with-keys", "replace the running server's admin keys too")
    .addHelpText("after", RESTORE_HELP)
    .action(async (file: string, { url, adminKey, yes, withKeys, ...options }: RemoteOptions & { yes?: true; withKeys?: true }) => {
      const { restore } = await import("./restore.js");
      await restore(file, { url, adminKey, yes: yes === true, withKeys: withKeys === true, settings: settingFlags(options) }, io);
    });
}

interface RemoteOptions extends Readonly<Record<string, unknown>> {
  readonly url?: string;
  readonly adminKey?: string;
}

function addLogStreams(program: Command, io: Io): void {
  const streams = program.command("log-streams").description("send what happens in a deployment to webhooks and files").addHelpText("after", LOG_STREAMS_HELP);
  const topics = ["--topics <list>", "topics, with commas between (default: all)"] as const;
  const optionsOf = (options: Record<string, unknown>) => ({ topics: options["topics"] as string | undefined, format: options["format"] as string | undefined });
  addSettingOptions(streams.command("add"), ["dataFolder"])
    .description("send events to a webhook")
    .argument("<url>", "where they are posted")
    .option(...topics)
    .option("--format <json|jsonl>", "an array of events a request, or one event a line (default: json)")
    .action(async (url: string, options: Record<string, unknown>) => (await import("./log-streams.js")).addWebhook(url, optionsOf(options), settingFlags(options), io));
  addSettingOptions(streams.command("add-file"), ["dataFolder", "logFileBytesMax", "logFilesMax"])
    .description("write events to a file on the server, one JSON object a line")
    .argument("<path>", "the file")
    .option(...topics)
    .action(async (path: string, options: Record<string, unknown>) => (await import("./log-streams.js")).addFile(path, optionsOf(options), settingFlags(options), io));
  addSettingOptions(streams.command("list"), ["dataFolder"])
    .description("list log streams")
    .action(async (options: Record<string, unknown>) => (await import("./log-streams.js")).listStreams(settingFlags(options), io));
  addSettingOptions(streams.command("remove"), ["dataFolder"])
    .description("remove a log stream")
    .argument("<id>", "as list shows it")
    .action(async (id: string, options: Record<string, unknown>) => (await import("./log-streams.js")).removeStream(id, settingFlags(options), io));
}
