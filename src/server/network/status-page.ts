/** What a person sees who opens the server's address in a browser: that it runs, its version, where to read on. */
import { VERSION } from "../version.js";
import type { HttpReply } from "./replies.js";

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Rivulet</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1rem; color-scheme: light dark }</style>
<h1>Rivulet</h1>
<p>Version ${VERSION} is running. Apps connect to this address; there is nothing else to see here.</p>
<p>Functions are written as the <a href="https://docs.convex.dev/functions">documentation of the Convex function API</a> describes.</p>
</html>
`;

export function statusPage(): HttpReply {
  return { status: 200, contentType: "text/html; charset=utf-8", body: PAGE };
}
