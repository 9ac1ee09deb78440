/** The file of a submission. */
import { formatBytes } from "@/lib/format";
import { FileIcon } from "./Icons";

interface WorkFileProps {
  readonly file: { readonly name: string; readonly bytes: number; readonly url: string | null } | null;
}

export function WorkFile({ file }: WorkFileProps) {
  if (file === null || file.url === null) return null;
  return (
    <a className="work-file" href={file.url} target="_blank" rel="noreferrer" data-testid="work-file">
      <FileIcon />
      {file.name}
      <small>{formatBytes(file.bytes)}</small>
    </a>
  );
}
