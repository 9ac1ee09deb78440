/**
 * The script that makes `WebAssembly` usable where the event loop does not run: compiling happens at once, and promises of it
 * have settled when they are returned. Evaluated once per sandbox.
 *
 * V8 compiles the same bytes once for as long as a module of them lives; functions drop theirs when they end, so the newest
 * few are held here.
 */
const MODULES_HELD_MAX = 8;

export const WEB_ASSEMBLY_SOURCE = String.raw`(() => {
  "use strict";
  const { Module, Instance } = WebAssembly;
  const held = [];
  const compiled = (bytes) => {
    const module = new Module(bytes);
    held.push(module);
    if (held.length > ${MODULES_HELD_MAX}) held.shift();
    return module;
  };
  const methods = {
    async compile(bytes) { return compiled(bytes); },
    async instantiate(source, imports) {
      if (source instanceof Module) return new Instance(source, imports);
      const module = compiled(source);
      return { module, instance: new Instance(module, imports) };
    },
  };
  for (const name of Object.keys(methods)) Reflect.defineProperty(WebAssembly, name, { value: methods[name], writable: true, enumerable: true, configurable: true });
  delete WebAssembly.compileStreaming;
  delete WebAssembly.instantiateStreaming;
})()`;
