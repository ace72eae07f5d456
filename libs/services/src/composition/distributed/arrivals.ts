/** Lets somebody wait until enough has arrived. */
export class Arrivals {
  #waiting = new Set<() => void>();

  /** Something arrived, or nothing will any more. */
  notify(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** @returns false when the condition does not hold in time */
  async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    while (!condition()) {
      const left = deadline - Date.now();
      if (left <= 0) return false;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
    return true;
  }
}

/** What an opening of the gate names as the ends of the hop before. */
type Ends = readonly (readonly [log: string, partition: number, position: number])[];

interface Reading {
  readonly sources: readonly { readonly log: string; readonly partition: number }[];
  arrived(log: string, partition: number): number;
}

/** Tells whether a reader has everything of its sources that an opening names. */
export function allArrived(ends: Ends): (reader: Reading) => boolean {
  const upTo = new Map(ends.map(([log, partition, position]) => [`${log}/${partition}`, position]));
  return (reader) =>
    reader.sources.every(
      ({ log, partition }) => reader.arrived(log, partition) >= (upTo.get(`${log}/${partition}`) ?? 0),
    );
}
