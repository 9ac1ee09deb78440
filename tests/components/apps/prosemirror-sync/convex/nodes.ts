/** The smallest set of extensions that makes a document: the server and the editors share it. */
import { Node } from "@tiptap/core";

export const extensions = [
  Node.create({ name: "doc", topNode: true, content: "block+" }),
  Node.create({ name: "paragraph", group: "block", content: "inline*", parseHTML: () => [{ tag: "p" }], renderHTML: () => ["p", 0] }),
  Node.create({ name: "text", group: "inline" }),
];
