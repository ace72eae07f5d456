import { PartitionTaking, type Ownership, type PartitionOwner } from './ownership.js';

const HEARTBEAT_MS = 1_000;

/** The ownership of the only worker there is: every partition is its own for as long as it runs. */
export class SoleOwnership implements Ownership {
  #taking: PartitionTaking | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly partitions: readonly number[],
    private readonly onFailure: (partition: number, error: unknown) => void = () => undefined,
    private readonly heartbeatMs = HEARTBEAT_MS,
  ) {}

  get held(): readonly number[] {
    return this.#taking?.held ?? [];
  }

  get awaited(): readonly number[] {
    return this.#taking?.awaited ?? [];
  }

  get silentMs(): number {
    return this.#taking?.silentMs ?? 0;
  }

  async start(owner: PartitionOwner): Promise<void> {
    const taking = new PartitionTaking(owner, this.onFailure);
    this.#taking = taking;
    taking.list(this.partitions);
    this.#heartbeat = setInterval(() => taking.heartbeat(), this.heartbeatMs);
  }

  fenced(partition: number): void {
    this.#taking?.fenced(partition);
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#taking?.dropAll();
  }
}
