// Makes SQL of an unpacked export: node scripts/to-sql.mjs <folder> > lectern.sql
// It goes into SQLite and Postgres alike: a table for each table, a column for each field, ids as they are. What is no text, number or
// truth value is JSON, as text. Ids, numbers and JSON are exactly those of the export.
import { createReadStream, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [folder] = process.argv.slice(2);
if (folder === undefined || !existsSync(join(folder, "_tables", "documents.jsonl"))) {
  console.error("Usage: node scripts/to-sql.mjs <folder>, where an archive of `npx convex export` was unpacked.");
  process.exit(2);
}

async function* documentsOf(table) {
  for await (const line of createInterface({ input: createReadStream(join(folder, table, "documents.jsonl")), crlfDelay: Infinity })) {
    if (line.trim() !== "") yield JSON.parse(line);
  }
}

const TYPES = { number: "DOUBLE PRECISION", boolean: "BOOLEAN" };
const name = (text) => `"${text.replaceAll('"', '""')}"`;
const text = (value) => `'${value.replaceAll("'", "''")}'`;

function literal(value) {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "number" || typeof value === "boolean") return String(value).toUpperCase();
  return text(typeof value === "string" ? value : JSON.stringify(value));
}

/** Fields in the order in which they come first; those of several types are text. */
async function columnsOf(table) {
  const types = new Map();
  for await (const document of documentsOf(table)) {
    for (const [field, value] of Object.entries(document)) {
      if (value === null) types.set(field, types.get(field));
      else {
        const type = TYPES[typeof value] ?? "TEXT";
        types.set(field, types.get(field) === undefined || types.get(field) === type ? type : "TEXT");
      }
    }
  }
  return types;
}

console.log("BEGIN;");
for (const table of readdirSync(folder).filter((entry) => entry !== "_tables" && existsSync(join(folder, entry, "documents.jsonl")))) {
  const columns = await columnsOf(table);
  if (columns.size === 0) continue;
  const definitions = [...columns].map(([field, type = "TEXT"]) => `${name(field)} ${type}${field === "_id" ? " PRIMARY KEY" : ""}`);
  console.log(`CREATE TABLE ${name(table)} (${definitions.join(", ")});`);
  for await (const document of documentsOf(table)) {
    const values = [...columns].map(([field, type]) => {
      const value = document[field];
      return type === "TEXT" && (typeof value === "number" || typeof value === "boolean") ? text(String(value)) : literal(value);
    });
    console.log(`INSERT INTO ${name(table)} VALUES (${values.join(", ")});`);
  }
}
console.log("COMMIT;");
