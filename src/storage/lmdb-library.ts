/**
 * The package `lmdb` in its CommonJS build: a single file, which loads in 10 ms where the ES modules take 16, once in each
 * thread that has a store open.
 */
import { createRequire } from "node:module";
import type * as Lmdb from "lmdb";

export const { open } = createRequire(import.meta.url)("lmdb") as typeof Lmdb;
