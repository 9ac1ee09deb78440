/**
 * Globals that libraries replace while a function of theirs runs: deterministic workflows bring a `Date` and a
 * `Math.random` of their own and take `crypto` and `process` away. All functions share one realm, so what one replaces
 * has to be set aside for everybody else: for functions that it calls, for modules that are loaded meanwhile, and for
 * whoever comes after it where it could not put things back itself, because it was stopped.
 *
 *     original   what modules left when they were loaded (polyfills stay)
 *     replaced   what a function put in its place since
 *
 * Comparing costs a few loads of constant names; anything more happens only where something was replaced.
 */
import { Script, type Context } from "node:vm";

/** Opaque: names and what a function put there. */
export type Replacements = readonly unknown[];

export interface ReplacedGlobals {
  /** Puts the originals back. Answers with what stood in their place; null where that was nothing. */
  setAside(): Replacements | null;
  putBack(replacements: Replacements): void;
  /** What is there now are the originals from now on. */
  adopt(): void;
}

const NAMES = ["Math", "Date", "console", "process", "crypto", "Crypto", "CryptoKey", "SubtleCrypto", "performance", "fetch", "setTimeout", "setInterval"];

const SOURCE = `(() => {
  "use strict";
  const { defineProperty } = Reflect;
  const originals = {};
  const set = (name, value) => { defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true }); };
  const adopt = () => { ${NAMES.map((name) => `originals.${name} = globalThis.${name};`).join(" ")} };
  adopt();
  return {
    adopt,
    setAside() {
      let replaced = null;
      ${NAMES.map((name) => `if (globalThis.${name} !== originals.${name}) (replaced ??= []).push("${name}", globalThis.${name});`).join("\n      ")}
      if (replaced !== null) for (let i = 0; i < replaced.length; i += 2) set(replaced[i], originals[replaced[i]]);
      return replaced;
    },
    putBack(replaced) { for (let i = 0; i < replaced.length; i += 2) set(replaced[i], replaced[i + 1]); },
  };
})()`;

const script = new Script(SOURCE, { filename: "rivulet:replaced-globals" });

/** To be called when the context has its globals, and before any user code runs in it. */
export function watchGlobals(context: Context): ReplacedGlobals {
  return script.runInContext(context) as ReplacedGlobals;
}
