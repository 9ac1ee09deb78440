/**
 * The inner loop of a vector search, in WebAssembly with SIMD: bounds (see vector-code.ts) of many codes against one query.
 * 384 dimensions take some 20 ns; the same in JavaScript takes twenty times as long.
 *
 * Memory: the query's coordinates, the rows asked for and their bounds have fixed places at the start; codes follow, at any
 * stride. Whoever makes a kernel puts the codes there, and lets the memory grow (code-table.ts).
 */
import { CODE_HEADER_BYTES, type CodedQuery } from "./vector-code.js";
import { F32, I32, V128, wasm, wasmModule, type Code } from "./wasm-writer.js";

const { get, set, loop, i32, f32, v128 } = wasm;

/** Linear memory. Growing it makes a new `buffer`; the old one is empty then. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** What is used of WebAssembly here: its types come with those of browsers only. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => WasmMemory;
}

const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

export const PAGE_BYTES = 65_536;
/** All that can be addressed. */
export const PAGES_MAX = 65_536;

const QUERY_AT = 0;
/** 4,096 coordinates of two bytes. */
const QUERY_BYTES_MAX = 8_192;
/** Rows of one call. */
export const BATCH_ROWS = 4_096;
const ROWS_AT = QUERY_AT + QUERY_BYTES_MAX;
const BOUNDS_AT = ROWS_AT + 4 * BATCH_ROWS;
/** Where codes may begin. */
export const CODES_AT = BOUNDS_AT + 4 * BATCH_ROWS;

const COUNT = 0;
const STRIDE = 1;
const CODE_BYTES = 2;
const SCALE = 3;
const OFFSET = 4;
const ERROR_FACTOR = 5;
const INDEX = 6;
const ROW = 7;
const AT = 8;
const END = 9;
const QUERY = 10;
const SUMS = [11, 12, 13, 14] as const;
const GROUP = 15;
const ESTIMATE = 16;

const module = new webAssembly.Module(
  wasmModule({
    name: "bounds",
    parameters: [I32, I32, I32, F32, F32, F32],
    locals: [I32, I32, I32, I32, I32, V128, V128, V128, V128, V128, F32],
    body: [
      loop(
        // row = CODES_AT + rows[index] * stride
        ...[get(INDEX), i32.load(ROWS_AT), get(STRIDE), i32.mul, i32.const(CODES_AT), i32.add, set(ROW)],
        ...[get(ROW), i32.const(CODE_HEADER_BYTES), i32.add, set(AT), get(ROW), get(CODE_BYTES), i32.add, set(END), i32.const(QUERY_AT), set(QUERY)],
        ...SUMS.flatMap((sum) => [v128.zero, set(sum)]),
        loop(
          ...[get(AT), v128.load(), set(GROUP)],
          ...SUMS.flatMap((sum, quarter) => [get(sum), ...levels(quarter), get(QUERY), v128.load(16 * quarter), v128.dotI16, v128.addI32, set(sum)]),
          ...[get(QUERY), i32.const(64), i32.add, set(QUERY), get(AT), i32.const(16), i32.add, set(AT)],
          ...[get(AT), get(END), i32.ltUnsigned],
        ),
        ...[get(SUMS[0]), get(SUMS[1]), v128.addI32, get(SUMS[2]), v128.addI32, get(SUMS[3]), v128.addI32, set(GROUP)],
        ...[0, 1, 2, 3].flatMap((lane) => [get(GROUP), v128.laneI32(lane), ...(lane === 0 ? [] : [i32.add])]),
        // estimate = (sum - offset) * scale * 1/⟨x,y⟩
        ...[f32.fromI32, get(OFFSET), f32.sub, get(SCALE), f32.mul, get(ROW), f32.load(0), f32.mul, set(ESTIMATE)],
        // bounds[index] = estimate + tan * errorFactor * √(1 - estimate²)
        ...[get(INDEX), get(ESTIMATE), get(ROW), f32.load(4), get(ERROR_FACTOR), f32.mul],
        ...[f32.const(0), f32.const(1), get(ESTIMATE), get(ESTIMATE), f32.mul, f32.sub, f32.max, f32.sqrt, f32.mul, f32.add, f32.store(BOUNDS_AT)],
        ...[get(INDEX), i32.const(4), i32.add, set(INDEX), get(INDEX), get(COUNT), i32.const(4), i32.mul, i32.ltUnsigned],
      ),
    ],
  }),
);

/** The levels of eight coordinates of the group, as 16-bit numbers. */
function levels(quarter: number): Code[] {
  const shifted = quarter === 0 ? [get(GROUP)] : [get(GROUP), i32.const(4 * quarter), v128.shiftRightI16];
  return quarter === 3 ? shifted : [...shifted, i32.const(15), v128.splatI16, v128.and];
}

type Bounds = (count: number, stride: number, codeBytes: number, scale: number, offset: number, errorFactor: number) => void;

export class ScanKernel {
  readonly memory: WasmMemory = new webAssembly.Memory({ initial: Math.ceil(CODES_AT / PAGE_BYTES), maximum: PAGES_MAX });
  readonly #bounds = new webAssembly.Instance(module, { env: { memory: this.memory } }).exports["bounds"] as Bounds;

  /** To be called before {@link bounds}, each time. */
  load(query: CodedQuery): void {
    new Int16Array(this.memory.buffer, QUERY_AT, query.coordinates.length).set(query.coordinates);
  }

  /** The bounds of some rows, at most {@link BATCH_ROWS}; valid until the next call. */
  bounds(query: CodedQuery, rows: Uint32Array, stride: number, codeBytes: number): Float32Array {
    if (rows.length === 0) return new Float32Array(0);
    new Uint32Array(this.memory.buffer, ROWS_AT, rows.length).set(rows);
    this.#bounds(rows.length, stride, codeBytes, query.scale, query.offset, query.errorFactor);
    return new Float32Array(this.memory.buffer, BOUNDS_AT, rows.length);
  }
}
