/**
 * Randomness of the simulated exchange: a function of what it is for, never a generator with a state. The same
 * (seed, subject, moment, purpose) gives the same draw on every machine, after every restart and in any order.
 *
 * Two lanes of MurmurHash3 (32 bit, public domain, Austin Appleby) give 53 bits. Not for security.
 */

// Looked up once: in the sandbox of a test, every look at a global is a call out of the engine, and a run draws millions.
const { floor, imul } = Math;

/** What a text stands for inside a hash; computed once for constant names. */
export type HashKey = number;

/** FNV-1a over the UTF-16 code units. */
export function hashKey(name: string): HashKey {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash = imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

function scramble(word: number): number {
  const mixed = imul(word, 0xcc9e2d51);
  return imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

function absorb(hash: number, word: number): number {
  const mixed = hash ^ scramble(word);
  return (imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let mixed = hash ^ 20;
  mixed = imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const WORD = 4_294_967_296;

/** The draws of one seed. */
export class SeededHash {
  readonly #seed: number;
  readonly #secondSeed: number;

  constructor(seed: string) {
    this.#seed = hashKey(seed);
    this.#secondSeed = hashKey(`${seed}/second lane`);
  }

  #lane(start: number, subject: HashKey, moment: number, purpose: HashKey): number {
    let hash = absorb(start, subject);
    hash = absorb(hash, floor(moment / WORD));
    hash = absorb(hash, (moment % WORD) | 0);
    hash = absorb(hash, purpose);
    return finish(hash);
  }

  /** A whole number in [0, 2^32). */
  word(subject: HashKey, moment: number, purpose: HashKey): number {
    return this.#lane(this.#seed, subject, moment, purpose);
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(subject: HashKey, moment: number, purpose: HashKey): number {
    const high = this.#lane(this.#seed, subject, moment, purpose);
    const low = this.#lane(this.#secondSeed, subject, moment, purpose);
    return (high * 2_097_152 + (low >>> 11)) / 9_007_199_254_740_992;
  }

  /**
   * Nearly normal, mean 0 and variance 1: the sum of twelve 16-bit uniforms less its mean (Irwin-Hall), so that no
   * function is needed whose last bit an engine may choose. Never beyond 6.
   */
  normal(subject: HashKey, moment: number, purpose: HashKey): number {
    let sum = 0;
    for (let part = 0; part < 3; part++) {
      const key = (purpose + imul(part + 1, 0x9e3779b1)) >>> 0;
      const high = this.#lane(this.#seed, subject, moment, key);
      const low = this.#lane(this.#secondSeed, subject, moment, key);
      sum += (high >>> 16) + (high & 0xffff) + (low >>> 16) + (low & 0xffff) + 2;
    }
    return sum / 65_536 - 6;
  }
}
