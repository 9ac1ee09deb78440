// What states.json says of each export and command, held to the tests: a test that is named must exist and mention it.
//
//     { "convex/server": [ { "state": "works", "tests": ["tests/….test.ts"], "names": ["Scheduler", "cronJobs"] }, … ] }
//
// A member ("Scheduler.runAfter") has the state of its class, unless it is named itself. "why" is for what does not work.
export const STATE_TEXTS = { works: "works", refused: "says that it can't", missing: "missing", apart: "needs no deployment" };
/** States that a test has to show. */
const SHOWN = ["works", "refused"];

export class States {
  problems = [];
  #groups = new Map();
  #used = new Set();

  constructor(json, texts) {
    this.texts = texts;
    for (const [entry, groups] of Object.entries(json)) for (const group of groups) this.#addGroup(entry, group);
  }

  ofExport({ entry, name, member }) {
    const full = member === null ? name : `${name}.${member}`;
    const word = member ?? name;
    // A member may also be a field, `{ name: … }` or `{ name }`, or be looked up by its name.
    const pattern = member === null ? new RegExp(`\\b${word}\\b`) : new RegExp(`[.]${word}\\b|\\b${word}\\s*[:(,}]|["'\`]${word}["'\`]`);
    return this.#stateOf(entry, full, [full, name], pattern);
  }

  ofCommand(entry, name) {
    return this.#stateOf(entry, name, [name], new RegExp(`["'\`\\s]${name.split(" ").join("[\"'\`,\\s]+")}["'\`\\s]`));
  }

  /** What is named and not there (any more). */
  leftOver() {
    return [...this.#groups.keys()].filter((key) => !this.#used.has(key)).map((key) => `${key} is in states.json, and the package has no such thing.`);
  }

  #addGroup(entry, group) {
    for (const name of group.names) {
      const key = `${entry}: ${name}`;
      if (this.#groups.has(key)) this.problems.push(`${key} is in states.json twice.`);
      this.#groups.set(key, group);
    }
    if (!Object.hasOwn(STATE_TEXTS, group.state)) this.problems.push(`${entry}: "${group.state}" is no state; there are ${Object.keys(STATE_TEXTS).join(", ")}.`);
    if (group.state !== "works" && typeof group.why !== "string") this.problems.push(`${entry}: ${group.names[0]} is ${group.state}, and nothing says why.`);
    for (const test of group.tests ?? []) if (!this.texts.exists(test)) this.problems.push(`${entry}: there is no test ${test}.`);
  }

  #stateOf(entry, label, keys, pattern) {
    const key = keys.map((candidate) => `${entry}: ${candidate}`).find((candidate) => this.#groups.has(candidate));
    if (key === undefined) {
      this.problems.push(`${entry}: ${label} is new, and states.json does not name it.`);
      return { state: "missing", test: null, why: "" };
    }
    this.#used.add(key);
    const { state, tests = [], why = "" } = this.#groups.get(key);
    const test = this.texts.mentioning(tests, pattern) ?? null;
    if (test === null && SHOWN.includes(state)) this.problems.push(`${entry}: ${label}: no test of ${tests.join(", ") || "none"} mentions it.`);
    return { state, test, why };
  }
}
