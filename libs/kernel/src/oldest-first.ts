/**
 * Goes along the keys of a map that forgets its oldest, in the order they were set. A map that is asked for its first key passes over
 * all that were deleted before it since its table was made: the more it holds, the more there are.
 */
export class OldestFirst<Key> {
  readonly #keys: IterableIterator<Key>;

  /** @param map of which every key that this has told is deleted; deleted before it is told or set again behind the others is well */
  constructor(map: ReadonlyMap<Key, unknown>) {
    this.#keys = map.keys();
  }

  /** The oldest key that it hasn't told; of a map that holds one. */
  next(): Key {
    return this.#keys.next().value as Key;
  }
}
