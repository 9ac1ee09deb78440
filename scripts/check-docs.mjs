// Holds the documentation to the repository: every relative link of a Markdown file leads to a file, and to a heading or
// line where it names one; every path in `code` that begins with a folder of the repository exists.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
/** What a clone does not have: links must not lead there. */
const NOT_IN_A_CLONE = new Set(["node_modules", "dist", ".git", ".rivulet", ".tmp", ".vite", ".next"]);
const FOLDERS = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !NOT_IN_A_CLONE.has(entry.name)).map(({ name }) => name);

function* markdownFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !NOT_IN_A_CLONE.has(entry.name)) yield* markdownFiles(path);
    else if (entry.isFile() && entry.name.endsWith(".md")) yield path;
  }
}

/** The lines of a file, with those of fenced code blocks empty. */
function proseLines(path) {
  let fence = null;
  return readFileSync(path, "utf8").split("\n").map((line) => {
    const [, mark] = /^\s*(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence === null && mark === undefined) return line;
    if (fence === null) fence = mark;
    else if (mark?.startsWith(fence)) fence = null;
    return "";
  });
}

/** Targets of inline links and images, link definitions, and HTML; "a\)" and titles are left aside. */
function linksOf(line) {
  const text = line.replace(/`[^`]*`/g, "");
  const patterns = [/\]\(\s*<?([^)\s>]+)>?(?:\s+["'(][^)]*)?\)/g, /^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g, /(?:href|src)="([^"]+)"/g];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, target]) => target));
}

/** Paths of folders and of the kinds of files that we have: the sources of packages are named in the same form. */
const OWN_PATH = new RegExp(`^(?:${FOLDERS.join("|")})/[\\w/-]*(?:\\.(?:suite\\.ts|test\\.ts|tsx?|mjs|json|md))?$`);

function pathsInCode(line) {
  return [...line.matchAll(/`([^`]+)`/g)].map(([, code]) => code).filter((code) => OWN_PATH.test(code));
}

/** Anchors as GitHub makes them: lower case, no punctuation, spaces to dashes, repeated ones numbered. */
function anchorsOf(path) {
  const seen = new Map();
  const anchors = new Set();
  for (const line of proseLines(path)) {
    for (const [, id] of line.matchAll(/<\w+[^>]*\s(?:id|name)="([^"]+)"/g)) anchors.add(id);
    const [, heading] = /^#{1,6}\s+(.*?)\s*#*\s*$/.exec(line) ?? [];
    if (heading === undefined) continue;
    const slug = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase().replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
}

function isInRepository(path) {
  const parts = relative(ROOT, path).split("/");
  return parts[0] !== ".." && !parts.some((part) => NOT_IN_A_CLONE.has(part)) && existsSync(path);
}

/** What is wrong with a link, or null. */
function problemOfLink(file, link) {
  if (/^[a-z][a-z+.-]*:|^\/\//i.test(link)) return null;
  const [target, anchor] = decodeURI(link).split("#");
  const path = target === "" ? file : target.startsWith("/") ? join(ROOT, target) : resolve(dirname(file), target);
  if (!isInRepository(path)) return `the link ${link} leads to no file of the repository`;
  return anchor === undefined || anchor === "" ? null : problemOfAnchor(path, anchor);
}

function problemOfAnchor(path, anchor) {
  const name = relative(ROOT, path);
  if (path.endsWith(".md")) return anchorsOf(path).has(anchor) ? null : `${name} has no heading #${anchor}`;
  const [, line] = /^L(\d+)/.exec(anchor) ?? [];
  if (line === undefined || statSync(path).isDirectory()) return `${name} has no anchors`;
  return Number(line) <= readFileSync(path, "utf8").split("\n").length ? null : `${name} has no line ${line}`;
}

function problemOfPath(file, code) {
  const places = [join(ROOT, code), resolve(dirname(file), code)];
  return places.some(isInRepository) ? null : `there is no ${code}`;
}

const problems = [];
let checked = 0;
for (const file of markdownFiles(ROOT)) {
  proseLines(file).forEach((line, index) => {
    const links = linksOf(line).map((link) => problemOfLink(file, link));
    const paths = pathsInCode(line).map((code) => problemOfPath(file, code));
    checked += links.length + paths.length;
    for (const problem of [...links, ...paths]) if (problem !== null) problems.push(`${relative(ROOT, file)}:${index + 1}: ${problem}`);
  });
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`docs: ${checked} links and paths lead somewhere`);
