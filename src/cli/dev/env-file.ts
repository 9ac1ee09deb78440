/**
 * Edits text of the `.env` form as its owner would: a variable's line is replaced where it stands, new ones go to the
 * end, every other line stays as it is.
 */
export type Variables = Readonly<Record<string, string>>;

/** The value of a variable's last line; undefined where there is none. */
export function readVariable(content: string, name: string): string | undefined {
  const line = content.split(/\r?\n/).findLast((candidate) => assigns(candidate, name));
  return line === undefined ? undefined : unquote(line.slice(line.indexOf("=") + 1));
}

export function setVariables(content: string, variables: Variables): string {
  return Object.entries(variables).reduce((text, [name, value]) => setVariable(text, name, value), content);
}

/** Keeps the line, as a comment. */
export function commentOut(content: string, name: string, why: string): string {
  return mapLines(content, (line) => (assigns(line, name) ? `# ${line} # ${why}` : line));
}

function setVariable(content: string, name: string, value: string): string {
  if (readVariable(content, name) === value) return content;
  const assignment = `${name}=${quote(value)}`;
  if (readVariable(content, name) !== undefined) return mapLines(content, (line) => (assigns(line, name) ? assignment : line));
  const separator = content === "" || content.endsWith("\n") ? "" : "\n";
  return `${content}${separator}${assignment}\n`;
}

function mapLines(content: string, change: (line: string) => string): string {
  return content.split("\n").map(change).join("\n");
}

function assigns(line: string, name: string): boolean {
  const [, assigned] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line) ?? [];
  return assigned === name;
}

function unquote(text: string): string {
  const [, quoted] = /^\s*(["'`])(.*?)\1/.exec(text)?.slice(1) ?? [];
  return quoted ?? text.replace(/\s*#.*$/, "").trim();
}

/** Quotes what a shell that reads the file would take apart. */
function quote(value: string): string {
  return /^[\w:/.@-]*$/.test(value) ? value : `'${value}'`;
}
