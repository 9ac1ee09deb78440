// What the convex package offers, read from its own type declarations: its entry points, what each exports, and the members
// of what is used by its members (classes, and interfaces and objects with something to call; not those of options).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const { SymbolFlags } = ts;

/** Rows in the order of the declarations: {entry: "convex/server", name: "Scheduler", member: "runAfter" | null, kind}. */
export function packageSurface(packageFolder) {
  const { exports, version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  const entries = Object.entries(exports)
    .filter(([, conditions]) => conditions.import?.types !== undefined)
    .map(([path, conditions]) => ({ entry: path === "." ? "convex" : `convex${path.slice(1)}`, file: join(packageFolder, conditions.import.types) }));
  const program = ts.createProgram(entries.map(({ file }) => file), { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [], noLib: true });
  const checker = program.getTypeChecker();
  const found = entries.flatMap(({ entry, file }) => exportsOf(checker, program.getSourceFile(file)).map((exported) => ({ entry, ...exported })));
  const reader = new MemberReader(checker, new Set(found.map(({ symbol }) => symbol)));
  const rows = found.flatMap(({ entry, name, symbol }) => [{ entry, name, member: null, kind: kindOf(symbol) }, ...reader.membersOf(symbol).map((member) => ({ entry, name, member, kind: "member" }))]);
  return { version, rows };
}

function exportsOf(checker, sourceFile) {
  const exports = checker.getExportsOfModule(checker.getSymbolAtLocation(sourceFile));
  return exports.map((exported) => ({ name: exported.name, symbol: exported.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported }));
}

const KINDS = [
  [SymbolFlags.Class, "class"],
  [SymbolFlags.Function, "function"],
  [SymbolFlags.Variable, "constant"],
  [SymbolFlags.Interface, "interface"],
  [SymbolFlags.TypeAlias, "type"],
  [SymbolFlags.Module, "namespace"],
];

function kindOf({ flags, name }) {
  const found = KINDS.find(([flag]) => flags & flag);
  if (found === undefined) throw new Error(`The export ${name} of the convex package is of a kind that this script does not know.`);
  return found[1];
}

/** Members of a type, with those that it inherits from types which are listed nowhere. */
class MemberReader {
  constructor(checker, listed) {
    this.checker = checker;
    this.listed = listed;
  }

  membersOf(symbol) {
    if (symbol.name.endsWith("Options")) return [];
    const members = this.#ownMembers(symbol).filter(isPublic);
    return members.some((member) => this.#isCallable(member)) ? [...new Set(members.map(({ name }) => name))] : [];
  }

  #ownMembers(symbol) {
    const { flags } = symbol;
    if (flags & SymbolFlags.Module) return this.checker.getExportsOfModule(symbol);
    if (flags & SymbolFlags.Class || flags & SymbolFlags.Interface) return [...(symbol.members?.values() ?? []), ...statics(symbol), ...this.#inherited(symbol)];
    const declared = flags & SymbolFlags.Variable ? this.checker.getTypeOfSymbol(symbol) : flags & SymbolFlags.TypeAlias ? this.checker.getDeclaredTypeOfSymbol(symbol) : undefined;
    // Of other kinds are functions, instances of classes that are listed themselves, and what types are made of.
    return declared !== undefined && isObjectLiteral(declared) ? declared.getProperties() : [];
  }

  #inherited(symbol) {
    const bases = this.checker.getBaseTypes(this.checker.getDeclaredTypeOfSymbol(symbol)).map((base) => base.symbol);
    return bases.filter((base) => base !== undefined && !this.listed.has(base)).flatMap((base) => this.#ownMembers(base));
  }

  #isCallable(member) {
    if (member.flags & (SymbolFlags.Method | SymbolFlags.Function)) return true;
    return Boolean(member.flags & SymbolFlags.Property) && this.checker.getTypeOfSymbol(member).getCallSignatures().length > 0;
  }
}

function isObjectLiteral(type) {
  return Boolean(type.flags & ts.TypeFlags.Object && type.objectFlags & ts.ObjectFlags.Anonymous) && type.getCallSignatures().length === 0;
}

function statics({ flags, exports }) {
  return flags & SymbolFlags.Class ? [...(exports?.values() ?? [])].filter(({ name }) => name !== "prototype") : [];
}

/** Names with an underscore, or a blank, in front are for the package itself; so are symbols. */
function isPublic(member) {
  if (member.flags & (SymbolFlags.Constructor | SymbolFlags.TypeParameter | SymbolFlags.Signature) || !/^[A-Za-z]/.test(member.name)) return false;
  return (member.declarations ?? []).every((declaration) => !(ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)));
}
