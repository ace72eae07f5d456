import { sha256 } from '@ballast/kernel';

const DIGITS = 13;
const SMALLEST = 1 << 10;

/**
 * Remembers of each id 52 bits of its hash: eight bytes, at most half of the places taken. What it calls seen may, once in
 * a thousand logs of a million ids, be another id with the same bits: whoever asks looks again.
 */
export class SeenIds {
  #places = new Float64Array(SMALLEST);
  #count = 0;

  /** @returns whether the id, or one with the same bits, was added before */
  add(id: string): boolean {
    if (this.#count * 2 >= this.#places.length) this.#grow();
    const bits = Number.parseInt(sha256(id).toString('hex', 0, 7).slice(0, DIGITS), 16) + 1;
    const isNew = put(this.#places, bits);
    if (isNew) this.#count += 1;
    return !isNew;
  }

  #grow(): void {
    const places = new Float64Array(this.#places.length * 2);
    for (const bits of this.#places) if (bits !== 0) put(places, bits);
    this.#places = places;
  }
}

/** @returns false when the bits are there already */
function put(places: Float64Array, bits: number): boolean {
  for (let at = bits % places.length; ; at = (at + 1) % places.length) {
    if (places[at] === bits) return false;
    if (places[at] !== 0) continue;
    places[at] = bits;
    return true;
  }
}
