/** Writes small WebAssembly modules: what scan-kernel.ts needs of the binary format, by name. */

/** Bytes of an instruction or a part of one. */
export type Code = readonly number[];

export const I32 = 0x7f;
export const F32 = 0x7d;
export const V128 = 0x7b;

/** LEB128, unsigned. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 128 : low);
  } while (value > 0);
  return bytes;
}

/** LEB128, signed; for constants of 32 bits. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 127;
    value >>= 7;
    if ((value === 0 && (low & 64) === 0) || (value === -1 && (low & 64) !== 0)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

function memory(opcode: Code, alignment: number) {
  return (offset = 0): Code => [...opcode, alignment, ...unsigned(offset)];
}

const SIMD = 0xfd;

export const wasm = {
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number): Code => [0x21, ...unsigned(local)],
  /** Runs `body` again as long as it leaves a number other than 0. */
  loop: (...body: Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0d, 0x00, 0x0b],
  i32: {
    const: (value: number): Code => [0x41, ...signed(value)],
    load: memory([0x28], 2),
    add: [0x6a] as Code,
    mul: [0x6c] as Code,
    ltUnsigned: [0x49] as Code,
  },
  f32: {
    const: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
    load: memory([0x2a], 0),
    store: memory([0x38], 2),
    add: [0x92] as Code,
    sub: [0x93] as Code,
    mul: [0x94] as Code,
    max: [0x97] as Code,
    sqrt: [0x91] as Code,
    fromI32: [0xb2] as Code,
  },
  v128: {
    load: memory([SIMD, 0x00], 0),
    and: [SIMD, 0x4e] as Code,
    zero: [SIMD, 0x0c, ...new Array<number>(16).fill(0)] as Code,
    splatI16: [SIMD, 0x10] as Code,
    shiftRightI16: [SIMD, 0x8d, 0x01] as Code,
    /** Products of eight 16-bit numbers, added in pairs to four of 32 bits. */
    dotI16: [SIMD, 0xba, 0x01] as Code,
    addI32: [SIMD, 0xae, 0x01] as Code,
    laneI32: (lane: number): Code => [SIMD, 0x1b, lane],
  },
};

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  /** Numbered after the parameters. */
  readonly locals: readonly number[];
  readonly body: readonly Code[];
}

/** A module of one exported function without a result, on the memory imported as `env.memory`. */
export function wasmModule({ name, parameters, locals, body }: WasmFunction): Uint8Array<ArrayBuffer> {
  const code = [...vector(locals.map((type) => [1, type])), ...body.flat(), 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [[0x60, ...vector(parameters.map((type) => [type])), 0x00]]),
    ...section(2, [[...text("env"), ...text("memory"), 0x02, 0x00, 0x00]]),
    ...section(3, [[0x00]]),
    ...section(7, [[...text(name), 0x00, 0x00]]),
    ...section(10, [[...unsigned(code.length), ...code]]),
  ]);
}

function section(id: number, items: readonly Code[]): number[] {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly Code[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(name: string): number[] {
  return [...unsigned(name.length), ...Buffer.from(name, "ascii")];
}
