/**
 * Which partition a broker is asked for first. It fills its answer in that order, and what is larger than the room of a partition it sends of
 * the first that has something and of no other: so each has its turn.
 */
export class FetchOrder {
  /** By broker: each leads partitions of its own. */
  readonly #turns = new Map<string, number>();

  /** @param wanted in any order that stays */
  next<Read>(broker: string, wanted: readonly Read[]): readonly Read[] {
    const turn = ((this.#turns.get(broker) ?? -1) + 1) % wanted.length;
    this.#turns.set(broker, turn);
    return [...wanted.slice(turn), ...wanted.slice(0, turn)];
  }
}
