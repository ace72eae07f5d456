/** A state that a replay has reached, from which it can go on: every decision before it came out as it is stored. */
export interface Waypoint {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
  /** First position and number of the block that ends there, and the head of the chain over blocks, hex: which history it is of. */
  readonly firstPosition: number;
  readonly number: number;
  readonly blockChain: string;
  /** What was replayed from the beginning of the partition. */
  readonly events: number;
  readonly taken: number;
  readonly marginRuns: number;
  readonly decisions: number;
  /** Canonical text of the machine. */
  readonly text: string;
}
