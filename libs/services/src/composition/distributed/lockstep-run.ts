import { EXCHANGE_LOGS, SERVICE_LOGS } from '@ballast/facts';
import { logPartitions, type LogDirectory } from '@ballast/event-log';
import type { Instant } from '@ballast/kernel';
import { LockstepGate, type LockstepChannel, type PartitionEnd } from '@ballast/messaging';

/** Every log partition of a house, each with somebody who must report it. */
export function allPartitions(partitions: number): readonly (readonly [log: string, partition: number])[] {
  return logPartitions([...SERVICE_LOGS, ...EXCHANGE_LOGS], partitions).map(({ log, partition }) => [log, partition]);
}

/** Drives processes behind a gate through the steps of a run, from where their logs end. */
export class LockstepRun {
  #ends: readonly PartitionEnd[] = [];

  private constructor(
    private readonly gate: LockstepGate,
    /** Where the last step was left: its clearing time, and the highest hop found in any log. */
    private readonly left: { readonly step: Instant; readonly hop: number } | undefined,
  ) {}

  static async open(channel: LockstepChannel, run: string, logs: LogDirectory): Promise<LockstepRun> {
    const gate = await LockstepGate.open({ channel, run, partitions: allPartitions(logs.partitions) });
    return new LockstepRun(gate, await whereLeft(logs));
  }

  get lastStep(): Instant | undefined {
    return this.left?.step;
  }

  /** Opens hop after hop until one in which nothing was appended, and nothing older can be waiting. */
  async step(at: Instant): Promise<number> {
    const hopsBefore = this.left?.step === at ? this.left.hop : 0;
    this.#ends = await this.gate.hop(at, 0, this.#ends);
    for (let hop = 1; ; hop++) {
      const ends = await this.gate.hop(at, hop, this.#ends);
      const quiet = ends.every(([, , position], index) => position === this.#ends[index]?.[2]);
      this.#ends = ends;
      if (quiet && hop > hopsBefore) return hop;
    }
  }

  close(): Promise<void> {
    return this.gate.close();
  }
}

async function whereLeft(logs: LogDirectory): Promise<{ step: Instant; hop: number } | undefined> {
  const [quotes] = await logs.log('exchange.quotes').heads();
  if (quotes === undefined || quotes.size === 0) return undefined;
  let hop = 0;
  for (const name of [...SERVICE_LOGS, ...EXCHANGE_LOGS]) {
    for (const head of await logs.log(name).heads()) {
      if (head.clearing === quotes.clearing) hop = Math.max(hop, head.hop);
    }
  }
  return { step: quotes.clearing, hop };
}
