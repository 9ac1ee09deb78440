/** Vectors to search: without any structure, and gathered in clusters like the embeddings of texts. The same in every run. */

export type DataKind = "gaussian" | "clustered";

export const DATA_KINDS: readonly DataKind[] = ["gaussian", "clustered"];

const CLUSTERS = 1_000;
/** Length of what is added to the centre of a cluster, whose own is 1. */
const SPREAD = 0.8;

export class VectorSource {
  #state = 0x9e3779b9;
  readonly #centres: readonly Float64Array[];

  constructor(
    private readonly kind: DataKind,
    private readonly dimensions: number,
  ) {
    this.#centres = kind === "gaussian" ? [] : Array.from({ length: CLUSTERS }, () => this.#noise());
  }

  /** Of length 1. */
  next(): Float64Array {
    const noise = this.#noise();
    if (this.kind === "gaussian") return noise;
    const centre = this.#centres[Math.floor(this.#uniform() * CLUSTERS)]!;
    return toUnit(noise.map((value, i) => SPREAD * value + centre[i]!));
  }

  #noise(): Float64Array {
    return toUnit(Float64Array.from({ length: this.dimensions }, () => Math.sqrt(-2 * Math.log(this.#uniform())) * Math.cos(2 * Math.PI * this.#uniform())));
  }

  #uniform(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return ((this.#state >>> 0) + 0.5) / 2 ** 32;
  }
}

function toUnit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}
