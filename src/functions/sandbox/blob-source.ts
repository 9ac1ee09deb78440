/**
 * The script that makes the classes Blob and File of queries and mutations: bytes that are there, so that reading them
 * settles at once. Those of the platform would wait for the event loop. Evaluated once per realm, to a function of hooks.
 */
export const BLOB_SOURCE = String.raw`(hooks) => {
  "use strict";
  const NativeUint8Array = Uint8Array, NativeError = Error, NativeTypeError = TypeError, NativeDate = Date;
  const { isView } = ArrayBuffer;
  const contents = new WeakMap();
  const contentOf = (blob) => {
    const content = contents.get(blob);
    if (content === undefined) throw new NativeTypeError("Illegal invocation: this is no Blob.");
    return content;
  };
  // Adopted by the next Blob that is made, which is of our own making.
  let adopted = null;

  const bytesOfPart = (part) => {
    if (isView(part)) return new NativeUint8Array(part.buffer, part.byteOffset, part.byteLength);
    if (contents.has(part)) return contents.get(part).bytes;
    return hooks.isArrayBuffer(part) ? new NativeUint8Array(part) : hooks.encodeUtf8(String(part));
  };
  const join = (parts) => {
    if (parts === null || typeof parts !== "object" || typeof parts[Symbol.iterator] !== "function") throw new NativeTypeError("The first argument of Blob must be an array of parts: strings, bytes or Blobs.");
    const pieces = [...parts].map(bytesOfPart);
    const bytes = new NativeUint8Array(pieces.reduce((size, { length }) => size + length, 0));
    let end = 0;
    for (const piece of pieces) {
      bytes.set(piece, end);
      end += piece.length;
    }
    return bytes;
  };
  const typeOf = (type) => {
    const text = type === undefined ? "" : String(type);
    return /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : "";
  };
  const position = (value, size, otherwise) => {
    const at = value === undefined ? otherwise : Math.trunc(Number(value)) || 0;
    return at < 0 ? Math.max(0, size + at) : Math.min(at, size);
  };
  const adopt = (bytes, type) => {
    adopted = { bytes, type };
    return new Blob();
  };

  class Blob {
    constructor(parts = [], options = {}) {
      const content = adopted ?? { bytes: join(parts), type: typeOf(options?.type) };
      adopted = null;
      contents.set(this, content);
    }
    get size() { return contentOf(this).bytes.length; }
    get type() { return contentOf(this).type; }
    slice(start, end, type) {
      const { bytes } = contentOf(this);
      const first = position(start, bytes.length, 0);
      return adopt(bytes.slice(first, Math.max(first, position(end, bytes.length, bytes.length))), typeOf(type));
    }
    async arrayBuffer() { return contentOf(this).bytes.slice().buffer; }
    async bytes() { return contentOf(this).bytes.slice(); }
    async text() { return hooks.decodeUtf8(contentOf(this).bytes); }
    stream() { throw new NativeError("Can't use blob.stream() in queries and mutations: streams need the event loop. Use arrayBuffer(), bytes() or text()."); }
    get [Symbol.toStringTag]() { return "Blob"; }
  }
  class File extends Blob {
    #name;
    #lastModified;
    constructor(parts, name, options = {}) {
      if (arguments.length < 2) throw new NativeTypeError("File needs two arguments: its parts and its name.");
      super(parts, options);
      this.#name = String(name);
      this.#lastModified = options?.lastModified === undefined ? NativeDate.now() : Math.trunc(Number(options.lastModified)) || 0;
    }
    get name() { return this.#name; }
    get lastModified() { return this.#lastModified; }
    get [Symbol.toStringTag]() { return "File"; }
  }
  return { Blob, File, make: (bytes, type) => adopt(hooks.copy(bytes), type), contentOf: (value) => contents.get(value) };
}`;
