/** Holds examples/lms to its figures, and prints them. Progress goes to the error stream. */
import { loadavg } from "node:os";
import { SchoolDeployment } from "../../tests/lms/school.js";
import { tableText, type Figure } from "../figures.js";
import { describeMachine } from "../machine.js";
import { isolatedTests } from "./isolated-tests.js";
import { Library } from "./library.js";
import { classAtWork } from "./class-at-work.js";
import { wayOut } from "./way-out.js";

const HELP = `Holds examples/lms to its figures: npm run bench:lms

Milliseconds of an isolated backend test, of a search over 5,000 lessons, from a save to another screen with 50 learners, and the
export of everything. All clients are official ones, in one process on the server's own machine. Exit code 1 when a goal is missed.
`;

async function measure(): Promise<Figure[]> {
  const progress = (text: string) => process.stderr.write(`${text} …\n`);
  progress("isolated tests");
  const figures = await isolatedTests();
  progress("server and app");
  await using school = await SchoolDeployment.start();
  await school.deploy();
  progress("5,000 lessons");
  const library = await Library.write(school);
  progress("search");
  figures.push(...(await library.search()));
  progress("50 learners");
  figures.push(...(await classAtWork(school, library)));
  progress("export");
  figures.push(...(await wayOut(school)));
  return figures;
}

if (process.argv.length > 2) {
  process.stdout.write(HELP);
} else {
  const { cores, cpu, memoryGb, node, fsyncP50Ms } = await describeMachine();
  const figures = await measure();
  process.stdout.write(`${cores} × ${cpu}, ${memoryGb} GB, node ${node}, fdatasync p50 ${fsyncP50Ms.toFixed(2)} ms, load ${loadavg()[0]!.toFixed(1)}\n\n${tableText(figures)}\n`);
  process.exitCode = figures.every(({ isReached }) => isReached) ? 0 : 1;
}
