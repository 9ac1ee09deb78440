/** The text of a lesson: paragraphs, headings, lists and stressed words. What is written is shown as text, never as HTML. */
import { Fragment, type ReactNode } from "react";

export function Prose({ text }: { text: string }) {
  return <div className="prose">{text.split(/\n{2,}/).map((block, index) => <Block key={index} block={block.trim()} />)}</div>;
}

function Block({ block }: { block: string }) {
  const heading = /^#{1,3} (.+)$/.exec(block)?.[1];
  if (heading !== undefined) return <h2>{stressed(heading)}</h2>;
  const lines = block.split("\n");
  if (lines.every((line) => line.startsWith("- "))) return <ul>{lines.map((line, index) => <li key={index}>{stressed(line.slice(2))}</li>)}</ul>;
  return <p>{lines.map((line, index) => <Fragment key={index}>{index > 0 && <br />}{stressed(line)}</Fragment>)}</p>;
}

function stressed(line: string): ReactNode {
  return line.split(/(\*[^*\n]+\*)/).map((part, index) => (index % 2 === 1 ? <em key={index}>{part.slice(1, -1)}</em> : part));
}
