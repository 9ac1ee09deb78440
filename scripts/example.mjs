// Runs an example on a Rivulet server with a data folder of its own: `npm run example`, or `npm run example -- exam`.
// Programs side by side, as an app's developer would start them: `rivulet dev`, the app's own front-end, and what else the
// example needs. All are started without a shell between, so that a signal reaches them; the end of one ends the others.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";

const root = resolve(import.meta.dirname, "..");
/** Time that the programs get between SIGTERM and SIGKILL; the server takes 5 s at most. */
const STOP_MS_MAX = 8_000;
const ISSUER_URL = "http://127.0.0.1:4100";
const WHITEBOARD_ISSUER_URL = "http://127.0.0.1:4200";
const SOURCE_URL = "http://127.0.0.1:4300";

const EXAMPLES = {
  board: { name: "The board", hint: "Open it in two windows: move notes in one and look at the other.", begin: startSeeded },
  chat: { name: "The chat", hint: "Open it in two windows and write in both.", begin: () => startServer({}, {}) },
  crm: { name: "The CRM", hint: "Open it in two windows: be the owner in one and an agent in the other.", begin: startCrm, page: "packages/web" },
  exam: { name: "The exam platform", hint: "Open it in two windows: be the tutor in one and a student in the other.", begin: startExam },
  lms: { name: "The learning-management system", hint: "Open it in two browsers, one of them private: be Rowan, a teacher, in one and Juniper, a learner, in the other.", begin: startLms },
  sync: { name: "The whiteboard", hint: "Open it in two windows: the grid in one and a board in the other.", begin: startSync },
  study: { name: "The study platform", hint: "Open it in two windows: study in one and look after the cohort in the other.", begin: startSeeded },
};

const [exampleName = "chat"] = process.argv.slice(2);
const example = Object.hasOwn(EXAMPLES, exampleName) ? EXAMPLES[exampleName] : undefined;
if (example === undefined) {
  console.error(`There is no example "${exampleName}". The examples are: ${Object.keys(EXAMPLES).join(", ")}.`);
  process.exit(2);
}
const app = join(root, "examples", exampleName);

const children = new Set();
let stopping = false;

function stop(exitCode) {
  if (stopping) return;
  stopping = true;
  process.exitCode = exitCode;
  for (const child of children) child.kill("SIGTERM");
  setTimeout(() => children.forEach((child) => child.kill("SIGKILL")), STOP_MS_MAX).unref();
}

/** Starts a Node program in the app's folder, or one below it; its lines come out behind `prefix`, and to whoever waits for one (`atLine`). */
function start(args, prefix, environment = {}, folder = app) {
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  child.on("close", (code) => {
    children.delete(child);
    if (!stopping) console.error(`\n${args[0]} ended with exit code ${code}; its lines above say why.`);
    stop(code || 1);
  });
  const outputs = [createInterface({ input: child.stdout }), createInterface({ input: child.stderr })];
  outputs[0].on("line", (line) => line.trim() !== "" && console.log(prefix + line));
  outputs[1].on("line", (line) => line.trim() !== "" && console.error(prefix + line));
  return outputs;
}

/** Calls back once, with the match, at the first line that has the pattern. */
function atLine(outputs, pattern, then) {
  const look = (line) => {
    const match = pattern.exec(stripVTControlCharacters(line));
    if (match === null || stopping) return;
    for (const lines of outputs) lines.off("line", look);
    then(match);
  };
  for (const lines of outputs) lines.on("line", look);
}

/** `variables` are set in the deployment before the code is pushed; the page is built with `pageEnvironment`, after `prepare`. */
function startServer(variables, pageEnvironment, prepare = async () => {}) {
  const server = start([join(root, "dist", "cli", "main.js"), "dev"], "");
  atLine(server, /Ready at (http\S+),/, ([, url]) => setVariables(url, variables));
  atLine(server, /Convex functions ready/, () => {
    prepare().then(() => startPage(pageEnvironment), (error) => {
      console.error(`The example could not be prepared: ${error.message}`);
      stop(1);
    });
  });
}

async function asAdmin(url, path, body) {
  const headers = { Authorization: `Convex ${fromEnvFile("CONVEX_SELF_HOSTED_ADMIN_KEY")}`, "Content-Type": "application/json" };
  const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok || (path === "/api/function" && JSON.parse(text).status !== "success")) throw new Error(text);
}

/** As `npx convex env set`. */
async function setVariables(url, variables) {
  const changes = Object.entries(variables).map(([name, value]) => ({ name, value }));
  if (changes.length === 0) return;
  try {
    await asAdmin(url, "/api/update_environment_variables", { changes });
  } catch (error) {
    console.error(`The deployment's variables could not be set: ${error.message}`);
    stop(1);
  }
}

function startPage(environment) {
  const url = fromEnvFile("CONVEX_SELF_HOSTED_URL");
  const page = start(pageCommand(), "[page]    ", { VITE_CONVEX_URL: url, NEXT_PUBLIC_CONVEX_URL: url, ...environment }, join(app, example.page ?? ""));
  atLine(page, /Local:\s+(\S+)/, ([, address]) => {
    console.log(`\n${example.name} is running at ${address}\n${example.hint}\nData is in examples/${exampleName}/.rivulet; stop with Ctrl+C.\n`);
    if (environment.SCORES_SIGNING_KEY === undefined) return;
    console.log(`Send a score from examples/${exampleName}:\n  SCORES_SIGNING_KEY=${environment.SCORES_SIGNING_KEY} npm run grade -- --student 1 --score 87.5 --site ${url}\n`);
  });
}

function pageCommand() {
  const next = join(app, "node_modules", "next", "dist", "bin", "next");
  return existsSync(next) ? [next, "dev", "--hostname", "127.0.0.1"] : [join(app, "node_modules", "vite", "bin", "vite.js"), "--clearScreen", "false"];
}

/** The issuer first: what it says goes into the deployment's variables. */
function startExam() {
  const signingKey = randomBytes(16).toString("hex");
  const issuer = start(["--import", "tsx", "../issuer/main.ts", "--port", new URL(ISSUER_URL).port], "[issuer]  ");
  atLine(issuer, /The issuer is ready/, () => {
    const variables = { EXAM_ISSUER: ISSUER_URL, EXAM_JWKS: `${ISSUER_URL}/.well-known/jwks.json`, SCORES_SIGNING_KEY: signingKey };
    startServer(variables, { VITE_EXAM_ISSUER: ISSUER_URL, SCORES_SIGNING_KEY: signingKey });
  });
}

/** The issuer and the source first: what they say goes into the deployment's variables. */
function startSync() {
  const said = {};
  const whenBoth = (part) => {
    Object.assign(said, part);
    if (said.jwks === undefined || !said.isSourceReady) return;
    startServer({ WHITEBOARD_ISSUER: WHITEBOARD_ISSUER_URL, WHITEBOARD_JWKS: said.jwks, SOURCE_URL }, { VITE_WHITEBOARD_ISSUER: WHITEBOARD_ISSUER_URL });
  };
  const issuer = start(["--import", "tsx", "../issuer/main.ts", "--port", new URL(WHITEBOARD_ISSUER_URL).port], "[issuer]  ");
  atLine(issuer, /WHITEBOARD_JWKS (data:\S+)/, ([, jwks]) => whenBoth({ jwks }));
  const source = start(["--import", "tsx", "source/main.ts", "--port", new URL(SOURCE_URL).port], "[source]  ");
  atLine(source, /The source is ready/, () => whenBoth({ isSourceReady: true }));
}

/** With a company to look at. */
function startCrm() {
  const issuer = start(["--import", "tsx", "../issuer/main.ts", "--port", new URL(ISSUER_URL).port], "[issuer]  ");
  atLine(issuer, /The issuer is ready/, () => startServer({ CRM_ISSUER: ISSUER_URL }, { VITE_CRM_ISSUER: ISSUER_URL }, seedDemo));
}

/** With courses to look at. Its pages are Next.js, with an issuer that examples share. */
function startLms() {
  const issuer = start(["--import", "tsx", "../issuer/main.ts", "--port", new URL(ISSUER_URL).port], "[issuer]  ");
  atLine(issuer, /The issuer is ready/, () => startServer({ LMS_ISSUER: ISSUER_URL }, { LMS_ISSUER: ISSUER_URL, NEXT_TELEMETRY_DISABLED: "1" }, seedDemo));
}

/** With something to look at: a cohort, a board. */
function startSeeded() {
  startServer({}, {}, seedDemo);
}

function seedDemo() {
  return asAdmin(fromEnvFile("CONVEX_SELF_HOSTED_URL"), "/api/function", { path: "demo:seed", args: {}, format: "json" });
}

function fromEnvFile(name) {
  const value = new RegExp(`^${name}=(.+)$`, "m").exec(readFileSync(join(app, ".env.local"), "utf8"))?.[1];
  return value?.replace(/^(['"])(.*)\1$/, "$2").trim();
}

// Each time, as for the server itself: it takes a second when nothing is missing, and mends an interrupted installation.
console.log(`Installing the packages of examples/${exampleName}`);
const install = spawnSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: app, stdio: "inherit" });
if (install.status !== 0) process.exit(install.status ?? 1);

process.on("SIGINT", () => stop(0));
process.on("SIGTERM", () => stop(0));
example.begin();
