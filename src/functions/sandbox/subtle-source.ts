/**
 * `crypto.subtle` of queries and mutations: what follows from its arguments alone and is done at once, digests and HMAC. That is what
 * libraries of authentication sign cookies and webhooks with. What makes keys, takes randomness or belongs to other algorithms
 * is refused by name.
 *
 * Secrets stay here, beside the keys that user code holds; the hooks compute.
 */
export const SUBTLE_SOURCE = String.raw`(hooks, unavailable) => {
  "use strict";
  const { DOMException, CryptoKey } = hooks;
  const { atob, btoa } = globalThis;
  const HASHES = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];
  const USAGES = ["sign", "verify"];
  const secrets = new WeakMap();

  const nameOf = (algorithm) => String(typeof algorithm === "object" && algorithm !== null ? algorithm.name : algorithm).toUpperCase();
  const bytesOf = (data) => ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  const requireHmac = (method, algorithm) => {
    const name = nameOf(algorithm);
    if (name !== "HMAC") throw unavailable("crypto.subtle." + method + " with " + name);
  };
  const hashOf = (algorithm) => {
    const name = nameOf(algorithm.hash);
    if (!HASHES.includes(name)) throw new DOMException("HMAC needs a hash: one of " + HASHES.join(", ") + ".", "NotSupportedError");
    return name;
  };

  const fromBase64Url = (text) => Uint8Array.from(atob(String(text).replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
  const toBase64Url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const secretOf = (format, data) => {
    if (format === "raw") return bytesOf(data).slice();
    if (format !== "jwk") throw new DOMException("HMAC keys come as raw or jwk, not as " + String(format) + ".", "NotSupportedError");
    if (data?.kty !== "oct" || typeof data.k !== "string") throw new DOMException("A JSON web key for HMAC has kty \"oct\" and its secret as k.", "DataError");
    return fromBase64Url(data.k);
  };

  /** The key's secret, if it is one and may be used so. */
  const secretFor = (key, usage) => {
    const secret = secrets.get(key);
    if (secret === undefined) throw new TypeError("crypto.subtle." + usage + " needs a key that crypto.subtle.importKey made.");
    if (!key.usages.includes(usage)) throw new DOMException("The key was imported without the usage \"" + usage + "\".", "InvalidAccessError");
    return secret;
  };

  const subtle = {
    async digest(algorithm, data) {
      return hooks.digest(nameOf(algorithm), bytesOf(data));
    },
    async importKey(format, data, algorithm, extractable, usages) {
      requireHmac("importKey", algorithm);
      const name = hashOf(algorithm);
      const secret = secretOf(format, data);
      if (secret.length === 0) throw new DOMException("An HMAC key can't be empty.", "DataError");
      const wanted = [...usages];
      if (wanted.length === 0 || wanted.some((usage) => !USAGES.includes(usage))) throw new DOMException("An HMAC key is for \"sign\", \"verify\" or both.", "SyntaxError");
      const key = Object.create(CryptoKey.prototype);
      const fields = { type: "secret", extractable: Boolean(extractable), algorithm: { name: "HMAC", length: secret.length * 8, hash: { name } }, usages: wanted };
      for (const field of Object.keys(fields)) Object.defineProperty(key, field, { value: fields[field], enumerable: true });
      secrets.set(key, secret);
      return key;
    },
    async exportKey(format, key) {
      const secret = secrets.get(key);
      if (secret === undefined) throw new TypeError("crypto.subtle.exportKey needs a key that crypto.subtle.importKey made.");
      if (!key.extractable) throw new DOMException("The key was imported as one that can't be exported.", "InvalidAccessError");
      if (format === "raw") return secret.slice().buffer;
      if (format !== "jwk") throw new DOMException("HMAC keys are exported as raw or jwk, not as " + String(format) + ".", "NotSupportedError");
      return { kty: "oct", k: toBase64Url(secret), alg: "HS" + key.algorithm.hash.name.slice(4), key_ops: [...key.usages], ext: true };
    },
    async sign(algorithm, key, data) {
      requireHmac("sign", algorithm);
      return hooks.hmac(secretFor(key, "sign"), key.algorithm.hash.name, bytesOf(data));
    },
    async verify(algorithm, key, signature, data) {
      requireHmac("verify", algorithm);
      return hooks.isHmac(secretFor(key, "verify"), key.algorithm.hash.name, bytesOf(data), bytesOf(signature));
    },
  };
  for (const name of ["decrypt", "deriveBits", "deriveKey", "encrypt", "generateKey", "unwrapKey", "wrapKey"]) {
    subtle[name] = async () => { throw unavailable("crypto.subtle." + name); };
  }
  return subtle;
}`;
