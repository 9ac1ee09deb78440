/**
 * Parse Server with LiveQuery, as its documentation sets it up: one process, on Postgres. Called with the URI of the
 * database.
 */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import express from "express";
import { ParseServer } from "parse-server";
import { listenForParent } from "../servers/ready.js";
import { PARSE_APPLICATION, PARSE_CLASS, PARSE_ROUTE } from "./parse-protocol.js";

const [databaseURI = ""] = process.argv.slice(2);
const options = {
  databaseURI,
  appId: PARSE_APPLICATION,
  masterKey: randomUUID(),
  serverURL: `http://127.0.0.1${PARSE_ROUTE}`,
  allowClientClassCreation: true,
  liveQuery: { classNames: [PARSE_CLASS] },
  logLevel: "error",
  silent: true,
};

const parse = new ParseServer(options);
await parse.start();
const app = express();
app.use(PARSE_ROUTE, parse.app);
const http = createServer(app);
await ParseServer.createLiveQueryServer(http, { appId: PARSE_APPLICATION, logLevel: "error" }, options);
listenForParent(http);
